"""Renames a SimCLRv2 checkpoint for Distill: python3 convert_simclrv2.py CONVERTED.pth OUT.safetensors (torch, safetensors).

CONVERTED.pth is what Separius/SimCLRv2-Pytorch makes of Google's TensorFlow checkpoints: {"resnet": …, "head": …}. Both compute as PyTorch does, whose max-pool
begins one pixel before that of TensorFlow's padding "SAME".
"""
import re, sys
import torch
from safetensors.torch import save_file

STEM = {"0": {"0": "conv1", "1": "bn1"},  # by whether the stem is deep (networks with selective kernels)
        "deep": {"0": "conv1.0", "1": "conv1.1", "2": "conv1.3", "3": "conv1.4", "4": "conv1.6", "5": "bn1"}}
PLAIN = {"0": "conv1", "1.0": "bn1", "2": "conv2", "3.0": "bn2", "4": "conv3", "5.0": "bn3"}
SELECTIVE = {"0": "conv1", "1.0": "bn1", "2.main_conv.0": "conv2.conv", "2.main_conv.1.0": "conv2.bn", "2.mixing_conv.0": "conv2.squeeze",
             "2.mixing_conv.1.0": "conv2.squeeze_bn", "2.mixing_conv.2": "conv2.excite", "3": "conv3", "4.0": "bn3"}


def renamed(key, deep):
    if key.startswith("net.0."):
        place, leaf = re.fullmatch(r"net\.0\.(\d+)(?:\.0)?\.(\w+)", key).groups()
        return f"encoder.{STEM['deep' if deep else '0'][place]}.{leaf}"
    layer, block, place, leaf = re.fullmatch(r"net\.(\d)\.blocks\.(\d+)\.(.+)\.(\w+)", key).groups()
    if place.startswith("projection."):  # a pooled shortcut convolves third
        shortcut = "downsample.1" if deep else "downsample.0"
        norm = "downsample.2" if deep else "downsample.1"
        place = norm if place == "projection.bn.0" else shortcut
    else:
        place = (SELECTIVE if deep else PLAIN)[place.removeprefix("net.")]
    return f"encoder.layer{layer}.{block}.{place}.{leaf}"


def convert(checkpoint):
    resnet, head = checkpoint["resnet"], checkpoint["head"]
    deep = any(".main_conv." in key for key in resnet)
    weights = {renamed(key, deep): value for key, value in resnet.items() if not key.startswith("fc.")}
    # Linear, norm and, but for the last, a ReLU: layers 0, 1, 2, 3 …
    for key, value in head.items():
        place, leaf = re.fullmatch(r"layers\.(\d+)\.(\w+)", key).groups()
        weights[f"head.layers.{int(place) // 3}.{'linear' if int(place) % 3 == 0 else 'bn'}.{leaf}"] = value
    return {key: value.contiguous() for key, value in weights.items()}


if __name__ == "__main__":
    save_file(convert(torch.load(sys.argv[1], map_location="cpu")), sys.argv[2], metadata={"format": "pt"})
