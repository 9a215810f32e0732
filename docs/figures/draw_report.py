#!/usr/bin/env python3
"""Draws a report at desktop width and on a phone in dark mode: draw_report.py report.html report.png (needs Chromium and Pillow)."""
import pathlib
import subprocess
import sys
import tempfile

from PIL import Image

DESKTOP, PHONE, HEIGHT, GAP = 1280, 390, 2400, 40


def shot(page, width, height, target, *options):
    subprocess.run(
        ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", *options, f"--window-size={width},{height}", f"--screenshot={target}", page],
        check=True, capture_output=True)
    return Image.open(target).convert("RGB")


def main(source, target):
    page = pathlib.Path(source).resolve().as_uri()
    with tempfile.TemporaryDirectory() as folder:
        # Chromium limits the minimum width of a window but not of a frame in it.
        frame = pathlib.Path(folder, "frame.html")
        frame.write_text(f'<body style="margin:0"><iframe src="{page}" style="border:0;width:{PHONE}px;height:{3 * HEIGHT}px"></iframe>', encoding="utf-8")
        desktop = shot(page, DESKTOP, 2 * HEIGHT, f"{folder}/desktop.png")
        phone = shot(frame.as_uri(), 2 * PHONE, 3 * HEIGHT, f"{folder}/phone.png", "--force-dark-mode", "--allow-file-access-from-files")
    sheet = Image.new("RGB", (2 * DESKTOP + 2 * PHONE + 3 * GAP, HEIGHT), (128, 128, 128))
    for column in range(2):
        sheet.paste(desktop.crop((0, column * HEIGHT, DESKTOP, (column + 1) * HEIGHT)), (column * (DESKTOP + GAP), 0))
        sheet.paste(phone.crop((0, column * HEIGHT, PHONE, (column + 1) * HEIGHT)), (2 * (DESKTOP + GAP) + column * (PHONE + GAP), 0))
    sheet.resize((sheet.width // 2, sheet.height // 2), Image.LANCZOS).quantize(256, method=Image.Quantize.FASTOCTREE).save(target, optimize=True)


main(*sys.argv[1:])
