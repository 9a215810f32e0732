"""A file with every element type, metadata, a scalar and an empty tensor, after the format's specification."""

import torch

from golden import write

write("types.safetensors", {
    "double": torch.tensor([[1.5, -2.25], [3e100, 0.1]], dtype=torch.float64),
    "long": torch.tensor([2**62, -3], dtype=torch.int64),
    "float": torch.tensor([0.1, -1e-30, 7], dtype=torch.float32),
    "b.scalar": torch.tensor(2.5),
    "int": torch.tensor([[[-7]], [[2**31 - 1]]], dtype=torch.int32),
    "half": torch.tensor([0.5, 65504], dtype=torch.float16),
    "bfloat": torch.tensor([1.0, -3e38], dtype=torch.bfloat16),
    "short": torch.tensor([-32768, 5], dtype=torch.int16),
    "signed": torch.tensor([-128, 127, 1], dtype=torch.int8),
    "unsigned": torch.tensor([255, 0, 3], dtype=torch.uint8),
    "flags": torch.tensor([True, False, True, True, False]),
    "empty": torch.zeros(0, 3),
}, {"stage": "test", "format": "pt"})
