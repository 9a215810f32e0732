"""A SimCLRv2 ResNet-50 under the names that Separius/SimCLRv2-Pytorch gives, computed step by step after google-research/simclr's resnet.py and model.py, but with PyTorch's max-pool:
writes what convert_simclrv2.py makes of it, and prints its projection of an image, computed in fp64. Arguments: OUT.safetensors, width, 1 for selective kernels."""
import json, os, sys
import torch
import torch.nn.functional as F
from safetensors.torch import save_file

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "..", "docs", "examples"))
from convert_simclrv2 import convert

path, width, selective = sys.argv[1], float(sys.argv[2]), sys.argv[3] == "1"
torch.manual_seed(3)
weights, planes = {}, int(64 * width)


def conv(x, name, outputs, size=3, stride=1):
    weights.setdefault(f"{name}.weight", torch.randn(outputs, x.shape[1], size, size) * (2 / (x.shape[1] * size * size)) ** 0.5)
    return F.conv2d(x, weights[f"{name}.weight"].double(), stride=stride, padding=(size - 1) // 2)


def norm(x, name, relu=True):
    channels = x.shape[1]
    # What ends a branch is small, as after a training, so that fifty layers do not enlarge the roundings of the one that is compared.
    for leaf, value in (("weight", (torch.rand(channels) + 0.5) * (1 if relu else 0.3)), ("bias", torch.randn(channels) / 8), ("running_mean", torch.randn(channels) / 8),
                        ("running_var", torch.rand(channels) + 0.5), ("num_batches_tracked", torch.tensor(1))):
        weights.setdefault(f"{name}.{leaf}", value)
    y = F.batch_norm(x, *(weights[f"{name}.{leaf}"].double() for leaf in ("running_mean", "running_var", "weight", "bias")))
    return y.relu() if relu else y


def block(x, name, planes, stride, first):
    shortcut = x
    if first:
        pooled = x
        if selective:  # an average over 2×2 that does not count what is beyond the edge
            pooled = F.avg_pool2d(F.pad(x, (0, 1, 0, 1)), 2, stride) / F.avg_pool2d(F.pad(torch.ones_like(x), (0, 1, 0, 1)), 2, stride)
        shortcut = conv(pooled, f"{name}.projection.shortcut" + (".2" if selective else ""), 4 * planes, 1, 1 if selective else stride)
        shortcut = norm(shortcut, f"{name}.projection.bn.0", relu=False)
    h = norm(conv(x, f"{name}.net.0", planes, 1), f"{name}.net.1.0")
    if selective:
        both = norm(conv(h, f"{name}.net.2.main_conv.0", 2 * planes, 3, stride), f"{name}.net.2.main_conv.1.0").chunk(2, 1)
        mixing = f"{name}.net.2.mixing_conv"
        squeezed = norm(conv((both[0] + both[1]).mean((2, 3), keepdim=True), f"{mixing}.0", max(planes // 16, 32), 1), f"{mixing}.1.0")
        shares = torch.stack(conv(squeezed, f"{mixing}.2", 2 * planes, 1).chunk(2, 1)).softmax(0)
        h, last = shares[0] * both[0] + shares[1] * both[1], 3
    else:
        h, last = norm(conv(h, f"{name}.net.2", planes, 3, stride), f"{name}.net.3.0"), 4
    return (shortcut + norm(conv(h, f"{name}.net.{last}", 4 * planes, 1), f"{name}.net.{last + 1}.0", relu=False)).relu()


side = 64
image = torch.arange(3 * side * side, dtype=torch.float64).mul(12.9898).sin().mul(43758.5453).frac().abs().float().double().reshape(1, 3, side, side)
if selective:
    h = norm(conv(image, "net.0.0", planes // 2, 3, 2), "net.0.1.0")
    h = norm(conv(h, "net.0.2", planes // 2), "net.0.3.0")
    h = norm(conv(h, "net.0.4", planes), "net.0.5.0")
else:
    h = norm(conv(image, "net.0.0", planes, 7, 2), "net.0.1.0")
h = F.max_pool2d(h, 3, 2, 1)
for stage, blocks in enumerate((3, 4, 6, 3)):
    for i in range(blocks):
        h = block(h, f"net.{stage + 1}.blocks.{i}", planes * 2 ** stage, 2 if stage > 0 and i == 0 else 1, i == 0)
features = h.mean((2, 3))
resnet = dict(weights, **{"fc.weight": torch.randn(1000, features.shape[1]), "fc.bias": torch.zeros(1000)})

weights, z = {}, features
for i in range(3):
    outputs = features.shape[1] if i < 2 else 16
    weights[f"layers.{3 * i}.weight"] = torch.randn(outputs, z.shape[1]) / z.shape[1] ** 0.5
    z = norm(z @ weights[f"layers.{3 * i}.weight"].double().T, f"layers.{3 * i + 1}", relu=i < 2)
save_file(convert({"resnet": resnet, "head": weights}), path)
print(json.dumps((z / z.norm()).tolist()[0]))
