#!/usr/bin/env python3
"""Gathers the table of color images in a folder: own_images.py [--seeds 0 1 2], once the pipelines of docs/evidence/own-images have run.

Writes docs/evidence/results/own-images.json, the rows of every run as results.json has them (a run that models/ does not have stays as it
is there), prints the table in Markdown, and draws docs/evidence/own-images.png where matplotlib is installed.
"""
import argparse
import json
import pathlib
import statistics

HERE = pathlib.Path(__file__).parent
RESULTS = HERE / "results" / "own-images.json"

# Percent of the 990 test images in the class with most of them, people-and-body.
MOST_FREQUENT = 64.44

# Row of the table: pipeline, row of its results.
ROWS = {
    "supervised ResNet-50": ("own-onnx", "supervised"),
    "`folder`: teacher, pretrained on these images": ("own-scratch", "teacher"),
    "`folder`: distilled ResNet-50": ("own-scratch", "distilled"),
    "`folder`: self-distilled ResNet-50": ("own-scratch", "self-distilled"),
    "`folder-from-onnx`: teacher, an ImageNet ResNet-18": ("own-onnx", "teacher"),
    "`folder-from-onnx`: distilled ResNet-50": ("own-onnx", "distilled"),
    "`folder-from-onnx`, frequencies as labeled: distilled": ("own-onnx-as-labeled", "distilled"),
}


def gather(seeds, runs):
    """Lays the runs that are in models/ over those known before."""
    for pipeline in sorted({pipeline for pipeline, _ in ROWS.values()}):
        for seed in seeds:
            path = pathlib.Path("models") / f"{pipeline}-seed-{seed}" / "results.json"
            if path.exists():
                runs[path.parent.name] = json.loads(path.read_text())["rows"]
    return dict(sorted(runs.items()))


def values(runs, seeds, pipeline, name, measure):
    return [row[measure] for seed in seeds for row in runs.get(f"{pipeline}-seed-{seed}", []) if row["name"] == name]


def shown(numbers):
    if len(numbers) < 2:
        return "".join(f"{number:.2f}" for number in numbers)
    return f"{statistics.mean(numbers):.2f} ± {statistics.stdev(numbers):.2f}"


def markdown(runs, seeds):
    yield "| network | top-1 | above supervised | mean per class | seconds |"
    yield "|---|---|---|---|---|"
    baseline = values(runs, seeds, *ROWS["supervised ResNet-50"], "top1")
    for title, row in ROWS.items():
        top1 = values(runs, seeds, *row, "top1")
        if not top1:
            continue
        gains = [own - base for own, base in zip(top1, baseline)]
        seconds = values(runs, seeds, *row, "seconds")
        yield (f"| {title} | {shown(top1)} | {shown(gains) if any(gains) else ''} | {shown(values(runs, seeds, *row, 'meanPerClass'))} "
               f"| {min(seconds):.0f} to {max(seconds):.0f} |")


def draw(runs, seeds):
    try:
        import matplotlib
    except ImportError:
        print("no matplotlib, so nothing is drawn")
        return
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(8, 3.6))
    measured = {title: top1 for title, row in ROWS.items() if (top1 := values(runs, seeds, *row, "top1"))}
    for place, (title, top1) in enumerate(reversed(measured.items())):
        color = "tab:gray" if "supervised" in title else "tab:orange" if "teacher" in title else "tab:blue"
        axes.barh(place, statistics.mean(top1), color=color, alpha=0.5)
        axes.plot(top1, [place] * len(top1), "k.", markersize=5)
    axes.axvline(MOST_FREQUENT, color="black", linestyle="--", linewidth=1)
    axes.set_yticks(range(len(measured)), [title.replace("`", "") for title in reversed(measured)], fontsize=8)
    axes.set_xlabel("top-1 in %; points: seeds; dashed: always the most frequent class")
    axes.grid(axis="x", alpha=0.3)
    figure.tight_layout()
    figure.savefig(HERE / "own-images.png", dpi=130)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    seeds = parser.parse_args().seeds
    runs = gather(seeds, json.loads(RESULTS.read_text()) if RESULTS.exists() else {})
    RESULTS.write_text(json.dumps(runs, indent=1) + "\n")
    print("\n".join(markdown(runs, seeds)))
    draw(runs, seeds)


if __name__ == "__main__":
    main()
