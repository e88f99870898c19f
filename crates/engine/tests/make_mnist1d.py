"""Writes mnist1d.csv: examples of the package mnist1d (0.0.2) with all that chance decided, two of each digit.

python3 make_mnist1d.py (needs mnist1d, numpy, scipy, matplotlib). A line: digit, padding (uniform in 0..1), factor (uniform in
0..1), places moved, slope (uniform in 0..1), 72 normal numbers for the correlated noise, 72 for the white noise, and the
40 numbers of the example before the set is normalised.
"""

import pathlib

import numpy as np
from mnist1d.data import get_dataset_args, get_templates
from mnist1d.transform import transform

draws = np.random.default_rng(0)
record = []


def noted(value):
    record.append(np.atleast_1d(value))
    return value


# The package asks numpy's global functions in a fixed order: padding, factor, translation, both noises, slope. Numbers
# are rounded before they are used, so that the file holds them exactly.
np.random.rand = lambda: noted(round(draws.random(), 6))
np.random.choice = lambda n: noted(int(draws.integers(n)))
np.random.randn = lambda *shape: noted(draws.standard_normal(shape).round(4))

args, templates = get_dataset_args(), get_templates()
lines = ["# Made by make_mnist1d.py; the curves and the recipe are those of S. Greydanus, Scaling down deep learning, 2020."]
for index in range(20):
    record.clear()
    digit = index % 10
    example, _ = transform(templates["x"][digit], templates["t"], args)
    padding, factor, moved, correlated, white, slope = record
    numbers = np.concatenate([[digit], padding, factor, moved, slope, correlated, white])
    lines.append(",".join([f"{x:.6g}" for x in numbers] + [f"{x:.12g}" for x in example]))
pathlib.Path(__file__).with_name("mnist1d.csv").write_text("\n".join(lines) + "\n")
