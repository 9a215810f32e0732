#!/usr/bin/env python3
"""Draws curves: draw_lines.py out.png curves.json (needs matplotlib).

curves.json: {"x": "images seen", "y": "percent right", "log": false, "curves": [{"label": …, "x": […], "y": […], "deviation": […]}, …]}.
"""
import json
import pathlib
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt


def main():
    out, source = sys.argv[1:]
    asked = json.loads(pathlib.Path(source).read_text())
    figure, axes = plt.subplots(figsize=(9, 5), dpi=110)
    for number, curve in enumerate(asked["curves"]):
        colour = plt.get_cmap("tab10")(number)
        axes.plot(curve["x"], curve["y"], marker="o", markersize=4, linewidth=1.4, color=colour, label=curve["label"])
        if "deviation" in curve:
            low, high = ([y + sign * d for y, d in zip(curve["y"], curve["deviation"])] for sign in (-1, 1))
            axes.fill_between(curve["x"], low, high, color=colour, alpha=0.15, linewidth=0)
    if asked.get("log"):
        axes.set_xscale("log")
    axes.set_xlabel(asked["x"])
    axes.set_ylabel(asked["y"])
    axes.grid(alpha=0.3)
    axes.legend(fontsize=8, loc="upper center", bbox_to_anchor=(0.5, -0.12), ncol=3)
    figure.tight_layout()
    figure.savefig(out)


main()
