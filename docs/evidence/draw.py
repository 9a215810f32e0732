#!/usr/bin/env python3
"""Draws what results/ holds, as curves and as a heat map: draw.py [long|pytorch|grid] … (needs matplotlib)."""
import json
import pathlib
import statistics
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

HERE = pathlib.Path(__file__).parent


def color(number):
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
        axes.plot(minutes, [row[name] for row in rows], marker="o", markersize=4, linewidth=1.4, color=color(number), label=label)
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
    """Ten epochs here and in plain PyTorch, mean and deviation over seeds; steps come in the files' names."""
    figure, panels = plt.subplots(1, 2, figsize=(11, 4.5), dpi=110)
    for number, (program, label) in enumerate({"ours": "Distill", "theirs": "plain PyTorch"}.items()):
        seeds = [json.loads(path.read_text()) for path in sorted((HERE / "results").glob(f"pytorch-{program}-*.json"))]
        if not seeds:
            raise SystemExit(f"draw.py: results/pytorch-{program}-SEED.json is wanted, of as many seeds as there are")
        steps = sorted(set.intersection(*map(set, seeds)))
        epochs = [int(step.removeprefix("step-")) / 234 for step in steps]
        for axes, (name, title) in zip(panels, {"knn-200": "kNN, k = 200", "linear": "linear probe"}.items()):
            by_step = [[seed[step][name] for seed in seeds] for step in steps]
            mean = [statistics.mean(values) for values in by_step]
            deviation = [statistics.stdev(values) if len(values) > 1 else 0 for values in by_step]
            axes.errorbar(epochs, mean, deviation, marker="o", markersize=4, capsize=3, color=color(number), label=label)
            axes.set_title(f"{title}, 60,000 labels")
            axes.set_xlabel("epochs of pretraining")
            axes.set_ylabel("top-1 on the 10,000 test images, percent")
            axes.grid(alpha=0.3)
            axes.legend(loc="lower right")
    save(figure, "pytorch")


def grid():
    """The linear probe after a short pretraining with each pair of operations; the diagonal is of one alone."""
    found = json.loads((HERE / "results" / "grid.json").read_text())
    names, cells = found["operations"], found["heldOutTop1"]
    known = [value for row in cells for value in row if value is not None]
    figure, axes = plt.subplots(figsize=(6, 5), dpi=110)
    values = [[float("nan") if value is None else value for value in row] for row in cells]
    axes.imshow(values, cmap="Blues", vmin=min(known) - 1, vmax=max(known))
    for place, row in enumerate(cells):
        for other, value in enumerate(row):
            if value is not None:
                shade = "white" if value > (min(known) + 2 * max(known)) / 3 else "black"
                axes.text(other, place, f"{value:.1f}", ha="center", va="center", fontsize=9, color=shade)
    axes.set_xticks(range(len(names)), names, rotation=45)
    axes.set_yticks(range(len(names)), names)
    axes.set_title("linear probe's top-1, percent", fontsize=10)
    axes.spines[:].set_visible(False)
    save(figure, "grid")


DRAWN = {"long": long, "pytorch": pytorch, "grid": grid}

for asked in sys.argv[1:] or DRAWN:
    DRAWN[asked]()
