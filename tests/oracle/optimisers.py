"""Stores where PyTorch's optimisers go on a curved valley, and its schedules of the learning rate.

    .venv/bin/python tests/oracle/optimisers.py
"""

import json

import torch
from torch import optim
from torch.optim import lr_scheduler

from stored import FOLDER, short

START = [-1.0, 0.5, 1.25, -0.25, 0.75, 1.5]
STEPS, EVERY = 40, 4

OPTIMISERS = {
    "sgd": lambda p: optim.SGD(p, lr=0.005),
    "sgd with decay": lambda p: optim.SGD(p, lr=0.005, weight_decay=0.25),
    "momentum": lambda p: optim.SGD(p, lr=0.002, momentum=0.9),
    "nesterov": lambda p: optim.SGD(p, lr=0.002, momentum=0.9, nesterov=True),
    "nesterov with decay": lambda p: optim.SGD(p, lr=0.002, momentum=0.5, nesterov=True, weight_decay=0.25),
    "rmsprop": lambda p: optim.RMSprop(p, lr=0.01),
    "rmsprop with momentum": lambda p: optim.RMSprop(p, lr=0.005, alpha=0.9, eps=1e-6, momentum=0.5),
    "rprop": lambda p: optim.Rprop(p, lr=0.01),
    "adagrad": lambda p: optim.Adagrad(p, lr=0.1),
    "adam": lambda p: optim.Adam(p, lr=0.02),
    "adam with decay": lambda p: optim.Adam(p, lr=0.02, betas=(0.8, 0.99), eps=1e-5, weight_decay=0.25),
    "adamw": lambda p: optim.AdamW(p, lr=0.02, weight_decay=0.25),
}

SCHEDULES = {
    "step": lambda o: lr_scheduler.StepLR(o, 7, 0.5),
    "multi-step": lambda o: lr_scheduler.MultiStepLR(o, [4, 5, 20], 0.25),
    "exponential": lambda o: lr_scheduler.ExponentialLR(o, 0.9),
    "cosine": lambda o: lr_scheduler.CosineAnnealingLR(o, 32, 0.125),
    "restarts": lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 4, 2, 0.125),
    "linear": lambda o: lr_scheduler.LinearLR(o, 0.25, 0.75, 16),
    "polynomial": lambda o: lr_scheduler.PolynomialLR(o, 16, 2.0),
    "one-cycle": lambda o: lr_scheduler.OneCycleLR(o, 1.0, 30),
}


def valley(x):
    """Rosenbrock's function of many numbers, not as steep as his."""
    return (1 - x[:-1]).square().sum() + 5 * (x[1:] - x[:-1].square()).square().sum()


def path(make):
    """Where an optimiser goes, every few steps."""
    x = torch.tensor(START, dtype=torch.float64, requires_grad=True)
    optimiser = make([x])
    places = []
    for step in range(1, STEPS + 1):
        optimiser.zero_grad()
        valley(x).backward()
        optimiser.step()
        if step % EVERY == 0:
            places.append([short(value) for value in x.tolist()])
    return places


def factors(make):
    """The rates of the first thirty steps, from a rate of 1."""
    optimiser = optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    schedule = make(optimiser)
    rates = []
    for _ in range(30):
        rates.append(short(optimiser.param_groups[0]["lr"]))
        optimiser.step()
        schedule.step() if len(rates) < 30 else None
    return rates


def main():
    """Writes the file."""
    torch.set_num_threads(1)
    paths = ",\n".join(f"{json.dumps(name)}:{json.dumps(path(make), separators=(',', ':'))}" for name, make in OPTIMISERS.items())
    rates = ",\n".join(f"{json.dumps(name)}:{json.dumps(factors(make), separators=(',', ':'))}" for name, make in SCHEDULES.items())
    head = json.dumps({"torch": torch.__version__.split("+")[0], "start": START, "every": EVERY})[:-1]
    (FOLDER / "optimisers.json").write_text(f'{head}, "paths": {{\n{paths}\n}}, "schedules": {{\n{rates}\n}}}}\n')


if __name__ == "__main__":
    main()
