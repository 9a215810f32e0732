"""SimCLRv2's networks with selective kernels and ResNet-D's stem and shortcuts, written in PyTorch after google-research/simclr's
resnet.py: logits in inference mode, statistics and gradients in training mode."""

import torch
import torch.nn.functional as F
from torch import nn

from golden import fill, uniform, write

PLANES = 4
BLOCKS = {"resnet50": [3, 4, 6, 3], "resnet101": [3, 4, 23, 3]}
# Sizes that become odd after some strides, and sizes that stay even. The small stem keeps its single convolution.
CASES = [("resnet50", "imagenet", 3, (36, 40)), ("resnet50", "imagenet", 1, (52, 44)), ("resnet101", "small", 3, (12, 10))]


def conv(inputs, outputs, kernel, stride=1):
    return nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)


class Pool(nn.Module):
    def __init__(self, stride):
        super().__init__()
        self.stride = stride

    def forward(self, x):
        if self.stride == 2:
            # Keras pads one row and column of zeros at the end, and then uses only complete windows.
            return F.avg_pool2d(F.pad(x, (0, 1, 0, 1)), 2, 2)
        # Keras's SAME: the mean of the window's pixels inside the image.
        total = F.avg_pool2d(F.pad(x, (0, 1, 0, 1)), 2, 1) * 4
        count = F.avg_pool2d(F.pad(torch.ones_like(x), (0, 1, 0, 1)), 2, 1) * 4
        return total / count


class Selective(nn.Module):
    def __init__(self, planes, stride):
        super().__init__()
        squeezed = max(planes // 16, 32)
        self.conv = conv(planes, 2 * planes, 3, stride)
        self.bn = nn.BatchNorm2d(2 * planes)
        self.squeeze = conv(planes, squeezed, 1)
        self.squeeze_bn = nn.BatchNorm2d(squeezed)
        self.excite = conv(squeezed, 2 * planes, 1)

    def forward(self, x):
        n, _, h, w = (x := F.relu(self.bn(self.conv(x)))).shape
        branches = x.reshape(n, 2, -1, h, w)
        pooled = branches.sum(1).mean((2, 3), keepdim=True)
        mixing = self.excite(F.relu(self.squeeze_bn(self.squeeze(pooled)))).reshape(n, 2, -1, 1, 1)
        return (branches * mixing.softmax(1)).sum(1)


class Block(nn.Module):
    def __init__(self, inputs, planes, stride):
        super().__init__()
        self.conv1, self.bn1 = conv(inputs, planes, 1), nn.BatchNorm2d(planes)
        self.conv2 = Selective(planes, stride)
        self.conv3, self.bn3 = conv(planes, 4 * planes, 1), nn.BatchNorm2d(4 * planes)
        self.downsample = None
        if stride != 1 or inputs != 4 * planes:
            self.downsample = nn.Sequential(Pool(stride), conv(inputs, 4 * planes, 1), nn.BatchNorm2d(4 * planes))

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        h = self.conv2(F.relu(self.bn1(self.conv1(x))))
        return F.relu(self.bn3(self.conv3(h)) + shortcut)


class Network(nn.Module):
    def __init__(self, name, stem, channels):
        super().__init__()
        half = PLANES // 2
        self.small = stem == "small"
        self.conv1 = conv(channels, PLANES, 3) if self.small else nn.Sequential(
            conv(channels, half, 3, 2), nn.BatchNorm2d(half), nn.ReLU(), conv(half, half, 3), nn.BatchNorm2d(half), nn.ReLU(),
            conv(half, PLANES, 3))
        self.bn1 = nn.BatchNorm2d(PLANES)
        inputs = PLANES
        for stage, count in enumerate(BLOCKS[name]):
            planes = PLANES * 2**stage
            blocks = []
            for i in range(count):
                blocks.append(Block(inputs, planes, 2 if i == 0 and stage > 0 else 1))
                inputs = 4 * planes
            setattr(self, f"layer{stage + 1}", nn.Sequential(*blocks))
        self.fc = nn.Linear(inputs, 10)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        if not self.small:
            x = F.max_pool2d(x, 3, 2, 1)
        return self.fc(self.layer4(self.layer3(self.layer2(self.layer1(x)))).mean((2, 3)))


golden = {}
for name, stem, channels, size in CASES:
    case = f"{name}/{stem}/{channels}"
    images = 0.5 + 0.5 * uniform("images", [4, channels, *size])
    with torch.no_grad():
        golden[f"{case}/eval/logits"] = fill(Network(name, stem, channels)).eval()(images)
    # In double precision, as in make_networks.py.
    network = fill(Network(name, stem, channels)).double().train()
    logits = network(images.double())
    (logits * uniform("cotangent", logits.shape).double()).sum().backward()
    first = network.conv1.weight if stem == "small" else network.conv1[0].weight
    golden[f"{case}/train/logits"] = logits.float()
    golden[f"{case}/train/gradient"] = first.grad.float()
    golden[f"{case}/train/running_var"] = network.layer4[0].conv2.squeeze_bn.running_var.float()
write("selective-kernels.safetensors", golden)
