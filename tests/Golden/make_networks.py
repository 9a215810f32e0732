"""Narrow residual networks of torchvision: features, logits, running statistics and gradients of every depth."""

import json

import torch
from torch import nn
from torchvision.models import resnet

from golden import fill, uniform, write

PLANES = 4
CASES = [
    ("resnet18", "imagenet", 3), ("resnet18", "small", 1), ("resnet34", "quarter", 3),
    ("resnet50", "imagenet", 3), ("resnet50", "small", 1), ("resnet50", "half", 1),
    ("resnet101", "small", 3), ("resnet152", "imagenet", 1), ("resnet152", "half", 3),
]
BLOCKS = {
    "resnet18": (resnet.BasicBlock, [2, 2, 2, 2]), "resnet34": (resnet.BasicBlock, [3, 4, 6, 3]),
    "resnet50": (resnet.Bottleneck, [3, 4, 6, 3]), "resnet101": (resnet.Bottleneck, [3, 4, 23, 3]),
    "resnet152": (resnet.Bottleneck, [3, 8, 36, 3]),
}


class Narrow(resnet.ResNet):
    def __init__(self, name, stem, channels):
        block, layers = BLOCKS[name]
        super().__init__(block, layers, num_classes=10)
        kernel, stride = {"imagenet": (7, 2), "small": (3, 1), "half": (3, 2), "quarter": (3, 2)}[stem]
        self.conv1 = nn.Conv2d(channels, PLANES, kernel, stride, kernel // 2, bias=False)
        self.bn1 = nn.BatchNorm2d(PLANES)
        if stem in ("small", "half"):
            self.maxpool = nn.Identity()
        self.fc = nn.Linear(PLANES * 8 * block.expansion, 10)

    def _make_layer(self, block, planes, blocks, stride=1, dilate=False):
        if planes == 64:
            self.inplanes = PLANES
        return super()._make_layer(block, planes * PLANES // 64, blocks, stride, dilate)


golden = {}
for name, stem, channels in CASES:
    case = f"{name}/{stem}/{channels}"
    network = fill(Narrow(name, stem, channels)).eval()
    images = 0.5 + 0.5 * uniform("images", [4, channels, 36, 40])
    features = []
    network.avgpool.register_forward_hook(lambda module, args, output: features.append(output.flatten(1)))
    with torch.no_grad():
        golden[f"{case}/eval/logits"] = network(images)
    golden[f"{case}/eval/features"] = features[0]
    # Double precision. In single precision, rounding switches units on or off, which changes deep gradients by percents.
    network = fill(Narrow(name, stem, channels)).double().train()
    logits = network(images.double())
    (logits * uniform("cotangent", logits.shape).double()).sum().backward()
    golden[f"{case}/train/logits"] = logits.float()
    golden[f"{case}/train/gradient"] = network.conv1.weight.grad.float()
    golden[f"{case}/train/running_var"] = network.layer4[0].bn1.running_var.float()
write("networks.safetensors", golden)

keys = {key: list(value.shape) for key, value in resnet.resnet50(num_classes=10).state_dict().items()}
with open("resnet50-keys.json", "w") as file:
    file.write("{\n" + ",\n".join(f"  {json.dumps(k)}: {json.dumps(s)}" for k, s in keys.items()) + "\n}\n")
