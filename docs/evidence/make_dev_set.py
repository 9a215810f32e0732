#!/usr/bin/env python3
"""Makes the development set: make_dev_set.py [data/fashion-mnist] [data/fashion-mnist-dev].

The last 10,000 training images become the test split of a data set of kind "idx", the first 50,000 its training split. What a
recipe is chosen by is measured there, and the test split of Fashion-MNIST is not looked at.
"""
import gzip
import pathlib
import struct
import sys

HELD_OUT = 10_000


def read(path, item):
    data = gzip.decompress(path.read_bytes())
    header = 8 if item == 1 else 16
    return data[:4], data[8:header], data[header:]


def main():
    source, target = (pathlib.Path(path) for path in (sys.argv[1:] + ["data/fashion-mnist", "data/fashion-mnist-dev"][len(sys.argv) - 1:]))
    target.mkdir(parents=True, exist_ok=True)
    for kind, item in (("images-idx3-ubyte", 28 * 28), ("labels-idx1-ubyte", 1)):
        magic, shape, data = read(source / f"train-{kind}.gz", item)
        cut = len(data) - HELD_OUT * item
        for split, part in (("train", data[:cut]), ("t10k", data[cut:])):
            (target / f"{split}-{kind}").write_bytes(magic + struct.pack(">I", len(part) // item) + shape + part)


main()
