"""Crops, flips, blur, brightness, contrast, saturation, hue and grayscale of torchvision; rotations and Sobel gradient of torch."""

import torch
from torchvision.transforms import functional as F

from golden import uniform, write

# top, left, height, width, flipped; the same as in AugmentationGolden.cs.
CROPS = [(0, 0, 12, 10, 0), (2, 1, 6, 5, 0), (3, 4, 9, 4, 1), (0, 3, 4, 7, 1), (5, 0, 7, 10, 0)]

images = 0.5 + 0.5 * uniform("images", [5, 3, 12, 10])
golden = {"crops": torch.stack([
    F.hflip(crop) if flipped else crop
    for crop, flipped in (
        (F.resized_crop(image, top, left, height, width, [12, 10], F.InterpolationMode.BILINEAR, antialias=False), flipped)
        for image, (top, left, height, width, flipped) in zip(images, CROPS))])}
golden["blur3"] = torch.stack([F.gaussian_blur(x, [3, 3], [s, s]) for x, s in zip(images, (0.1, 0.4, 0.8, 1.5, 2.0))])
large = 0.5 + 0.5 * uniform("large", [2, 1, 50, 14])
golden["blur5"] = torch.stack([F.gaussian_blur(x, [5, 5], [s, s]) for x, s in zip(large, (0.7, 1.9))])
for channels in (1, 3):
    x = 0.5 + 0.5 * uniform("images", [5, channels, 12, 10])
    factors = (0.0, 0.6, 1.0, 1.4, 1.8)
    golden[f"brightness{channels}"] = torch.stack([F.adjust_brightness(i, f) for i, f in zip(x, factors)])
    golden[f"contrast{channels}"] = torch.stack([F.adjust_contrast(i, f) for i, f in zip(x, factors)])
x = images.clone()
# Grays, pure colors, black and white, whose hue is undefined or at the border of its range.
x[4] = torch.tensor([[0.0, 1, 0.5, 1, 0, 0, 1, 1, 0, 0.25], [0, 1, 0.5, 0, 1, 0, 1, 0, 1, 0.25], [0, 1, 0.5, 0, 0, 1, 0, 1, 1, 0.75]])[:, None]
golden["saturation3"] = torch.stack([F.adjust_saturation(i, f) for i, f in zip(x, factors)])
golden["hue3"] = torch.stack([F.adjust_hue(i, f) for i, f in zip(x, (-0.5, -0.1, 0.0, 0.2, 0.37))])
golden["grayscale3"] = F.rgb_to_grayscale(x, 3)
golden["colors"] = x
square = 0.5 + 0.5 * uniform("square", [4, 3, 9, 9])
for quarters in (1, 2, 3):
    golden[f"turned{quarters}"] = torch.rot90(square, quarters, (2, 3)).contiguous()
kernel = torch.tensor([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]]) / 4
padded = torch.nn.functional.pad(images.reshape(15, 1, 12, 10), (1, 1, 1, 1), mode="reflect")
gradient = torch.nn.functional.conv2d(padded, torch.stack([kernel, kernel.T])[:, None])
golden["sobel3"] = gradient.norm(dim=1).clamp(max=1).reshape(5, 3, 12, 10)
write("augmentation.safetensors", golden)
