"""Twenty steps of PyTorch's AdamW (with two values of β₁) and SGD, and of LARS as below: fixed gradients, changing learning rates, no decay of vectors."""

import torch

from golden import uniform, weight, write

SHAPES = {
    "conv.weight": [3, 2, 3, 3], "norm.weight": [3], "norm.bias": [3], "fc.weight": [4, 3], "fc.bias": [4],
}



class Lars(torch.optim.Optimizer):
    """SimCLR's LARS (lars_optimizer.py): trust ratio 0.001 ‖w‖ / ‖g + decay w‖, momentum of the scaled gradient; some groups have no trust ratio, some no decay."""

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                update = p.grad + group["weight_decay"] * p
                norms = p.norm(), update.norm()
                trust = 0.001 * norms[0] / norms[1] if group["adapts"] and norms[0] > 0 and norms[1] > 0 else 1.0
                state = self.state[p]
                state["v"] = group["momentum"] * state.get("v", torch.zeros_like(p)) + group["lr"] * trust * update
                p -= state["v"]


golden = {}
KINDS = {
    "adamw": lambda groups: torch.optim.AdamW(groups, lr=1),
    "adamw-0": lambda groups: torch.optim.AdamW(groups, lr=1, betas=(0.0, 0.999)),
    "sgd": lambda groups: torch.optim.SGD(groups, lr=1, momentum=0.9, nesterov=True),
}
for kind, create in KINDS.items():
    parameters = {key: torch.nn.Parameter(weight(key, torch.empty(shape))) for key, shape in SHAPES.items()}
    groups = [
        {"params": [p for p in parameters.values() if p.dim() > 1], "weight_decay": 0.1},
        {"params": [p for p in parameters.values() if p.dim() == 1], "weight_decay": 0.0},
    ]
    optimizer = create(groups)
    for step in range(20):
        for group in optimizer.param_groups:
            group["lr"] = 0.01 * (1 + step % 3)
        for key, parameter in parameters.items():
            parameter.grad = uniform(f"{key}@{step}", parameter.shape)
        optimizer.step()
    golden.update({f"{kind}/{key}": parameter for key, parameter in parameters.items()})
parameters = {key: torch.nn.Parameter(weight(key, torch.empty(shape)).double()) for key, shape in SHAPES.items()}
adapts = {"conv.weight"}
lars = Lars(
    [{"params": [p], "adapts": key in adapts, "weight_decay": 0.1 if p.dim() > 1 else 0.0} for key, p in parameters.items()],
    {"lr": 1, "momentum": 0.9})
for step in range(20):
    for group in lars.param_groups:
        group["lr"] = 0.01 * (1 + step % 3)
    for key, parameter in parameters.items():
        parameter.grad = uniform(f"{key}@{step}", parameter.shape).double()
    lars.step()
golden.update({f"lars/{key}": parameter.float() for key, parameter in parameters.items()})
write("optimizers.safetensors", golden)
