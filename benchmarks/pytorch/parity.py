"""Compares the product's loss and gradients of a ResNet-50 with torchvision's, on the same weights, batch and device.

Answers the line "fp64|fp32|bf16 FILE" on standard input with one line of JSON: the relative errors of the loss, of the
gradient and of its length, 1 - cos of the angle between the gradients, and whether they are within their tolerances.
"""

import json
import struct
import sys

import numpy as np
import torch

from device import resnet
from networks import answer_stream, channels_last

# In fp64 the arithmetic is compared to the last digits. In fp32 rounding moves some values across the kink of a ReLU, which
# changes the gradient by more than rounding does, so its length and direction are compared. In bf16 the product may differ
# from fp32 as much as PyTorch's own bf16 does, plus a margin.
TOLERANCES = {
    "fp64": {"loss": 1e-9, "gradient": 1e-9},
    "fp32": {"loss": 1e-4, "gradientLength": 1e-3, "gradientDirection": 1e-4},
    "bf16": {"loss": 2e-2},
}
BF16_MARGIN = 1.25, 0.02
TYPES = {"F32": np.float32, "F64": np.float64, "I64": np.int64}


def read(path):
    """Reads a safetensors file without the package of that name."""
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = file.read()
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__":
            start, end = entry["data_offsets"]
            array = np.frombuffer(data[start:end], TYPES[entry["dtype"]]).reshape(entry["shape"])
            tensors[name] = torch.from_numpy(array.copy())
    return tensors


def part(tensors, prefix):
    return {name[len(prefix):]: tensor for name, tensor in tensors.items() if name.startswith(prefix)}


def torchvisions(tensors, options, precision):
    """Returns the loss, the gradient as one vector in fp64 on the CPU, and the names of its parts."""
    device = torch.device(options["device"])
    network = resnet("resnet50", options["width"], classes=1000)
    network.load_state_dict(part(tensors, "weights."))
    network = network.to(tensors["images"].dtype).to(device).to(memory_format=torch.channels_last).train()
    images = channels_last(tensors["images"].to(device))
    with torch.autocast(device.type, torch.bfloat16, enabled=precision == "bf16"):
        logits = network(images)
    loss = torch.nn.functional.cross_entropy(logits.float() if precision == "bf16" else logits, tensors["labels"].to(device))
    loss.backward()
    gradient = torch.cat([p.grad.flatten().double().cpu() for p in network.parameters()])
    return loss.item(), gradient, [name for name, _ in network.named_parameters()]


def compare(options, precision, path):
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    tensors = read(path)
    loss, own, names = torchvisions(tensors, options, precision)
    gradients = part(tensors, "gradients.")
    product = torch.cat([gradients[name].flatten().double() for name in names])
    errors = {
        "loss": abs(loss - tensors["loss"].item()) / abs(loss),
        "gradientLength": abs(own.norm().item() - product.norm().item()) / own.norm().item(),
        "gradientDirection": 1 - (own @ product / (own.norm() * product.norm())).item(),
        "gradient": ((own - product).norm() / own.norm()).item(),
    }
    tolerances = dict(TOLERANCES[precision])
    if precision == "bf16":
        _, exact, _ = torchvisions(tensors, options, "fp32")
        errors["gradientFromFp32"] = ((product - exact).norm() / exact.norm()).item()
        factor, margin = BF16_MARGIN
        tolerances["gradientFromFp32"] = factor * ((own - exact).norm() / exact.norm()).item() + margin
    # Written so that NaN does not pass.
    passed = all(errors[name] <= tolerance for name, tolerance in tolerances.items())
    return {"precision": precision, "passed": passed, "tolerances": tolerances,
            **{name: error if error == error else None for name, error in errors.items()}}


def main():
    answers = answer_stream()
    options = json.loads(sys.argv[1])
    for line in sys.stdin:
        print(json.dumps(compare(options, *line.split())), file=answers, flush=True)


if __name__ == "__main__":
    main()
