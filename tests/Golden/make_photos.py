"""Small image files of every kind of photograph, with the pixels that PIL decodes; crops of PIL and resizing of torch.

Kinds that PIL cannot write are written here by hand. PIL clips 16-bit values at 255 instead of scaling them, so the
upper 8 bits are expected instead.
"""

import pathlib
import shutil
import struct
import zlib

import numpy
import torch
from PIL import Image, ImageCms, ImageOps

from golden import uniform, write

W, H = 21, 17
FOLDER = pathlib.Path("Photos")
shutil.rmtree(FOLDER, ignore_errors=True)
FOLDER.mkdir()
golden = {}


def expect(name, rgb, gray=None):
    gray = rgb.convert("L") if gray is None else gray
    golden[f"{name} RGB"] = torch.from_numpy(numpy.array(rgb).transpose(2, 0, 1).copy())
    golden[f"{name} L"] = torch.from_numpy(numpy.array(gray)[None].copy())


def on_white(image):
    rgba = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba).convert("RGB")


def judge(name):
    image = Image.open(FOLDER / name)
    image.seek(0)
    image = ImageOps.exif_transpose(image)
    transparent = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
    expect(name, on_white(image) if transparent else image.convert("RGB"))


def save(name, image, **options):
    image.save(FOLDER / name, **options)
    judge(name)


# An image with gradients, edges and saturated colors. It has no symmetry, so a wrong rotation is visible.
y, x = numpy.mgrid[0:H, 0:W]
planes = numpy.stack([x * 11 % 256, (y * 14 + x * 2) % 256, 255 - (x + y) * 6], 2).astype(numpy.uint8)
planes[2:7, 3:9] = (250, 10, 20)
planes[9:13, 11:18] = (5, 240, 250)
alpha = numpy.clip((x - 4) * 20, 0, 255).astype(numpy.uint8)
rgb = Image.fromarray(planes)
gray = rgb.convert("L")
rgba = Image.fromarray(numpy.dstack([planes, alpha]), "RGBA")
frames = [rgb, ImageOps.invert(rgb), ImageOps.mirror(rgb)]


# JPEG
save("rgb.jpg", rgb, quality=95, subsampling=0)
save("422.jpg", rgb, quality=90, subsampling=1)
save("420.jpg", rgb, quality=85, subsampling=2)
save("progressive.jpg", rgb, quality=85, progressive=True)
save("gray.jpg", gray, quality=90)
save("gray-progressive.jpg", gray, quality=90, progressive=True)
cmyk = Image.fromarray(numpy.dstack([255 - planes, (y * 9).astype(numpy.uint8)]), "CMYK")
save("cmyk.jpg", cmyk, quality=95)
content = (FOLDER / "cmyk.jpg").read_bytes()
at = content.index(b"Adobe")
# Adobe's transform 2 declares the same four planes as YCCK.
(FOLDER / "ycck.jpg").write_bytes(content[:at + 11] + b"\2" + content[at + 12:])
judge("ycck.jpg")
# Without Adobe's segment the file does not state that the values are inverted. PIL assumes that they are.
(FOLDER / "cmyk-plain.jpg").write_bytes(content[:at - 4] + content[at + 12:])
judge("cmyk-plain.jpg")
for orientation in range(1, 9):
    exif = Image.Exif()
    exif[0x0112] = orientation
    save(f"exif-{orientation}.jpg", rgb, quality=90, subsampling=2, exif=exif)
    turned = exif
save("quality-1.jpg", rgb, quality=1)


# A profile that is far from sRGB: red and green are swapped. The decoded values must stay those of the file.
profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
profile[24:36] = bytes(12)  # The creation time.
tags = {bytes(profile[132 + 12 * i:136 + 12 * i]): 132 + 12 * i for i in range(struct.unpack(">I", profile[128:132])[0])}
red, green = tags[b"rXYZ"] + 4, tags[b"gXYZ"] + 4
profile[red:red + 8], profile[green:green + 8] = profile[green:green + 8], profile[red:red + 8]
for name in ("profile.jpg", "profile.png", "profile.webp"):
    save(name, rgb, icc_profile=bytes(profile), **({"lossless": True} if name.endswith("webp") else {}))


# PNG
def png(name, depth, color, values, interlaced=False, chunks=()):
    """values: [H, W, channels]."""
    def packed(rows):
        content = b""
        for row in rows:
            flat = row.reshape(-1)
            if depth == 16:
                line = flat.astype(">u2").tobytes()
            else:
                bits = ((flat[:, None].astype(numpy.int64) >> numpy.arange(depth - 1, -1, -1)) & 1).reshape(-1).astype(numpy.uint8)
                line = numpy.packbits(bits).tobytes()
            content += b"\0" + line
        return content

    passes = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)] if interlaced else [(0, 0, 1, 1)]
    body = b"".join(packed(values[top::down, left::right]) for top, left, down, right in passes if values[top::down, left::right].size)
    header = struct.pack(">IIBBBBB", values.shape[1], values.shape[0], depth, color, 0, 0, interlaced)
    content = b"\x89PNG\r\n\x1a\n"
    for kind, data in ((b"IHDR", header), *chunks, (b"IDAT", zlib.compress(body, 9)), (b"IEND", b"")):
        content += struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    (FOLDER / name).write_bytes(content)


save("rgb.png", rgb)
save("rgba.png", rgba)
save("gray.png", gray)
save("gray-alpha.png", rgba.convert("LA"))
save("palette.png", rgb.quantize(17))
save("palette-4.png", rgb.quantize(4), bits=2)
palette = rgb.quantize(16)
save("palette-transparent.png", palette, transparency=bytes([0, 128, 255, 60] + [255] * 12))
save("one-bit.png", gray.convert("1"))
save("exif-8.png", rgb, exif=turned)
png("interlaced.png", 8, 2, planes, interlaced=True)
judge("interlaced.png")
png("interlaced-rgba.png", 8, 6, numpy.array(rgba), interlaced=True)
judge("interlaced-rgba.png")
png("gray-2-bit.png", 2, 0, (numpy.array(gray) >> 6)[..., None])
judge("gray-2-bit.png")
png("gray-4-bit.png", 4, 0, (numpy.array(gray) >> 4)[..., None])
judge("gray-4-bit.png")
png("rgb-one-transparent.png", 8, 2, planes, chunks=[(b"tRNS", struct.pack(">HHH", 250, 10, 20))])
judge("rgb-one-transparent.png")
png("gamma.png", 8, 2, planes, chunks=[(b"gAMA", struct.pack(">I", 100000))])
judge("gamma.png")
low = ((x * 37 + y * 101) % 256).astype(numpy.uint16)
deep = (planes.astype(numpy.uint16) << 8) | low[..., None]
png("rgb-16-bit.png", 16, 2, deep)
expect("rgb-16-bit.png", rgb)
png("rgb-16-bit-interlaced.png", 16, 2, deep, interlaced=True)
expect("rgb-16-bit-interlaced.png", rgb)
png("rgba-16-bit.png", 16, 6, numpy.dstack([deep, (alpha.astype(numpy.uint16) << 8) | low]))
expect("rgba-16-bit.png", on_white(rgba))
png("gray-16-bit.png", 16, 0, ((numpy.array(gray).astype(numpy.uint16) << 8) | low)[..., None])
expect("gray-16-bit.png", gray.convert("RGB"), gray)
gray_alpha = numpy.array(rgba.convert("LA")).astype(numpy.uint16)
png("gray-alpha-16-bit.png", 16, 4, (gray_alpha << 8) | low[..., None])
expect("gray-alpha-16-bit.png", on_white(rgba.convert("LA")))
save("animated.png", frames[0], save_all=True, append_images=frames[1:], duration=100)


# GIF, WebP, BMP
save("rgb.gif", rgb)
save("interlaced.gif", rgb, interlace=1)
save("animated.gif", frames[0], save_all=True, append_images=frames[1:], duration=100)
palette_gif = rgb.quantize(15)
save("transparent.gif", palette_gif, transparency=3)
save("lossless.webp", rgb, lossless=True)
save("lossy.webp", rgb, quality=80)
save("lossless-alpha.webp", rgba, lossless=True, exact=True)
save("lossy-alpha.webp", rgba, quality=80)
save("animated.webp", frames[0], save_all=True, append_images=frames[1:], duration=100, lossless=True)
exif = Image.Exif()
exif[0x0112] = 6
save("exif-6.webp", rgb, lossless=True, exif=exif)
exif[0x0112] = 5
# In animations, PIL begins the EXIF block as JPEG does.
save("exif-5-animated.webp", frames[0], save_all=True, append_images=frames[1:], duration=100, lossless=True, exif=exif)
save("rgb.bmp", rgb)
save("gray.bmp", gray)
save("palette.bmp", rgb.quantize(16))
save("one-bit.bmp", gray.convert("1"))


def bmp(name, bits, lines, height=H):
    body = b"".join(line + b"\0" * (-len(line) % 4) for line in lines)
    header = struct.pack("<IiiHHIIiiII", 40, W, height, 1, bits, 0, len(body), 2835, 2835, 0, 0)
    (FOLDER / name).write_bytes(b"BM" + struct.pack("<IHHI", 54 + len(body), 0, 0, 54) + header + body)


# The fourth byte of a pixel has no meaning here, but a decoder could take it for an alpha channel.
bmp("rgbx.bmp", 32, [numpy.dstack([row[None, :, ::-1], numpy.zeros([1, W, 1], numpy.uint8)]).tobytes() for row in planes[::-1]])
judge("rgbx.bmp")
bmp("top-down.bmp", 24, [row[:, ::-1].tobytes() for row in planes], height=-H)
judge("top-down.bmp")
fives = (planes >> 3).astype(numpy.uint16)
bmp("15-bit.bmp", 16, [(row[:, 0] << 10 | row[:, 1] << 5 | row[:, 2]).astype("<u2").tobytes() for row in fives[::-1]])
judge("15-bit.bmp")
write("photos.safetensors", golden)


# Crops in single-precision fractions, as the product stores them. PIL computes in floats, and nothing is rounded.
CUTS = [
    # height, width, top, left, crop height, crop width, flipped, rows, columns; read by ResamplerTests.cs.
    (37, 53, 0.0, 0.0, 1.0, 1.0, 0, 16, 16), (37, 53, 0.1, 0.2, 0.31, 0.27, 0, 32, 32), (37, 53, 0.55, 0.4, 0.4, 0.6, 1, 24, 24),
    (64, 48, 0.013, 0.017, 0.9, 0.95, 1, 9, 13), (200, 150, 0.111, 0.222, 0.777, 0.666, 0, 32, 32), (200, 150, 0.5, 0.5, 0.28, 0.28, 1, 64, 32),
    (5, 300, 0.0, 0.3, 1.0, 0.05, 0, 20, 20), (20, 20, 0.4, 0.6, 0.03, 0.04, 0, 8, 8), (1, 1, 0.0, 0.0, 1.0, 1.0, 0, 4, 4), (1, 9, 0.2, 0.1, 0.5, 0.8, 1, 4, 4),
    (33, 33, 0.0, 0.0, 1.0, 1.0, 1, 33, 33), (400, 300, 0.0, 0.0, 1.0, 1.0, 0, 3, 2), (17, 23, 0.9, 0.9, 0.1, 0.1, 0, 7, 5),
]
cuts = {"cuts": torch.tensor(CUTS, dtype=torch.float64)}
for number, (height, width, top, left, h, w, flipped, rows, columns) in enumerate(CUTS):
    picture = ((uniform(f"cut {number}", [height, width]) + 1) * 127.99).to(torch.uint8)
    top, left, h, w = (float(numpy.float32(value)) for value in (top, left, h, w))
    box = (left * width, top * height, min((left + w) * width, width), min((top + h) * height, height))
    cut = Image.fromarray(picture.float().numpy(), "F").resize((columns, rows), Image.Resampling.BICUBIC, box=box)
    cut = ImageOps.mirror(cut) if flipped else cut
    cuts[f"PIL {number}"] = torch.from_numpy(numpy.array(cut))
    if (top, left, h, w) == (0, 0, 1, 1):
        whole = torch.nn.functional.interpolate(picture[None, None].float(), size=(rows, columns), mode="bicubic", antialias=True)[0, 0]
        cuts[f"torch {number}"] = (whole.flip(1) if flipped else whole).contiguous()
write("cuts.safetensors", cuts)
