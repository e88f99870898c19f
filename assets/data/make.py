"""Makes the files of this folder from the original ones: python3 make.py FOLDER_OF_ORIGINALS (needs numpy and pillow)."""

import gzip
import pathlib
import struct
import sys

import numpy as np
from PIL import Image

SOURCE = pathlib.Path(sys.argv[1])
TARGET = pathlib.Path(__file__).parent


def unpacked(name):
    return gzip.decompress((SOURCE / name).read_bytes())


def pack(name, contents):
    # A fixed time stamp, so that the same input gives the same file.
    (TARGET / f"{name}.gz").write_bytes(gzip.compress(contents, 9, mtime=0))


def read_idx(name):
    raw = unpacked(name)
    rank = raw[3]
    shape = struct.unpack(f">{rank}I", raw[4 : 4 + 4 * rank])
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * rank).reshape(shape)


def write_idx(name, array):
    array = np.ascontiguousarray(array, np.uint8)
    head = bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    pack(f"{name}.idx", head + array.tobytes())


def write_table(name, header, rows):
    pack(f"{name}.csv", "".join(",".join(row) + "\n" for row in [header, *rows]).encode())


table = np.array([row.split(",") for row in unpacked("digits.csv.gz").decode().split()], float).astype(np.uint8)
write_idx("digits-8", table[:, :64].reshape(-1, 8, 8))
write_idx("digits-8-labels", table[:, 64])

images = read_idx("mnist10k-images-idx3-ubyte.gz")
labels = read_idx("mnist10k-labels-idx1-ubyte.gz")
chosen = np.sort(np.concatenate([np.flatnonzero(labels == k)[:50] for k in range(10)]))
write_idx("digits-28", images[chosen])
write_idx("digits-28-labels", labels[chosen])
write_idx("mnist", images)
write_idx("mnist-labels", labels)

photos, full = [], []
for name in ("camera", "moon", "astronaut", "chelsea", "coffee"):
    full.append(np.asarray(Image.open(SOURCE / f"{name}-128.png").convert("RGB")))
    pixels = full[-1].astype(np.float64)
    photos.append(pixels.reshape(64, 2, 64, 2, 3).mean((1, 3)).round())
write_idx("photos-64", np.stack(photos))
write_idx("photos-128", np.stack(full))

# Tables: a line of names, and the class in words. The numbers stay as they are written in the originals.
MEASURES = ["radius", "texture", "perimeter", "area", "smoothness", "compactness", "concavity", "concave points", "symmetry", "fractal dimension"]
TABLES = {
    "iris": ("iris.csv", ["sepal length", "sepal width", "petal length", "petal width"], "species", ["setosa", "versicolor", "virginica"]),
    "wine": (
        "wine_data.csv",
        ["alcohol", "malic acid", "ash", "alcalinity of ash", "magnesium", "total phenols", "flavanoids", "nonflavanoid phenols"]
        + ["proanthocyanins", "colour intensity", "hue", "OD280/OD315 of diluted wines", "proline"],
        "cultivar",
        ["cultivar 1", "cultivar 2", "cultivar 3"],
    ),
    "breast-cancer": (
        "breast_cancer.csv",
        [f"{kind} {measure}" for kind in ("mean", "error of", "worst") for measure in MEASURES],
        "diagnosis",
        ["malignant", "benign"],
    ),
}
for name, (original, features, label, classes) in TABLES.items():
    rows = [line.split(",") for line in (SOURCE / original).read_text().split("\n")[1:] if line]
    write_table(name, [*features, label], [[*row[:-1], classes[int(row[-1])]] for row in rows])
rows = [line.split() for line in unpacked("diabetes_data_raw.csv.gz").decode().splitlines()]
targets = [f"{float(line):g}" for line in unpacked("diabetes_target.csv.gz").decode().split()]
serum = ["total cholesterol", "low-density lipoproteins", "high-density lipoproteins", "cholesterol ratio", "log of triglycerides", "blood sugar"]
write_table(
    "diabetes",
    ["age", "sex", "body mass index", "blood pressure", *serum, "progression"],
    [[*row, target] for row, target in zip(rows, targets, strict=True)],
)

# Facts: training, validation and test part, with a blank line between them.
for name in ("nations", "kinships", "umls"):
    parts = [unpacked(f"{name}-{part}.tsv.gz").decode().strip() for part in ("train", "valid", "test")]
    pack(f"{name}.tsv", ("\n\n".join(parts) + "\n").encode())

# The members with their side after the split, a blank line, the ties.
lines = [line.split(",") for line in (SOURCE / "karate-club.csv").read_text().split("\n") if line and not line.startswith("#")]
ties = lines.index(["source", "target"])
pack("karate-club.tsv", "\n".join("\t".join(line) for line in [*lines[1:ties], [], *lines[ties + 1 :], []]).encode())

for name, original in (("gun-point", "GunPoint"), ("italy-power", "ItalyPowerDemand")):
    for part in ("train", "test"):
        pack(f"{name}-{part}.ts", unpacked(f"{original}_{part.upper()}.ts.gz"))
pack("king-james.txt", unpacked("king-james.txt.gz"))
