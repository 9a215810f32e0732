"""Shared by the scripts beside this file: a safetensors writer and closed-form weights.

Run every script from its folder: for f in make_*.py; do /usr/bin/python3 "$f"; done
The committed files were made with Debian 12's python3-torch 1.13 and python3-torchvision 0.14.
"""

import json
import math
import struct

import torch

TYPES = {
    torch.float64: ("F64", 8), torch.int64: ("I64", 8), torch.float32: ("F32", 4), torch.int32: ("I32", 4),
    torch.float16: ("F16", 2), torch.bfloat16: ("BF16", 2), torch.int16: ("I16", 2), torch.int8: ("I8", 1),
    torch.uint8: ("U8", 1), torch.bool: ("BOOL", 1),
}


def write(path, tensors, metadata=None):
    """Writes a safetensors file: https://github.com/huggingface/safetensors#format."""
    ordered = sorted(tensors.items(), key=lambda item: (-TYPES[item[1].dtype][1], item[0]))
    header = {"__metadata__": dict(sorted(metadata.items()))} if metadata else {}
    data = b""
    for name, value in ordered:
        content = bytes(value.detach().contiguous().reshape(-1).clone().storage().untyped().tolist()) if value.numel() else b""
        header[name] = {
            "dtype": TYPES[value.dtype][0],
            "shape": list(value.shape),
            "data_offsets": [len(data), len(data) + len(content)],
        }
        data += content
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def uniform(key, shape):
    """Returns numbers in [-1, 1) that depend only on key and index. Pattern.Uniform in C# is the same function."""
    seed = 2166136261
    for octet in key.encode():
        seed = ((seed ^ octet) * 16777619) & 0xFFFFFFFF
    mask = 0x7FFFFFFF
    x = (torch.arange(math.prod(shape), dtype=torch.int64) * 1103515245 + seed) & mask
    for _ in range(2):
        x = ((x ^ (x >> 15)) * 73244475) & mask
    x = x ^ (x >> 16)
    return (x.double() / 2**30 - 1).float().reshape(shape)


def weight(key, value):
    """Returns the value of a parameter or buffer with this key and shape. Pattern.Weight in C# is the same function."""
    u = uniform(key, value.shape)
    if key.endswith("num_batches_tracked"):
        return torch.full_like(value, 7)
    if key.endswith("running_var"):
        return 1 + 0.3 * u
    if key.endswith("running_mean") or key.endswith("bias"):
        return 0.1 * u
    if key.endswith("bn3.weight"):  # A weak residual branch, because deep networks would magnify rounding errors.
        return 0.2 + 0.1 * u
    return 0.5 + 0.2 * u if value.dim() == 1 else u * math.sqrt(6 / (value.numel() / value.shape[0]))


def fill(module):
    with torch.no_grad():
        for key, value in module.state_dict().items():
            value.copy_(weight(key, value))
    return module
