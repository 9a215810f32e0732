"""Makes one picture of every kind that a user may have: pictures.py FOLDER (numpy, Pillow)."""
import os, struct, sys, zlib
import numpy as np
from PIL import Image

folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)


def scene(width, height, seed):
    y, x = np.mgrid[0:height, 0:width]
    waves = [np.sin(6 * x / width + seed) + np.cos(9 * y / height) / 3, np.cos(5 * y / height + 2 * seed), np.sin(8 * (x + y) / (width + height) + seed)]
    noise = np.random.default_rng(seed).normal(0, 6, (height, width, 3))
    return np.clip(127 + 90 * np.stack(waves, -1) + noise, 0, 255).astype(np.uint8)


def picture(width, height, seed):
    return Image.fromarray(scene(width, height, seed))


def save(image, name, **options):
    image.save(os.path.join(folder, name), **options)


def save_png_of_16_bits(name, values, color_type):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    height, width = values.shape[:2]
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    header = struct.pack(">IIBBBBB", width, height, 16, color_type, 0, 0, 0)
    with open(os.path.join(folder, name), "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


save(picture(160, 40, 1), "wide.jpg", quality=95)
save(picture(40, 160, 2), "tall.jpg", quality=95)
save(picture(64, 64, 3), "square.png")
save(picture(32, 32, 4), "exact.png")
save(picture(20, 14, 5), "small.png")
save(picture(1600, 1200, 6), "large.jpg", quality=92)
for orientation in range(1, 9):
    exif = Image.Exif()
    exif[0x0112] = orientation
    save(picture(150, 60, 7), f"turned{orientation}.jpg", quality=95, exif=exif)
    save(picture(150, 60, 8), f"turned{orientation}.png", exif=exif)
    save(picture(150, 60, 9), f"turned{orientation}.webp", lossless=True, exif=exif)

alpha = (np.mgrid[0:70, 0:90][1] * 255 // 89).astype(np.uint8)
gray = scene(90, 70, 11)[..., 0]
save(Image.fromarray(np.dstack([scene(90, 70, 10), alpha])), "transparent.png")
save(Image.fromarray(np.dstack([scene(90, 70, 10), alpha])), "transparent.webp", lossless=True)
save(Image.fromarray(np.dstack([gray, alpha])), "transparent-gray.png")
save(Image.fromarray(gray), "gray.png")
save(Image.fromarray(gray), "gray.jpg", quality=95)
save(Image.fromarray(gray), "gray-one-transparent.png", transparency=int(gray[5, 5]))
save(Image.fromarray(gray > 128), "black-and-white.png")
deep = (gray.astype(np.uint16) * 257 + np.random.default_rng(5).integers(0, 200, gray.shape)).clip(0, 65535).astype(np.uint16)
save_png_of_16_bits("gray16.png", deep, 0)
save_png_of_16_bits("transparent-gray16.png", np.dstack([deep, alpha.astype(np.uint16) * 257]), 4)
color = scene(90, 70, 19).astype(np.uint16) * 256 + np.random.default_rng(6).integers(0, 256, (70, 90, 3)).astype(np.uint16)
save_png_of_16_bits("color16.png", color, 2)
save_png_of_16_bits("transparent16.png", np.dstack([color, alpha.astype(np.uint16) * 257]), 6)
palette = picture(90, 70, 12).quantize(32)
for extension in ("png", "gif"):
    save(palette, f"palette.{extension}")
    save(palette, f"palette-transparent.{extension}", transparency=3)
save(palette, "palette-alpha.png", transparency=bytes(range(0, 256, 8)))
save(picture(90, 70, 13).convert("CMYK"), "cmyk.jpg", quality=95)
save(picture(90, 70, 14), "bitmap.bmp")
save(picture(90, 70, 15), "lossy.webp", quality=90)
save(picture(90, 70, 16), "progressive.jpg", progressive=True, quality=90)
save(picture(91, 71, 17), "subsampled.jpg", subsampling=2, quality=80)
