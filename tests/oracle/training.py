"""Stores the losses that PyTorch has in the first steps of training small networks.

    .venv/bin/python tests/oracle/training.py

Everything is computed in single precision on one thread. Start weights come from a formula (`start`), so they need no room; batches are picked by formula
too (`rows`). Each curve is computed in double precision as well, to tell how far rounding alone leads.
"""

import gzip
import json
import math
import struct
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

from stored import FOLDER

DATA = Path(__file__).resolve().parents[2] / "assets" / "data"
STEPS = 100
LENGTH = 16
ALPHABET = " abcdefghijklmnopqrstuvwxyz.,:;"


def mixed(x):
    """A whole number below 2^32 made from another, with all bits mixed."""
    x = ((x ^ (x >> 16)) * 0x7FEB352D) & 0xFFFFFFFF
    x = ((x ^ (x >> 15)) * 0x846CA68B) & 0xFFFFFFFF
    return x ^ (x >> 16)


def start(parameter, number, centre, limit):
    """Gives a parameter its start values: around the centre, up to the limit to either side."""
    first = mixed(number + 1)
    unit = [(mixed((first + i) & 0xFFFFFFFF) >> 8) / 2**24 for i in range(parameter.numel())]
    values = [centre + (2 * u - 1) * limit for u in unit]
    with torch.no_grad():
        parameter.copy_(torch.tensor(values, dtype=torch.float32).reshape(parameter.shape))


def rows(step, count, below):
    """The examples of a batch."""
    return [(step * count + row) * 7919 % below for row in range(count)]


def begin(model):
    """Gives all parameters their start values, and tells how: name, shape, centre and limit."""
    told = []
    for number, (name, parameter) in enumerate(p for p in model.named_parameters() if p[1].requires_grad):
        shape = list(parameter.shape)
        if "norm" in name:
            centre, limit = (1.0, 0.1) if name.endswith("weight") else (0.0, 0.1)
        elif len(shape) < 2:
            centre, limit = 0.0, 0.1
        elif "embedding" in name or "position" in name:
            centre, limit = 0.0, 0.5
        else:
            fans = (shape[0] + shape[1]) * math.prod(shape[2:])
            centre, limit = 0.0, math.sqrt(6 / fans)
        start(parameter, number, centre, limit)
        told.append({"name": name, "shape": shape, "centre": centre, "limit": limit})
    return told


class LeNet(nn.Module):
    """784-300-100-10 with rectifiers."""

    def __init__(self):
        super().__init__()
        self.first, self.second, self.third = nn.Linear(784, 300), nn.Linear(300, 100), nn.Linear(100, 10)

    def forward(self, x):
        return self.third(torch.relu(self.second(torch.relu(self.first(x)))))


class Convolutional(nn.Module):
    """Two convolutions, the second with batch normalisation, each followed by pooling."""

    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Conv2d(1, 4, 5), nn.Conv2d(4, 8, 3, stride=2, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(8)
        self.head = nn.Linear(72, 10)

    def forward(self, x):
        x = F.max_pool2d(torch.relu(self.first(x.unflatten(1, (1, 28, 28)))), 2)
        x = F.avg_pool2d(torch.relu(self.norm(self.second(x))), 2)
        return self.head(x.flatten(1))


class Transformer(nn.Module):
    """Two blocks of width 32 with four heads, the norm before each part, for the next character."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(len(ALPHABET), 32)
        self.position = nn.Parameter(torch.zeros(LENGTH, 32))
        block = {"dim_feedforward": 64, "dropout": 0.0, "activation": "gelu", "batch_first": True, "norm_first": True}
        self.blocks = nn.ModuleList(nn.TransformerEncoderLayer(32, 4, **block) for _ in range(2))
        self.norm = nn.LayerNorm(32)
        self.head = nn.Linear(32, len(ALPHABET))

    def forward(self, x):
        x = self.embedding(x) + self.position
        mask = nn.Transformer.generate_square_subsequent_mask(LENGTH, dtype=x.dtype)
        for block in self.blocks:
            x = block(x, src_mask=mask, is_causal=True)
        return self.head(self.norm(x))


class Recurrent(nn.Module):
    """An LSTM of 32 units for the next character. One vector of biases is enough; the other stays zero."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(len(ALPHABET), 16)
        self.lstm = nn.LSTM(16, 32, batch_first=True)
        nn.init.zeros_(self.lstm.bias_hh_l0).requires_grad_(False)
        self.head = nn.Linear(32, len(ALPHABET))

    def forward(self, x):
        return self.head(self.lstm(self.embedding(x))[0])


def train(model, optimiser, batch, dtype, clip):
    """The loss before each step, and the norm of each parameter's first gradient."""
    model = model().to(dtype)
    told = begin(model)
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimiser = optimiser(parameters)
    losses, first = [], None
    for step in range(STEPS):
        x, y = batch(step)
        x = x.to(dtype) if x.is_floating_point() else x
        loss = F.cross_entropy(model(x).flatten(0, -2), y.flatten())
        optimiser.zero_grad()
        loss.backward()
        first = first or [float(f"{p.grad.norm().item():.7g}") for p in parameters]
        if clip:
            nn.utils.clip_grad_norm_(parameters, clip)
        optimiser.step()
        losses.append(float(f"{loss.item():.9g}"))
    for parameter, norm in zip(told, first):
        parameter["gradient"] = norm
    return losses, told


def curve(name, model, optimiser, batch, clip=None):
    """A curve as it is stored."""
    losses, params = train(model, optimiser, batch, torch.float32, clip)
    exact, _ = train(model, optimiser, batch, torch.float64, clip)
    gap = max(abs(a - b) for a, b in zip(losses, exact))
    print(f"{name}: from {losses[0]:.3f} to {losses[-1]:.3f}, rounding leads {gap:.1e} away from double precision")
    return {"name": name, "params": params, "losses": losses, "rounding": float(f"{gap:.1e}")}


def idx(path):
    """The bytes of an IDX file, and its shape."""
    data = gzip.open(path).read()
    shape = struct.unpack(f">{data[3]}I", data[4:4 + 4 * data[3]])
    return torch.frombuffer(bytearray(data[4 + 4 * data[3]:]), dtype=torch.uint8).reshape(shape)


def digits(count):
    """Batches of so many digits."""
    images, labels = idx(DATA / "mnist.idx.gz").flatten(1).float() / 255, idx(DATA / "mnist-labels.idx.gz").long()

    def batch(step):
        picked = rows(step, count, len(labels))
        return images[picked], labels[picked]

    return batch


def characters(text):
    """Batches of 8 stretches of text; each character is to be told from those before it."""
    codes = torch.tensor([ALPHABET.index(c) for c in text])

    def batch(step):
        stretches = torch.stack([codes[i:i + LENGTH + 1] for i in rows(step, 8, len(text) - LENGTH)])
        return stretches[:, :-1], stretches[:, 1:]

    return batch


def main():
    """Writes all curves."""
    torch.set_num_threads(1)
    plain = gzip.open(DATA / "king-james.txt.gz", "rt").read()[:4000].lower()
    text = "".join(c if c in ALPHABET else " " for c in plain)
    pixels, few, letters = digits(60), digits(20), characters(text)
    curves = [
        curve("lenet", LeNet, lambda p: torch.optim.Adam(p, lr=1.2e-3), pixels),
        curve("convolutions", Convolutional, lambda p: torch.optim.Adam(p, lr=3e-3), few),
        curve("transformer", Transformer, lambda p: torch.optim.Adam(p, lr=2e-3), letters),
        curve("lstm", Recurrent, lambda p: torch.optim.Adam(p, lr=5e-3), letters),
        curve("lstm, momentum", Recurrent,
              lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=1e-3), letters, clip=0.5),
    ]
    version = torch.__version__.split("+")[0]
    lines = ",\n".join(json.dumps(curve, separators=(",", ":")) for curve in curves)
    head = json.dumps({"torch": version, "alphabet": ALPHABET, "text": text})[:-1]
    (FOLDER / "training.json").write_text(f'{head}, "curves": [\n{lines}\n]}}\n')


if __name__ == "__main__":
    main()
