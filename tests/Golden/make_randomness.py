"""Counter-based random numbers: the published definition of SplitMix64's finalizer in Python's big integers."""

import json

MASK = (1 << 64) - 1
GAMMA = 0x9E3779B97F4A7C15


def mix(z):
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def add(a, b):
    return (a + b) & MASK


def fold(state, coordinate):
    if isinstance(coordinate, str):
        for octet in coordinate.encode():
            state = mix(add(state ^ octet, GAMMA))
        return mix(add(state, GAMMA))
    return mix(mix(add(state, GAMMA)) ^ mix(add(coordinate & MASK, GAMMA)))


rows = []
for seed, path in ((0, []), (1, ["pretrain"]), (-5, ["pretrain", 3, 12345, 1]), (2**62, ["größe", -1, 2**40]), (0, ["distill", 0, 0, 0])):
    state = mix(add(seed & MASK, GAMMA))
    for coordinate in path:
        state = fold(state, coordinate)
    for draw in (0, 1, 305):
        bits = mix(add(state, (draw + 1) * GAMMA & MASK))
        rows.append({"seed": seed, "path": path, "draw": draw, "bits": str(bits), "uniform": (bits >> 11) / (1 << 53), "below1000": bits * 1000 >> 64})
with open("randomness.json", "w") as file:
    file.write("[\n" + ",\n".join("  " + json.dumps(row) for row in rows) + "\n]\n")
