"""Writes weights.safetensors of a torchvision ResNet, drawn at random with running statistics of its own, and prints its logits of a normalized image."""
import json, sys
import torch, torchvision
from safetensors.torch import save_file

path, name, classes = sys.argv[1], sys.argv[2], int(sys.argv[3])
torch.manual_seed(7)
network = getattr(torchvision.models, name)(num_classes=classes).train()
for _ in range(3):
    network(torch.rand(4, 3, 64, 64))
network.eval()
save_file(network.state_dict(), path)

mean, deviation = (torch.tensor(values).reshape(1, 3, 1, 1) for values in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))
side = 64
image = torch.arange(3 * side * side, dtype=torch.float64).mul(12.9898).sin().mul(43758.5453).frac().abs().float().reshape(1, 3, side, side)
with torch.no_grad():
    print(json.dumps(network((image - mean) / deviation)[0].tolist()))
