"""SimCLRv2's pretraining step and labeling as a plain PyTorch + torchvision program.

Reads one command per line from standard input, and answers each with one line of JSON:

    pretrain STEPS fp32|bf16 THREADS    steps on real data with augmentation
    label IMAGES fp32|bf16 THREADS      logits of seeded crops of IMAGES images, written to a file
    versions                            versions, and the number of parameters that pretraining trains
    quit

It keeps running between commands, so that another program can take its turn. Loader workers are idle then, because
each command is an epoch of its own. Runs with torch 1.13 and later.
"""

import argparse
import gzip
import json
import os
import sys
import tempfile
import time

import numpy as np
import torch
import torchvision
from PIL import Image
from torch import nn
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms

from networks import NarrowResNet, channels_last, head, nt_xent


class Images(Dataset):
    """Images of a gzipped or plain IDX file, each as several newly drawn views."""

    def __init__(self, path, transform, views):
        with (gzip.open if path.endswith(".gz") else open)(path, "rb") as file:
            data = file.read()
        count, height, width = np.frombuffer(data, ">u4", 4)[1:]
        self.pixels = np.frombuffer(data, np.uint8, offset=16).reshape(count, height, width)
        self.transform, self.views = transform, views

    def __len__(self):
        return len(self.pixels)

    def __getitem__(self, index):
        image = Image.fromarray(self.pixels[index])
        return torch.stack([self.transform(image) for _ in range(self.views)])


class Batches:
    """A batch sampler whose epoch has as many images as the current command needs."""

    def __init__(self, count, batch, shuffle):
        self.count, self.batch, self.shuffle, self.images = count, batch, shuffle, batch

    def __len__(self):
        return -(-self.images // self.batch)

    def __iter__(self):
        order = torch.randperm(self.count).tolist() if self.shuffle else list(range(self.count))
        for start in range(0, self.images, self.batch):
            end = min(start + self.batch, self.images)
            yield [order[i % self.count] for i in range(start, end)]


class Program:
    def __init__(self, options):
        self.options = options
        views, label = options["views"], options["label"]
        pretraining = [
            transforms.RandomResizedCrop(28, scale=tuple(views["area"])),
            transforms.RandomHorizontalFlip(views["flip"]),
            transforms.RandomApply([transforms.ColorJitter(views["brightness"], views["contrast"])], p=views["jitter"]),
            transforms.RandomApply([transforms.GaussianBlur(3, sigma=(0.1, 2.0))], p=views["blur"]),
            transforms.ToTensor(),
        ]
        labeling = [
            transforms.RandomResizedCrop(28, scale=tuple(label["area"])),
            transforms.RandomHorizontalFlip(label["flip"]),
            transforms.ToTensor(),
        ]
        self.pretraining = self.loader(pretraining, 2, options["batch"], shuffle=True)
        self.labeling = self.loader(labeling, label["views"], max(1, 500 // label["views"]), shuffle=False)

        encoder = NarrowResNet(options["architecture"], options["planes"], channels=1)
        projection = head(encoder.features, options["head"]["output"], options["head"]["layers"])
        self.network = nn.Sequential(encoder, projection).to(memory_format=torch.channels_last).train()
        trained = [p for p in self.network.parameters() if p.requires_grad]
        self.optimizer = torch.optim.AdamW(
            [{"params": [p for p in trained if p.ndim > 1]},
             {"params": [p for p in trained if p.ndim == 1], "weight_decay": 0.0}],
            lr=options["learningRate"], weight_decay=options["weightDecay"])
        self.teacher = self.fine_tuned()

    def fine_tuned(self):
        """Encoder, the head's first layers and a classifier, with batch norm statistics of a few real batches."""
        options = self.options
        encoder = NarrowResNet(options["architecture"], options["planes"], channels=1)
        kept = head(encoder.features, encoder.features, options["fromLayer"] + 1)[:3 * options["fromLayer"]]
        teacher = nn.Sequential(encoder, kept, nn.Linear(encoder.features, options["classes"]))
        teacher = teacher.to(memory_format=torch.channels_last)
        self.labeling.batch_sampler.images = 10 * self.labeling.batch_sampler.batch
        with torch.no_grad():
            for views in self.labeling:
                teacher(channels_last(views.flatten(0, 1)))
        return teacher.eval()

    def loader(self, steps, views, batch, shuffle):
        images = Images(self.options["images"], transforms.Compose(steps), views)
        return DataLoader(
            images, batch_sampler=Batches(len(images), batch, shuffle), num_workers=self.options["threads"],
            persistent_workers=True, prefetch_factor=2)

    def pretrain(self, steps, precision):
        images = self.pretraining.batch_sampler.images = steps * self.options["batch"]
        start = time.perf_counter()
        for batch in self.pretraining:
            views = channels_last(batch.transpose(0, 1).flatten(0, 1))
            with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16"):
                z = self.network(views)
            loss = nt_xent(z, self.options["temperature"])
            self.optimizer.zero_grad(set_to_none=True)
            loss.backward()
            self.optimizer.step()
        return {"seconds": time.perf_counter() - start, "images": images, "loss": loss.item()}

    def label(self, images, precision):
        self.labeling.batch_sampler.images = images
        start = time.perf_counter()
        logits = []
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16"):
            for views in self.labeling:
                logits.append(self.teacher(channels_last(views.flatten(0, 1))).float().numpy())
        with tempfile.NamedTemporaryFile() as file:
            write(file, np.concatenate(logits))
        return {"seconds": time.perf_counter() - start, "images": images}


def write(file, logits):
    """Writes Parquet if pyarrow is installed, or else NumPy's format, and syncs it to disk."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        np.save(file, logits)
    else:
        pyarrow.parquet.write_table(pyarrow.table({"logits": list(logits)}), file, compression="zstd")
    file.flush()
    os.fsync(file.fileno())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("options", help="a JSON object with images, network, batch, views, threads and seed")
    options = json.loads(parser.parse_args().options)
    torch.manual_seed(options["seed"])
    torch.set_num_threads(options["threads"])
    program = Program(options)
    for line in sys.stdin:
        command, *words = line.split()
        if command == "quit":
            return
        if command == "versions":
            answer = {"torch": torch.__version__, "torchvision": torchvision.__version__,
                      "python": sys.version.split()[0], "threads": torch.get_num_threads(),
                      "parameters": sum(p.numel() for p in program.network.parameters() if p.requires_grad)}
        else:
            amount, precision, threads = words
            torch.set_num_threads(int(threads))
            answer = {"pretrain": program.pretrain, "label": program.label}[command](int(amount), precision)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
