"""Classifies image files with a published student: python3 predict.py FOLDER IMAGE... (torch, torchvision, safetensors, numpy, Pillow)."""
import json, sys
import torch, torchvision
from prepare import prepare
from safetensors.torch import load_file
from torch import nn

folder, *images = sys.argv[1:]
config, weights = json.load(open(f"{folder}/config.json")), load_file(f"{folder}/model.safetensors")
network = getattr(torchvision.models, config["architecture"])(num_classes=config["num_classes"])
for name, module in list(network.named_modules()):  # of torchvision's layers as wide as the weights are; a ResNet of width 1 is left as it is
    if f"{name}.weight" in weights:
        shape, (owner, _, key) = weights[f"{name}.weight"].shape, name.rpartition(".")
        narrow = (nn.Conv2d(shape[1], shape[0], shape[2:], module.stride, [k // 2 for k in shape[2:]], bias=False) if isinstance(module, nn.Conv2d)
                  else nn.BatchNorm2d(shape[0]) if isinstance(module, nn.BatchNorm2d) else nn.Linear(shape[1], shape[0]))
        setattr(network.get_submodule(owner), key, narrow)
if config["distill"]["stem"] == "small":
    network.conv1.stride = (1, 1)
if config["distill"]["stem"] in ("small", "half"):
    network.maxpool = nn.Identity()
network.load_state_dict(weights, strict=True)
mean, std = (torch.tensor(config["pretrained_cfg"][name]).reshape(-1, 1, 1) for name in ("mean", "std"))
for path in images:
    pixels = torch.from_numpy(prepare(path, config))
    probabilities = (network.eval()((pixels - mean) / std) / config["distill"]["temperature"]).softmax(1)[0]
    print(f"{path}: {config['label_names'][probabilities.argmax()]} ({100 * probabilities.max():.1f} %)")
