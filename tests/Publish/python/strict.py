"""Loads model.safetensors into torchvision's resnet50 with strict=True and prints the logits of an image that is a closed form."""
import json, sys
import torch, torchvision
from safetensors.torch import load_file

path, classes = sys.argv[1], int(sys.argv[2])
network = torchvision.models.resnet50(num_classes=classes)
network.load_state_dict(load_file(path), strict=True)
side = 64
image = torch.arange(3 * side * side, dtype=torch.float64).mul(12.9898).sin().mul(43758.5453).frac().abs().float().reshape(1, 3, side, side)
with torch.no_grad():
    print(json.dumps(network.eval()(image)[0].tolist()))
