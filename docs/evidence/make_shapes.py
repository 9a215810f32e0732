#!/usr/bin/env python3
"""Writes ten classes of colored shapes as CIFAR-10's binary files: make_shapes.py FOLDER [IMAGES_PER_FILE].

There are five files of training images and one of test images, each of 10,000 images unless stated.
The shape tells the class. Colors, place, size and noise do not, so neither color jitter nor grayscale hides it.
Needs NumPy. The images are the same on every machine.
"""
import os
import sys

import numpy as np

CLASSES = ["disk", "square", "triangle", "ring", "cross", "columns", "rows", "diagonals", "checkers", "dots"]
SIDE = 32


def mask_of(shape, rng):
    """Where the shape is, as floats in [0, 1] of shape [32, 32]."""
    y, x = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
    u, v, r = x - rng.uniform(12, 20), y - rng.uniform(12, 20), rng.uniform(7, 11)
    period, phase = rng.uniform(5, 8), rng.uniform(0, 8)
    wave = lambda t: np.sin(2 * np.pi * (t + phase) / period)
    return {
        "disk": lambda: np.hypot(u, v) < r,
        "square": lambda: np.maximum(abs(u), abs(v)) < 0.85 * r,
        "triangle": lambda: (v < 0.8 * r) & (v > 2 * abs(u) - r),
        "ring": lambda: abs(np.hypot(u, v) - 0.85 * r) < 2,
        "cross": lambda: (np.minimum(abs(u), abs(v)) < 2) & (np.maximum(abs(u), abs(v)) < 1.1 * r),
        "columns": lambda: wave(x) > 0,
        "rows": lambda: wave(y) > 0,
        "diagonals": lambda: wave((x + y) / np.sqrt(2)) > 0,
        "checkers": lambda: wave(x) * wave(y) > 0,
        "dots": lambda: np.maximum(wave(x), 0) * np.maximum(wave(y), 0) > 0.3,
    }[shape]().astype(np.float32)


def image_of(label, rng):
    """One image as bytes: three planes of 32 × 32."""
    mask = mask_of(CLASSES[label], rng)
    front, back = rng.uniform(0, 1, (2, 3, 1, 1))
    while abs(front - back).mean() < 0.25:
        front, back = rng.uniform(0, 1, (2, 3, 1, 1))
    pixels = back + (front - back) * mask + rng.normal(0, 0.05, (3, SIDE, SIDE))
    return (np.clip(pixels, 0, 1) * 255).astype(np.uint8)


def write(path, count, seed):
    rng = np.random.default_rng(seed)
    with open(path, "wb") as file:
        for _ in range(count):
            label = int(rng.integers(len(CLASSES)))
            file.write(bytes([label]) + image_of(label, rng).tobytes())


def main(folder, images="10000"):
    os.makedirs(folder, exist_ok=True)
    for number in range(1, 6):
        write(f"{folder}/data_batch_{number}.bin", int(images), number)
    write(f"{folder}/test_batch.bin", int(images), 0)
    with open(f"{folder}/batches.meta.txt", "w", encoding="ascii") as file:
        file.write("\n".join(CLASSES) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
