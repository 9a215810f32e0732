#!/usr/bin/env python3
"""Makes the committed sample from the full Fashion-MNIST: the first images of each class, in file order.

Usage: make_sample.py FOLDER_OF_FASHION_MNIST [FOLDER_OF_SAMPLE]

The standard library alone, and no randomness: the gzip header carries neither time nor name. The
uncompressed bytes are the same on every machine; the compressed ones depend on its version of zlib.
"""

import gzip
import pathlib
import struct
import sys

IMAGES_MAGIC, LABELS_MAGIC = 2051, 2049
CLASSES = 10
IMAGES_PER_CLASS = {"train": 300, "t10k": 100}


def read(folder, name):
    packed = folder / f"{name}.gz"
    return gzip.decompress(packed.read_bytes()) if packed.exists() else (folder / name).read_bytes()


def write(folder, name, content):
    with open(folder / f"{name}.gz", "wb") as file:
        with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=file, mtime=0) as packed:
            packed.write(content)


def first_of_each_class(labels, per_class):
    taken = [0] * CLASSES
    for index, label in enumerate(labels):
        if taken[label] < per_class:
            taken[label] += 1
            yield index


def make(source, target, split, per_class):
    images, labels = read(source, f"{split}-images-idx3-ubyte"), read(source, f"{split}-labels-idx1-ubyte")
    _, _, height, width = struct.unpack(">4I", images[:16])
    images, labels, size = images[16:], labels[8:], height * width

    kept = list(first_of_each_class(labels, per_class))
    header = struct.pack(">4I", IMAGES_MAGIC, len(kept), height, width)
    write(target, f"{split}-images-idx3-ubyte", header + b"".join(images[i * size : (i + 1) * size] for i in kept))
    write(target, f"{split}-labels-idx1-ubyte", struct.pack(">2I", LABELS_MAGIC, len(kept)) + bytes(labels[i] for i in kept))


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    source = pathlib.Path(sys.argv[1])
    target = pathlib.Path(sys.argv[2]) if len(sys.argv) == 3 else pathlib.Path(__file__).parent
    for split, per_class in IMAGES_PER_CLASS.items():
        make(source, target, split, per_class)


if __name__ == "__main__":
    main()
