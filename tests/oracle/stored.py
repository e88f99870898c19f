"""Cases: an operator, its inputs, and what PyTorch makes of them.

A case's inputs are numbers of few decimals, rounded to single precision; everything else is computed from them in double
precision and stored with ten significant digits.
"""

import json
import random
from pathlib import Path

import torch

FOLDER = Path(__file__).resolve().parents[2] / "crates" / "engine" / "tests" / "oracle"


def real(*shape, low=-2.0, high=2.0):
    """An input of distinct numbers between the limits, in steps of a four-thousandth part of the range at least."""

    def draw(rng):
        count = size(shape)
        ticks = rng.sample(range(4000), count)
        return [round(low + (high - low) * tick / 4000, 7) for tick in ticks], shape, True

    return draw


def given(values, *shape):
    """An input of these numbers, by which is differentiated."""
    return lambda rng: (list(values), shape or (len(values),), True)


def fixed(values, *shape):
    """An input of these numbers, by which nothing is differentiated."""
    return lambda rng: (list(values), shape or (len(values),), False)


def whole(*shape, below):
    """An input of whole numbers, by which nothing is differentiated."""
    return lambda rng: ([rng.randrange(below) for _ in range(size(shape))], shape, False)


def size(shape):
    """Number of entries."""
    count = 1
    for n in shape:
        count *= n
    return count


def short(x):
    """Ten significant digits, and a whole number without a fraction."""
    x = float(f"{x:.10g}")
    return int(x) if x == int(x) and abs(x) < 1e15 else x


def stored(tensor):
    """A tensor as JSON holds it."""
    return {"shape": list(tensor.shape), "data": [short(x) for x in tensor.detach().flatten().tolist()]}


class File:
    """The cases of one file."""

    def __init__(self, name):
        self.name = name
        self.cases = []

    def case(self, operator, function, *inputs, **args):
        """Stores what `function` makes of `inputs`, and its derivatives along a random cotangent."""
        count = sum(case["operator"] == operator for case in self.cases)
        rng = random.Random(f"{operator} {count}")
        kept, tensors = [], []
        for draw in inputs:
            values, shape, differentiated = draw(rng)
            tensor = torch.tensor(values, dtype=torch.float32).double().reshape(shape)
            is_whole = not differentiated and all(isinstance(x, int) for x in values)
            tensors.append(tensor.long() if is_whole else tensor.requires_grad_(differentiated))
            kept.append({"shape": list(shape), "data": values})
        value = function(*tensors)
        case = {"operator": operator, "args": args, "inputs": kept, "value": stored(value)}
        wanted = [x for x in tensors if x.requires_grad]
        if value.requires_grad:
            ticks = [rng.randrange(-1000, 1001) / 1000 for _ in range(value.numel())]
            cotangent = torch.tensor(ticks, dtype=torch.float32).double().reshape(value.shape)
            grads = iter(torch.autograd.grad(value, wanted, cotangent, allow_unused=True, materialize_grads=True))
            case["cotangent"] = ticks
            case["gradients"] = [stored(next(grads))["data"] if x.requires_grad else None for x in tensors]
        self.cases.append(case)

    def write(self):
        """Writes the file, one case a line."""
        FOLDER.mkdir(parents=True, exist_ok=True)
        lines = [json.dumps(case, separators=(",", ":")) for case in self.cases]
        version = torch.__version__.split("+")[0]
        text = f'{{"torch":"{version}","cases":[\n' + ",\n".join(lines) + "\n]}\n"
        (FOLDER / f"{self.name}.json").write_text(text)
        print(f"{self.name}: {len(lines)} cases, {len(text) / 1000:.0f} kB")
