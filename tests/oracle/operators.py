"""Stores what PyTorch makes of each operator of the engine: values, and derivatives along a random cotangent.

    python3 -m venv .venv && .venv/bin/pip install -r tests/oracle/requirements.txt
    .venv/bin/python tests/oracle/operators.py

Written with PyTorch 2.15.0 on Python 3.11. The files are crates/engine/tests/oracle/*.json; the test
`cargo test -p vivarium-engine --test oracle` compares the engine with them. Names of files may be given as arguments.
"""

import sys

import torch

from convolutions import convolutions
from indices import fourier, indices, orders
from layers import activations, attention, cells, losses, norms
from points import points
from shapes import layouts, products, reductions
from structures import structures

FILES = [points, reductions, products, layouts, indices, orders, fourier, structures, convolutions,
         activations, losses, norms, cells, attention]


def main(names):
    """Writes all files, or those with these names."""
    torch.set_num_threads(1)
    for make in FILES:
        if not names or make.__name__ in names:
            make().write()


if __name__ == "__main__":
    main(sys.argv[1:])
