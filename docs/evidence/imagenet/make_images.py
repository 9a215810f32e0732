#!/usr/bin/env python3
"""Writes a folder of tiny JPEGs as many as ImageNet has: make_images.py FOLDER [--classes 1000] [--train 1281167] [--test 50000].

A class has a pattern of 4 × 4 colors. An image is its class's pattern with noise, of 16 × 16 pixels, in FOLDER/train/CLASS or FOLDER/test/CLASS.
Needs NumPy and Pillow. The pixels are the same on every machine.
"""
import argparse
import io
import multiprocessing
import os

import numpy as np
from PIL import Image

SIDE, CELLS = 16, 4


def name_of(label):
    return f"n{label:08d}"


def encode(pattern, rng):
    """One JPEG: an image of the class that has this pattern, of shape [4, 4, 3] with values in [0, 1]."""
    pixels = np.kron(pattern, np.ones((SIDE // CELLS, SIDE // CELLS, 1))) + rng.normal(0, 0.2, (SIDE, SIDE, 3))
    file = io.BytesIO()
    Image.fromarray((np.clip(pixels, 0, 1) * 255).astype(np.uint8)).save(file, "JPEG", quality=75)
    return file.getvalue()


def write_class(task):
    folder, label, count, split = task
    pattern = np.random.default_rng([0, label]).uniform(0, 1, (CELLS, CELLS, 3))
    rng = np.random.default_rng([1 + split, label])
    os.makedirs(folder, exist_ok=True)
    for number in range(count):
        with open(f"{folder}/{number:05d}.jpg", "wb") as file:
            file.write(encode(pattern, rng))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder")
    parser.add_argument("--classes", type=int, default=1000)
    parser.add_argument("--train", type=int, default=1281167)
    parser.add_argument("--test", type=int, default=50000)
    arguments = parser.parse_args()
    tasks = [
        (f"{arguments.folder}/{split}/{name_of(label)}", label, images // arguments.classes + (label < images % arguments.classes), number)
        for number, (split, images) in enumerate((("train", arguments.train), ("test", arguments.test)))
        for label in range(arguments.classes)
    ]
    with multiprocessing.Pool() as pool:
        for _ in pool.imap_unordered(write_class, tasks):
            pass


if __name__ == "__main__":
    main()
