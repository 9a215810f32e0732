"""The paper's networks in plain PyTorch on one device: training steps and labeling, eager and compiled.

Reads one command per line from standard input, and answers each with one line of JSON:

    versions                        versions of PyTorch and of the device
    matmul                          TFLOP/s of a large bf16 matrix product
    train resnet50 eager|compile    timed training steps on views in the device's memory
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

from networks import NarrowResNet, answer_stream, channels_last, head, nt_xent


def resnet(name, width, classes=None):
    """Creates a ResNet with three input channels. It is narrow only in the test on a CPU."""
    return NarrowResNet(name, round(64 * width), channels=3, classes=classes)


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
        seconds = self.timed(lambda: x @ x, 3, count)
        return {"teraFlops": 2 * size ** 3 * count / seconds / 1e12}

    def timed(self, step, warm_up, count):
        for _ in range(warm_up):
            step()
        self.wait()
        start = time.perf_counter()
        for _ in range(count):
            step()
        self.wait()
        return time.perf_counter() - start

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
            seconds = self.timed(step, self.options["warmUp"], self.options["steps"])
            peak = torch.cuda.max_memory_allocated() if self.on_gpu else None
            return {"images": images * self.options["steps"], "seconds": seconds, "peakBytes": peak}
        except Exception as failure:
            return {"failure": f"{type(failure).__name__}: {failure}"}
        finally:
            if self.on_gpu:
                # The other program needs the memory for its turn.
                torch.cuda.empty_cache()

    def images(self, name):
        size = self.options["imageSize"]
        return channels_last(torch.rand(self.options["views"][name], 3, size, size, device=self.device))

    def compiled(self, network, way):
        if way == "eager":
            return network
        if not hasattr(torch, "compile"):
            raise RuntimeError(f"torch {torch.__version__} has no torch.compile")
        # Not dynamic, because the batch of the second network has another size and should get its own kernels.
        return torch.compile(network, dynamic=False)

    def training(self, name, way):
        encoder = resnet(name, self.options["width"])
        network = nn.Sequential(encoder, head(encoder.features, 128, 3)).to(self.device).to(memory_format=torch.channels_last).train()
        trained = [p for p in network.parameters() if p.requires_grad]
        optimizer = torch.optim.SGD(
            [{"params": [p for p in trained if p.ndim > 1], "weight_decay": 1e-4}, {"params": [p for p in trained if p.ndim == 1]}],
            lr=0.01, momentum=0.9, nesterov=True)
        views = self.images(name)
        forward = self.compiled(network, way)

        def step():
            with torch.autocast(self.device.type, torch.bfloat16):
                z = forward(views)
            loss = nt_xent(z, temperature=0.2)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()

        return step, len(views)

    def labeling(self, name, way):
        network = resnet(name, self.options["width"], classes=1000).to(self.device).to(memory_format=torch.channels_last).eval()
        images = self.images(name)
        forward = self.compiled(network, way)

        def step():
            with torch.inference_mode(), torch.autocast(self.device.type, torch.bfloat16):
                forward(images)

        return step, len(images)

    def forget(self):
        self.turns.clear()
        if hasattr(torch, "compile"):
            torch._dynamo.reset()
        if self.on_gpu:
            torch.cuda.empty_cache()
        return {}


def main():
    answers = answer_stream()
    program = Program(json.loads(sys.argv[1]))
    for line in sys.stdin:
        words = line.split()
        if len(words) == 1:
            answer = {"versions": program.versions, "matmul": program.matmul, "forget": program.forget}[words[0]]()
        else:
            answer = program.turn(*words)
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
