"""Tiny datasets of other programs: CIFAR and IDX, which torchvision reads back, and images that PIL encodes and decodes.

The files are tensors of bytes, "file/NAME". "rgb/NAME" and "gray/NAME" are the pixels that PIL decodes.
"""

import gzip
import io
import pickle
import struct
import tempfile
from pathlib import Path

import numpy
import torch
from PIL import Image
from torchvision.datasets import CIFAR10, CIFAR100
from torchvision.datasets.mnist import read_image_file, read_label_file

from golden import uniform, write


def pixels(key, *shape):
    """Returns bytes that DatasetGolden.cs computes too."""
    return ((uniform(key, shape) + 1) * 127.5).byte().numpy()


files, golden = {}, {}


def cifar(name, reader, batches, labels_of, label_key):
    """Writes the binary version by hand. Torchvision reads the same rows from pickled files, so both agree on their meaning."""
    with tempfile.TemporaryDirectory() as root:
        for train in (True, False):
            rows, labels = [], []
            folder = Path(root, reader.base_folder)
            folder.mkdir(exist_ok=True)
            for binary, (pickled, _) in zip(batches[train], reader.train_list if train else reader.test_list):
                images = pixels(f"{name}/{binary}", 3, 3, 32, 32)
                before = labels_of(binary)
                files[f"{name}/{binary}"] = b"".join(bytes(label) + image.tobytes() for label, image in zip(before, images))
                with open(folder / pickled, "wb") as file:
                    pickle.dump({"data": images.reshape(3, -1), label_key: [label[-1] for label in before]}, file)
                rows.append(images)
                labels += [label[-1] for label in before]
            with open(folder / reader.meta["filename"], "wb") as file:
                pickle.dump({reader.meta["key"]: ["?"]}, file)
            reader._check_integrity = lambda self: True
            reader._load_meta = lambda self: None
            read = reader(root, train=train)
            assert (read.data.transpose(0, 3, 1, 2) == numpy.concatenate(rows)).all() and read.targets == labels
            golden[f"labels/{name}/{'train' if train else 'test'}"] = torch.tensor(labels)


ten = {True: [f"data_batch_{i}.bin" for i in range(1, 6)], False: ["test_batch.bin"]}
cifar("cifar10", CIFAR10, ten, lambda binary: [[(3 * len(binary) + ord(binary[-5]) + i * 7) % 10] for i in range(3)], "labels")
files["cifar10/batches.meta.txt"] = "".join(f"{n}\n" for n in "airplane automobile bird cat deer dog frog horse ship truck".split()).encode() + b"\n"
cifar("cifar100", CIFAR100, {True: ["train.bin"], False: ["test.bin"]}, lambda binary: [[i, 33 * i + len(binary)] for i in range(3)], "fine_labels")
files["cifar100/fine_label_names.txt"] = "".join(f"fine {n}\n" for n in range(100)).encode()

for split, count in (("train", 4), ("t10k", 3)):
    images = pixels(f"idx/{split}", count, 5, 7)
    labels = numpy.array([2, 0, 3, 1][:count], dtype=numpy.uint8)
    raw = {f"{split}-images-idx3-ubyte": struct.pack(">4I", 2051, *images.shape) + images.tobytes(),
           f"{split}-labels-idx1-ubyte": struct.pack(">2I", 2049, count) + labels.tobytes()}
    with tempfile.TemporaryDirectory() as root:
        for (name, content), read, wanted in zip(raw.items(), (read_image_file, read_label_file), (images, labels)):
            Path(root, name).write_bytes(content)
            assert (read(str(Path(root, name))).numpy() == wanted).all()
    for name, content in raw.items():
        files[f"idx/{name}.gz" if split == "train" else f"idx/{name}"] = gzip.compress(content, mtime=0) if split == "train" else content

noise = numpy.moveaxis(pixels("picture", 3, 13, 19), 0, 2)
ramp = (numpy.mgrid[0:13, 0:19].sum(axis=0)[..., None] * numpy.array([8, 5, 3]) % 256).astype(numpy.uint8)
smooth, rough = Image.fromarray(ramp), Image.fromarray(noise)
for name, picture, options in (
        ("rough.png", rough, {}),
        ("gray.png", rough.convert("L"), {}),
        ("palette.png", smooth.quantize(17), {}),
        ("interlaced.gif", smooth.quantize(31), {"interlace": 1}),
        ("rough.bmp", rough, {}),
        ("lossless.webp", rough, {"lossless": True}),
        ("fine.jpg", smooth, {"quality": 95, "subsampling": 0}),
        ("coarse.jpeg", smooth, {"quality": 75, "subsampling": 2}),
        ("progressive.jpg", rough, {"quality": 90, "progressive": True, "subsampling": 0}),
        ("gray.jpg", smooth.convert("L"), {"quality": 90})):
    encoded = io.BytesIO()
    kind = {"jpg": "jpeg"}.get(name.split(".")[1], name.split(".")[1])
    picture.save(encoded, kind, **options)
    files[f"pictures/{name}"] = encoded.getvalue()
    decoded = Image.open(io.BytesIO(encoded.getvalue()))
    golden[f"rgb/{name}"] = torch.from_numpy(numpy.array(decoded.convert("RGB"))).permute(2, 0, 1)
    golden[f"gray/{name}"] = torch.from_numpy(numpy.array(decoded.convert("RGB").convert("L")))[None]

golden.update({f"file/{name}": torch.tensor(list(content), dtype=torch.uint8) for name, content in files.items()})
write("datasets.safetensors", golden)
