#!/usr/bin/env python3
"""Draws what results/ holds as curves: draw.py [long|pytorch] … (needs matplotlib)."""
import json
import pathlib
import statistics
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

HERE = pathlib.Path(__file__).parent


def colour(number):
    return plt.get_cmap("tab10")(number)


def save(figure, name):
    figure.tight_layout()
    figure.savefig(HERE / f"{name}.png")


def long():
    """The long run along the way, against minutes, and images seen above them."""
    found = json.loads((HERE / "results" / "long.json").read_text())
    rows = found["rows"]
    minutes = [row["minutes"] for row in rows]
    figure, axes = plt.subplots(figsize=(9, 5), dpi=110)
    for number, (name, label) in enumerate({
        "linear": "linear probe, 60,000 labels",
        "knn-20": "kNN, k = 20, 60,000 labels",
        "knn-200": "kNN, k = 200, 60,000 labels",
        "distilled": "student, ResNet-50, 130 labels",
        "teacher": "teacher, fine-tuned, 130 labels",
    }.items()):
        axes.plot(minutes, [row[name] for row in rows], marker="o", markersize=4, linewidth=1.4, color=colour(number), label=label)
    axes.set_xlabel("minutes of pretraining on two CPU cores")
    axes.set_ylabel("top-1 on the 10,000 test images, percent")
    axes.set_xlim(0, minutes[-1] * 1.02)
    seen = axes.twiny()
    seen.set_xlim(axes.get_xlim())
    seen.set_xticks(minutes, [f"{row['images'] / 1e6:.1f}" for row in rows], fontsize=8)
    seen.set_xlabel("images seen, millions", fontsize=9)
    axes.grid(alpha=0.3)
    axes.legend(fontsize=8, loc="lower right")
    save(figure, "long")


def pytorch():
    """Ten epochs here and in plain PyTorch, mean and deviation over seeds."""
    found = json.loads((HERE / "results" / "pytorch.json").read_text())
    figure, panels = plt.subplots(1, 2, figsize=(11, 4.5), dpi=110)
    for axes, (name, title) in zip(panels, {"knn-200": "kNN, k = 200", "linear": "linear probe"}.items()):
        for number, (program, label) in enumerate({"ours": "Distill", "pytorch": "plain PyTorch"}.items()):
            epochs = list(range(1, 1 + len(found[program][0])))
            by_epoch = [[seed[epoch - 1][name] for seed in found[program]] for epoch in epochs]
            mean = [statistics.mean(values) for values in by_epoch]
            deviation = [statistics.stdev(values) for values in by_epoch]
            axes.plot(epochs, mean, marker="o", markersize=4, color=colour(number), label=label)
            axes.fill_between(epochs, [m - d for m, d in zip(mean, deviation)], [m + d for m, d in zip(mean, deviation)],
                              color=colour(number), alpha=0.15, linewidth=0)
        axes.set_title(f"{title}, 60,000 labels")
        axes.set_xlabel("epochs of pretraining")
        axes.set_ylabel("top-1 on the 10,000 test images, percent")
        axes.grid(alpha=0.3)
        axes.legend(loc="lower right")
    save(figure, "pytorch")


DRAWN = {"long": long, "pytorch": pytorch}

for asked in sys.argv[1:] or DRAWN:
    DRAWN[asked]()
