"""Pillow's results of the operations of RandAugment, with the parameters of FixMatch's and UDA's code at every level.

Made with Debian 12's python3-pil 9.4.
"""

import torch
from PIL import Image, ImageEnhance, ImageOps

from golden import uniform, write

# Names of PictureOperation in C#, and what they do at a level from 1 to 9 with a sign.
FLAT = {
    "AutoContrast": lambda image, level, sign: ImageOps.autocontrast(image),
    "Equalize": lambda image, level, sign: ImageOps.equalize(image),
    "Invert": lambda image, level, sign: ImageOps.invert(image),
    "Posterize": lambda image, level, sign: ImageOps.posterize(image, 4 - level * 4 // 10),
    "Solarize": lambda image, level, sign: ImageOps.solarize(image, 256 - level * 256 // 10),
}
WITH_ALPHA = {
    "Color": lambda image, level, sign: ImageEnhance.Color(image).enhance(level * 1.8 / 10 + 0.1),
    "Contrast": lambda image, level, sign: ImageEnhance.Contrast(image).enhance(level * 1.8 / 10 + 0.1),
    "Brightness": lambda image, level, sign: ImageEnhance.Brightness(image).enhance(level * 1.8 / 10 + 0.1),
    "Sharpness": lambda image, level, sign: ImageEnhance.Sharpness(image).enhance(level * 1.8 / 10 + 0.1),
    "Rotate": lambda image, level, sign: image.rotate(sign * 3 * level),
    "ShearX": lambda image, level, sign: image.transform(image.size, Image.AFFINE, (1, sign * level * 0.3 / 10, 0, 0, 1, 0)),
    "ShearY": lambda image, level, sign: image.transform(image.size, Image.AFFINE, (1, 0, 0, sign * level * 0.3 / 10, 1, 0)),
    "TranslateX": lambda image, level, sign: image.transform(image.size, Image.AFFINE, (1, 0, sign * level, 0, 1, 0)),
    "TranslateY": lambda image, level, sign: image.transform(image.size, Image.AFFINE, (1, 0, 0, 0, 1, sign * level)),
}


def apply(image, name, level, sign):
    """RGBA to RGBA; operations without an alpha channel make every pixel opaque."""
    if name in FLAT:
        return FLAT[name](image.convert("RGB"), level, sign).convert("RGBA")
    return WITH_ALPHA[name](image, level, sign)


def picture(values):
    """uint8 [3, H, W] to RGBA."""
    return Image.frombytes("RGB", (values.shape[2], values.shape[1]), bytes(values.permute(1, 2, 0).reshape(-1).tolist())).convert("RGBA")


def values(image):
    """RGBA to uint8 [4, H, W]."""
    flat = torch.tensor(list(image.tobytes()), dtype=torch.uint8)
    return flat.reshape(image.size[1], image.size[0], 4).permute(2, 0, 1).contiguous()


# Noise; a picture of few dark values on black; a gray one.
SIZES = {"noise": (32, 32), "dark": (32, 32), "gray": (32, 32)}
images = {}
for name, size in SIZES.items():
    x = (uniform(name, [3, *size]).double() + 1) / 2
    images[name] = (x * 255).round().to(torch.uint8)
images["dark"] = torch.where(images["dark"] < 160, 0, images["dark"] // 4 + 3).to(torch.uint8)
images["gray"] = images["gray"][:1].expand(3, -1, -1).contiguous()

golden = {name: x for name, x in images.items()}
names = list(FLAT) + list(WITH_ALPHA)
for name, x in images.items():
    for operation in names:
        golden[f"{name} {operation}"] = torch.stack(
            [values(apply(picture(x), operation, level, 1 if level % 2 else -1)) for level in range(1, 10)])
# Each operation after one that leaves empty pixels, and such an operation after each.
x = picture(images["noise"])
golden["after Rotate"] = torch.stack([values(apply(apply(x, "Rotate", 8, -1), operation, 6, 1)) for operation in names])
golden["before TranslateX"] = torch.stack([values(apply(apply(x, operation, 6, 1), "TranslateX", 4, -1)) for operation in names])
# Each operation after UDA's cutout of 8 pixels around row 9 and column 30, which reaches outside.
cut = picture(images["noise"])
cut.paste((125, 122, 113, 0), (26, 5, 32, 13))
golden["after Cutout"] = torch.stack([values(apply(cut, operation, 6, 1)) for operation in names])
write("pictures.safetensors", golden)
