"""Makes the IDX files of this folder from the original ones: python3 make.py FOLDER_OF_ORIGINALS (needs numpy and pillow)."""

import gzip
import pathlib
import struct
import sys

import numpy as np
from PIL import Image

SOURCE = pathlib.Path(sys.argv[1])
TARGET = pathlib.Path(__file__).parent


def read_idx(name):
    raw = gzip.decompress((SOURCE / name).read_bytes())
    rank = raw[3]
    shape = struct.unpack(f">{rank}I", raw[4 : 4 + 4 * rank])
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * rank).reshape(shape)


def write_idx(name, array):
    array = np.ascontiguousarray(array, np.uint8)
    head = bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    # A fixed time stamp, so that the same input gives the same file.
    (TARGET / f"{name}.idx.gz").write_bytes(gzip.compress(head + array.tobytes(), 9, mtime=0))


table = np.array(
    [row.split(",") for row in gzip.decompress((SOURCE / "digits.csv.gz").read_bytes()).decode().split()], float
).astype(np.uint8)
write_idx("digits-8", table[:, :64].reshape(-1, 8, 8))
write_idx("digits-8-labels", table[:, 64])

images = read_idx("mnist10k-images-idx3-ubyte.gz")
labels = read_idx("mnist10k-labels-idx1-ubyte.gz")
chosen = np.sort(np.concatenate([np.flatnonzero(labels == k)[:50] for k in range(10)]))
write_idx("digits-28", images[chosen])
write_idx("digits-28-labels", labels[chosen])

photos = []
for name in ("camera", "moon", "astronaut", "chelsea", "coffee"):
    pixels = np.asarray(Image.open(SOURCE / f"{name}-128.png").convert("RGB"), np.float64)
    photos.append(pixels.reshape(64, 2, 64, 2, 3).mean((1, 3)).round())
write_idx("photos-64", np.stack(photos))
