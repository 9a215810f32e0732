"""SimCLRv2's networks and loss in plain PyTorch and torchvision, for the programs beside this file."""

import os

import torch
from torch import nn
from torchvision.models.resnet import Bottleneck, ResNet

LAYERS = {"resnet50": [3, 4, 6, 3], "resnet101": [3, 4, 23, 3], "resnet152": [3, 8, 36, 3]}


class NarrowResNet(ResNet):
    """torchvision's ResNet with all widths scaled, so that the first layer has `planes` instead of 64."""

    def __init__(self, depth, planes, channels, classes=None):
        self.planes = planes
        super().__init__(Bottleneck, LAYERS[depth])
        self.conv1 = nn.Conv2d(channels, planes, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.features = 8 * planes * Bottleneck.expansion
        self.fc = nn.Identity() if classes is None else nn.Linear(self.features, classes)
        nn.init.kaiming_normal_(self.conv1.weight, mode="fan_out", nonlinearity="relu")

    def _make_layer(self, block, planes, blocks, stride=1, dilate=False):
        if planes == 64:
            self.inplanes = self.planes
        return super()._make_layer(block, planes * self.planes // 64, blocks, stride, dilate)


def head(features, output, layers):
    """SimCLRv2's projection head: dense layers without biases, batch norms, ReLU after all but the last."""
    modules = []
    for i in range(layers):
        last = i == layers - 1
        width = output if last else features
        modules += [nn.Linear(features, width, bias=False), nn.BatchNorm1d(width)]
        if last:
            modules[-1].bias.requires_grad = False
        else:
            modules.append(nn.ReLU(inplace=True))
    return nn.Sequential(*modules)


def nt_xent(z, temperature):
    """The contrastive loss of z: first views of all images, then the second views in the same order."""
    z = nn.functional.normalize(z.float(), dim=1)
    similar = z @ z.t() / temperature
    similar.fill_diagonal_(float("-inf"))
    partners = torch.arange(len(z), device=z.device).roll(len(z) // 2)
    return nn.functional.cross_entropy(similar, partners)


def answer_stream():
    """Returns standard output for answers. Everything else that is printed there, by libraries too, goes to standard error."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    return answers


def channels_last(x):
    return x.contiguous(memory_format=torch.channels_last)
