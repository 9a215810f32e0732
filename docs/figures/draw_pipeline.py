#!/usr/bin/env python3
"""Draws accuracy against minutes for complete runs: draw_pipeline.py pipeline.png LABEL=FOLDER[,FOLDER…] … (needs matplotlib).

FOLDER is the folder of a complete run, such as models/fashion-mnist.
The lines are kNN accuracy on training images, from metrics.jsonl of the pretraining.
The points are top-1 on the test split when each network was complete, from pipeline.lock.json and results.json.
"""
import json
import pathlib
import sys
from datetime import datetime

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

STAGES = {"supervised": "supervised", "teacher": "finetune", "distilled": "distill", "self-distilled": "self-distill"}
MARKS = {"supervised": "s", "teacher": "^", "distilled": "o", "self-distilled": "D"}


def moment(text):
    # Python 3.10 accepts six fractional digits and rejects "Z"; .NET writes seven digits.
    head, _, tail = text.replace("Z", "+00:00").partition(".")
    return datetime.fromisoformat(head + "." + tail[:6] + "+00:00" if tail else head)


def read(folder):
    folder = pathlib.Path(folder)
    stages = json.loads((folder / "pipeline.lock.json").read_text())["stages"]
    begun = moment(stages["pretrain"]["startedUtc"])

    def minutes(text):
        return (moment(text) - begun).total_seconds() / 60

    lines = [json.loads(line) for line in (folder / "pretrain" / "metrics.jsonl").read_text().splitlines()]
    knn = [(minutes(line["utc"]), line["knn"]) for line in lines if "knn" in line]
    rows = {row["name"]: row["top1"] for row in json.loads((folder / "results.json").read_text())["rows"]}
    points = {name: (minutes(stages[stage]["finishedUtc"]), rows[name]) for name, stage in STAGES.items() if name in rows}
    return knn, points


def main():
    out, groups = sys.argv[1], [argument.split("=", 1) for argument in sys.argv[2:]]
    figure, axes = plt.subplots(figsize=(9, 5), dpi=110)
    colors = plt.get_cmap("tab10")
    for number, (label, folders) in enumerate(groups):
        for run, folder in enumerate(folders.split(",")):
            knn, points = read(folder)
            style = {"color": colors(number), "alpha": 0.75}
            axes.plot(*zip(*knn), linewidth=1.2, label=f"{label}: kNN while pretraining" if run == 0 else None, **style)
            for name, (x, y) in points.items():
                axes.plot(x, y, MARKS[name], markersize=7, markerfacecolor="none", **style)
    for name, mark in MARKS.items():
        axes.plot([], [], mark, color="gray", markerfacecolor="none", label=f"{name}, test")
    axes.set_xlabel("minutes since pretraining began")
    axes.set_ylabel("percent right")
    axes.grid(alpha=0.3)
    axes.legend(fontsize=8, loc="upper center", bbox_to_anchor=(0.5, -0.12), ncol=3)
    figure.tight_layout()
    figure.savefig(out)


main()
