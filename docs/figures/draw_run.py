#!/usr/bin/env python3
"""Draws the output of a run as a picture of a terminal: draw_run.py run.log run.png (needs Pillow)."""
import sys

from PIL import Image, ImageDraw, ImageFont

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf"
BACKGROUND, TEXT, ACCENT, GREEN = (24, 26, 31), (214, 217, 224), (97, 175, 239), (152, 195, 121)


def color(line):
    if line.startswith("$"):
        return ACCENT
    return GREEN if ": done" in line or line.startswith("Published") else TEXT


def main(source, target):
    lines = open(source, encoding="utf-8").read().rstrip("\n").split("\n")
    font = ImageFont.truetype(FONT, 22)
    width, height = font.getbbox("M")[2], 29
    columns = max(len(line) for line in lines)
    image = Image.new("RGB", (columns * width + 48, len(lines) * height + 48), BACKGROUND)
    draw = ImageDraw.Draw(image)
    for row, line in enumerate(lines):
        draw.text((24, 24 + row * height), line, font=font, fill=color(line))
    image.quantize(32).save(target, optimize=True)


main(*sys.argv[1:])
