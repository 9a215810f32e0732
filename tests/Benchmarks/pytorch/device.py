"""The paper's networks in plain PyTorch on one device: training steps and labeling, eager and compiled.

Serves commands, a line each, on standard input, and answers each with one line of JSON:

    versions                        what runs here
    matmul                          TFLOP/s of a large bf16 matrix product
    train resnet50 eager|compile    timed training steps on views that lie on the device
    label resnet50 eager|compile    timed forward passes in inference mode
    forget                          frees the networks

A step is SimCLRv2's: encoder, 3-layer head, NT-Xent, SGD with momentum, under bf16 autocast in channels-last order.
Runs with torch 1.13 and later; "compile" needs 2.
"""

import json
import sys
import time

import torch
import torchvision
from torch import nn


def head(features, output=128, layers=3):
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


def nt_xent(z, temperature=0.2):
    z = nn.functional.normalize(z.float(), dim=1)
    similar = z @ z.t() / temperature
    similar = similar.masked_fill(torch.eye(len(z), dtype=torch.bool, device=z.device), float("-inf"))
    partners = torch.arange(len(z), device=z.device).roll(len(z) // 2)
    return nn.functional.cross_entropy(similar, partners)


def resnet(name, width, classes=1000):
    """torchvision's ResNet; narrow only in the trial on a CPU."""
    network = getattr(torchvision.models, name)(num_classes=classes, width_per_group=64)
    if width == 1:
        return network
    blocks = {"resnet50": [3, 4, 6, 3], "resnet152": [3, 8, 36, 3]}[name]
    planes = round(64 * width)

    class Narrow(torchvision.models.ResNet):
        def _make_layer(self, block, channels, count, stride=1, dilate=False):
            if channels == 64:
                self.inplanes = planes
            return super()._make_layer(block, channels * planes // 64, count, stride, dilate)

    network = Narrow(torchvision.models.resnet.Bottleneck, blocks, num_classes=classes)
    network.conv1 = nn.Conv2d(3, planes, 7, stride=2, padding=3, bias=False)
    network.bn1 = nn.BatchNorm2d(planes)
    network.fc = nn.Linear(planes * 32, classes)
    return network


class Program:
    def __init__(self, options):
        self.options, self.device = options, torch.device(options["device"])
        self.turns = {}
        if self.on_gpu:
            torch.backends.cudnn.benchmark = True
            torch.backends.cuda.matmul.allow_tf32 = False
            torch.backends.cudnn.allow_tf32 = False

    @property
    def on_gpu(self):
        return self.device.type == "cuda"

    def versions(self):
        return {"torch": torch.__version__, "torchvision": torchvision.__version__, "python": sys.version.split()[0],
                "cuda": torch.version.cuda, "gpu": torch.cuda.get_device_name() if self.on_gpu else None}

    def matmul(self):
        size, count = (8192, 20) if self.on_gpu else (1024, 4)
        x = torch.randn(size, size, device=self.device).bfloat16()
        seconds, _ = self.timed(lambda: x @ x, 3, count)
        return {"teraFlops": 2 * size ** 3 * count / seconds / 1e12}

    def timed(self, step, warm_up, count):
        for _ in range(warm_up):
            step()
        self.wait()
        start = time.perf_counter()
        for _ in range(count):
            step()
        enqueued = time.perf_counter() - start
        self.wait()
        return time.perf_counter() - start, enqueued

    def wait(self):
        if self.on_gpu:
            torch.cuda.synchronize()

    def turn(self, work, name, way):
        try:
            if (work, name, way) not in self.turns:
                self.turns[work, name, way] = {"train": self.training, "label": self.labeling}[work](name, way)
            step, images = self.turns[work, name, way]
            if self.on_gpu:
                torch.cuda.reset_peak_memory_stats()
            seconds, enqueued = self.timed(step, self.options["warmUp"], self.options["steps"])
            peak = torch.cuda.max_memory_allocated() if self.on_gpu else None
            return {"images": images * self.options["steps"], "seconds": seconds, "enqueuedSeconds": enqueued, "peakBytes": peak}
        except Exception as failure:
            return {"failure": f"{type(failure).__name__}: {failure}"}
        finally:
            if self.on_gpu:
                # The other program needs the memory for its turn.
                torch.cuda.empty_cache()

    def images(self, name):
        size = self.options["imageSize"]
        images = torch.rand(self.options["views"][name], 3, size, size, device=self.device)
        return images.contiguous(memory_format=torch.channels_last)

    def compiled(self, network, way):
        if way == "eager":
            return network
        if not hasattr(torch, "compile"):
            raise RuntimeError(f"torch {torch.__version__} has no torch.compile")
        return torch.compile(network)

    def training(self, name, way):
        encoder = resnet(name, self.options["width"])
        features = encoder.fc.in_features
        encoder.fc = nn.Identity()
        network = nn.Sequential(encoder, head(features)).to(self.device).to(memory_format=torch.channels_last).train()
        trained = [p for p in network.parameters() if p.requires_grad]
        optimizer = torch.optim.SGD(
            [{"params": [p for p in trained if p.ndim > 1], "weight_decay": 1e-4}, {"params": [p for p in trained if p.ndim == 1]}],
            lr=0.01, momentum=0.9, nesterov=True)
        views = self.images(name)
        forward = self.compiled(network, way)

        def step():
            with torch.autocast(self.device.type, torch.bfloat16):
                z = forward(views)
            loss = nt_xent(z)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()

        return step, len(views)

    def labeling(self, name, way):
        network = resnet(name, self.options["width"]).to(self.device).to(memory_format=torch.channels_last).eval()
        images = self.images(name)
        forward = self.compiled(network, way)

        def step():
            with torch.inference_mode(), torch.autocast(self.device.type, torch.bfloat16):
                forward(images)

        return step, len(images)

    def forget(self):
        self.turns.clear()
        if self.on_gpu:
            torch.cuda.empty_cache()
        return {}


def main():
    program = Program(json.loads(sys.argv[1]))
    for line in sys.stdin:
        words = line.split()
        if len(words) == 1:
            answer = {"versions": program.versions, "matmul": program.matmul, "forget": program.forget}[words[0]]()
        else:
            answer = program.turn(*words)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
