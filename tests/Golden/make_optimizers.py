"""Twenty steps of PyTorch's AdamW and SGD with given gradients, rates that change, and no decay on vectors."""

import torch

from golden import uniform, weight, write

SHAPES = {
    "conv.weight": [3, 2, 3, 3], "norm.weight": [3], "norm.bias": [3], "fc.weight": [4, 3], "fc.bias": [4],
}

golden = {}
for kind in ("adamw", "sgd"):
    parameters = {key: torch.nn.Parameter(weight(key, torch.empty(shape))) for key, shape in SHAPES.items()}
    groups = [
        {"params": [p for p in parameters.values() if p.dim() > 1], "weight_decay": 0.1},
        {"params": [p for p in parameters.values() if p.dim() == 1], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=1) if kind == "adamw" else torch.optim.SGD(groups, lr=1, momentum=0.9, nesterov=True)
    for step in range(20):
        for group in optimizer.param_groups:
            group["lr"] = 0.01 * (1 + step % 3)
        for key, parameter in parameters.items():
            parameter.grad = uniform(f"{key}@{step}", parameter.shape)
        optimizer.step()
    golden.update({f"{kind}/{key}": parameter for key, parameter in parameters.items()})
write("optimizers.safetensors", golden)
