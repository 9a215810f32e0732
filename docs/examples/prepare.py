"""Prepares a picture as Distill does for an evaluation. Needs numpy and Pillow."""
import numpy as np
from PIL import Image, ImageOps


def prepare(path, config):
    """Returns what the network sees of a picture: float32 [1, channels, height, width] in [0, 1]."""
    channels, height, width = config["pretrained_cfg"]["input_size"]
    crop, limit = config["pretrained_cfg"]["crop_pct"], config["distill"].get("shorterSide")
    image = ImageOps.exif_transpose(Image.open(path))  # upright
    if image.mode.startswith("I"):  # 16 bits, of which the upper 8 count
        image = Image.fromarray((np.asarray(image) // 256).astype(np.uint8))
    image = image.convert("RGB" if image.mode == "CMYK" else "RGBA").convert("RGBA")
    image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)  # transparent parts are white
    image = image.convert("L" if channels == 1 else "RGB")
    if limit and min(image.size) > limit:
        image = resized(image, [round(side * limit / min(image.size)) for side in image.size])
    if crop < 1 or image.size != (width, height):  # a centered square
        (right, bottom), side = image.size, crop * min(image.size)
        box = ((right - side) / 2, (bottom - side) / 2, (right + side) / 2, (bottom + side) / 2)
        image = resized(image, (width, height), box)
    return np.asarray(image, np.float32).reshape(height, width, channels).transpose(2, 0, 1)[np.newaxis] / 255


def resized(image, size, box=None):
    """Resizes in floats: between its two passes, Pillow would cut off bytes below 0 and above 255."""
    planes = [np.asarray(plane.convert("F").resize(size, Image.BICUBIC, box)) for plane in image.split()]
    planes = [Image.fromarray(plane.round().clip(0, 255).astype(np.uint8)) for plane in planes]
    return Image.merge(image.mode, planes)
