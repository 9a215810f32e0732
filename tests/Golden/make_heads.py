"""SimCLRv2's three-layer projection head in plain PyTorch: outputs and a gradient in training mode."""

from collections import OrderedDict

from torch import nn

from golden import fill, uniform, write


def layer(inputs, outputs, last):
    parts = [("linear", nn.Linear(inputs, outputs, bias=False)), ("bn", nn.BatchNorm1d(outputs))]
    return nn.Sequential(OrderedDict(parts if last else parts + [("relu", nn.ReLU())]))


head = nn.Sequential(OrderedDict(layers=nn.Sequential(layer(12, 12, False), layer(12, 12, False), layer(12, 5, True))))
fill(head)
nn.init.zeros_(head.layers[2].bn.bias)
rows = uniform("features", [7, 12])
golden = {"eval": head.eval()(rows)}
z = head.train()(rows)
(z * uniform("cotangent", z.shape)).sum().backward()
golden.update(train=z, gradient=head.layers[0].linear.weight.grad, scale_gradient=head.layers[2].bn.weight.grad)
write("heads.safetensors", golden)
