#!/usr/bin/env python3
"""SimCLR in plain PyTorch, configured by a pipeline file: train.py pipeline.json OUT [--epochs 10] [--seed 0].

Network, batch, rate and augmentations are those of the file's block "pretrain". The batch is one group, and an epoch consists of complete
batches. After each epoch the encoder is written to OUT/step-….safetensors under torchvision's names, which "pretrain": { "weights": … }
accepts, and a line is added to OUT/metrics.jsonl. Its first line names the versions of PyTorch and torchvision. Grayscale is left out,
because the images are gray. The file must not extend another one.

Differences from Distill: PIL rounds to bytes after each operation, while Distill keeps floats. Each epoch leaves out the images that do
not fill a batch, while Distill continues the batch in the next epoch. And each program draws its own random numbers.
"""
import argparse
import json
import math
import pathlib
import struct
import time

import torch
import torchvision
from torch import nn
from torch.utils.data import DataLoader
from torchvision import transforms
from torchvision.models.resnet import Bottleneck
from torchvision.transforms import InterpolationMode

from networks import NarrowResNet, channels_last, head, nt_xent
from simclr import Batches, Images


def composition(views):
    steps = []
    for view in views:
        kind, chance = view["operation"], view.get("probability", 0.5)
        if kind == "crop":
            steps.append(transforms.RandomResizedCrop(28, scale=tuple(view["area"]), interpolation=InterpolationMode.BILINEAR))
            steps.append(transforms.RandomHorizontalFlip(view["flip"]))
        elif kind == "jitter":
            steps.append(transforms.RandomApply([transforms.ColorJitter(view["brightness"], view["contrast"])], p=chance))
        elif kind == "blur":
            steps.append(transforms.RandomApply([transforms.GaussianBlur(3, sigma=(0.1, 2.0))], p=chance))
        elif kind != "grayscale":
            raise SystemExit(f"augmentation {kind} is not supported")
    return transforms.Compose(steps + [transforms.ToTensor()])


def rate(step, steps, options):
    warmup = round(options["warmupFraction"] * steps)
    peak = options["learningRate"]
    if step < warmup:
        return peak * (step + 1) / warmup
    return peak * 0.5 * (1 + math.cos(math.pi * (step - warmup) / (steps - warmup)))


def save(path, tensors):
    """Writes a safetensors file: length of the header, header, numbers."""
    header, data = {}, b""
    for name, tensor in tensors.items():
        if name.endswith("num_batches_tracked"):
            continue
        numbers = tensor.detach().float().contiguous().numpy().tobytes()
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + len(numbers)]}
        data += numbers
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pipeline")
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--images", default="data/fashion-mnist/train-images-idx3-ubyte.gz")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    options = json.loads(pathlib.Path(arguments.pipeline).read_text())["pretrain"]
    if options["network"]["stem"] != "imagenet" or options["optimizer"]["kind"] != "adamw":
        raise SystemExit("only the ImageNet stem and AdamW are supported")
    torch.manual_seed(arguments.seed)
    torch.set_num_threads(arguments.threads)
    arguments.out.mkdir(parents=True, exist_ok=True)

    images = Images(arguments.images, composition(options["augmentations"]), 2)
    batch = options["batchSize"]
    steps_per_epoch = len(images) // batch
    sampler = Batches(len(images), batch, shuffle=True)
    sampler.images = steps_per_epoch * batch
    loader = DataLoader(images, batch_sampler=sampler, num_workers=arguments.threads, persistent_workers=True)

    encoder = NarrowResNet(options["network"]["architecture"], round(64 * options["network"]["width"]), channels=1)
    for module in encoder.modules():
        if isinstance(module, Bottleneck):
            nn.init.zeros_(module.bn3.weight)
    projection = head(encoder.features, options["head"]["output"], options["head"]["layers"])
    network = nn.Sequential(encoder, projection).to(memory_format=torch.channels_last).train()
    trained = [p for p in network.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(
        [{"params": [p for p in trained if p.ndim > 1], "weight_decay": options["optimizer"]["weightDecay"]},
         {"params": [p for p in trained if p.ndim == 1], "weight_decay": 0.0}])

    step, steps, start = 0, arguments.epochs * steps_per_epoch, time.perf_counter()
    with (arguments.out / "metrics.jsonl").open("w") as metrics:
        metrics.write(json.dumps({"torch": torch.__version__, "torchvision": torchvision.__version__, "seed": arguments.seed}) + "\n")
        for epoch in range(arguments.epochs):
            total = 0.0
            for pair in loader:
                for group in optimizer.param_groups:
                    group["lr"] = rate(step, steps, options["optimizer"])
                with torch.autocast("cpu", torch.bfloat16):
                    z = network(channels_last(pair.transpose(0, 1).flatten(0, 1)))
                loss = nt_xent(z, options["temperature"])
                optimizer.zero_grad(set_to_none=True)
                loss.backward()
                optimizer.step()
                total += loss.item()
                step += 1
            save(arguments.out / f"step-{step:08}.safetensors", encoder.state_dict())
            line = {"step": step, "epoch": epoch + 1, "loss": total / steps_per_epoch, "seconds": time.perf_counter() - start}
            metrics.write(json.dumps(line) + "\n")
            metrics.flush()
            print(json.dumps(line), flush=True)


main()
