"""Views of photographs by torchvision's DataLoader, as its documentation and SimCLR's copies of it load them.

Reads one command per line from standard input, and answers each with one line of JSON:

    views IMAGES WORKERS    two views of each of IMAGES images, made by WORKERS processes; wall and CPU time
    versions                versions of the libraries
    quit

The processes stay between commands and are idle then. Runs with torch 1.13 and later.
"""

import json
import os
import sys
import time

import PIL
import torch
import torchvision
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

from simclr import Batches


class Pair:
    """Two views of an image."""

    def __init__(self, transform):
        self.transform = transform

    def __call__(self, image):
        return torch.stack([self.transform(image), self.transform(image)])


class Program:
    def __init__(self, options):
        self.options = options
        jitter, blur = options["jitter"], options["blur"]
        steps = [
            transforms.RandomResizedCrop(options["size"], scale=tuple(options["area"]), ratio=tuple(options["aspect"])),
            transforms.RandomHorizontalFlip(options["flip"]),
        ]
        if jitter:
            change = transforms.ColorJitter(jitter["brightness"], jitter["contrast"], jitter["saturation"], jitter["hue"])
            steps.append(transforms.RandomApply([change], p=jitter["probability"]))
        if options["grayscale"]:
            steps.append(transforms.RandomGrayscale(options["grayscale"]))
        if blur:
            kernel = options["size"] // 10 // 2 * 2 + 1
            steps.append(transforms.RandomApply(
                [transforms.GaussianBlur(kernel, sigma=tuple(blur["sigma"]))], p=blur["probability"]))
        steps.append(transforms.ToTensor())
        self.images = datasets.ImageFolder(options["folder"], Pair(transforms.Compose(steps)))
        self.loaders = {}

    def views(self, images, workers):
        if workers not in self.loaders:
            self.loaders[workers] = DataLoader(
                self.images, batch_sampler=Batches(len(self.images), self.options["batch"], shuffle=True),
                num_workers=workers, persistent_workers=True)
        loader = self.loaders[workers]
        loader.batch_sampler.images = images
        start, cpu, count = time.perf_counter(), cpu_seconds(loader), 0
        for views, _ in loader:
            count += len(views)
        return {"images": count, "seconds": time.perf_counter() - start, "cpuSeconds": cpu_seconds(loader) - cpu}


def cpu_seconds(loader):
    """CPU time of this process and of the loader's processes, once they exist."""
    total = time.process_time()
    for worker in loader._iterator._workers if loader._iterator else []:
        with open(f"/proc/{worker.pid}/stat") as file:
            user, kernel = file.read().rsplit(")", 1)[1].split()[11:13]
        total += (int(user) + int(kernel)) / os.sysconf("SC_CLK_TCK")
    return total


def main():
    program = Program(json.loads(sys.argv[1]))
    for line in sys.stdin:
        command, *arguments = line.split()
        if command == "quit":
            break
        if command == "views":
            answer = program.views(int(arguments[0]), int(arguments[1]))
        else:
            answer = {
                "torch": torch.__version__,
                "torchvision": torchvision.__version__,
                "pillow": PIL.__version__,
                "python": sys.version.split()[0],
            }
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
