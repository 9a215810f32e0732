#!/usr/bin/env python3
"""Gathers the comparison of methods: compare.py [--seeds 0 1 2], once pipelines of docs/evidence/compare have run with these seeds.

Writes docs/evidence/results/compare.json, the rows of every run as results.json has them (a row that models/ does not have stays as it is
there), prints the tables of accuracy and time in Markdown, and draws docs/evidence/compare.png where matplotlib is installed. Run it in
the folder of models/. The time of our encoder is not in it, as models/zoo gives it.
"""
import argparse
import pathlib
import statistics

from runs import axes_of, cells, deviation, gather, mean, shown

HERE = pathlib.Path(__file__).parent
LABELS = ["40", "130", "600", "6000"]
PREFIXES = ["compare-", "compare-encoders-", "compare-spread-", "compare-fixmatch-"]

# Row of the table: prefix of the pipeline's name, row of its results.
ROWS = {
    "supervised": ("compare-", "supervised"),
    "pseudo-label": ("compare-", "pseudo-label"),
    "VAT + entropy minimization": ("compare-", "vat"),
    "S4L, first step": ("compare-", "s4l"),
    "S4L, second step": ("compare-", "s4l-retrained"),
    "S4L, third step": ("compare-", "s4l-tuned"),
    "UDA": ("compare-", "uda"),
    "FixMatch": ("compare-", "fixmatch"),
    "Meta Pseudo Labels": ("compare-", "meta-pseudo-labels"),
    "Meta Pseudo Labels, last step": ("compare-", "meta-pseudo-labels-tuned"),
    "self-training of supervised": ("compare-", "self-training"),
    "InstDisc": ("compare-encoders-", "instdisc"),
    "PIRL": ("compare-encoders-", "pirl"),
    "CPC v2": ("compare-encoders-", "cpc"),
    "BigBiGAN": ("compare-encoders-", "bigbigan"),
    "SimCLR": ("compare-encoders-", "simclr"),
    "Poisson learning, our encoder": ("compare-", "poisson"),
    "linear probe, our encoder": ("compare-", "linear"),
    "SimCLRv2, fine-tuned": ("compare-", "teacher"),
    "FixMatch from our encoder": ("compare-fixmatch-", "teacher"),
    "SimCLRv2, distilled": ("compare-", "distilled"),
    "SimCLRv2, self-distilled": ("compare-", "self-distilled"),
    "SimCLRv2, distilled, neighbors": ("compare-spread-", "distilled"),
}


def minutes(rows):
    return f"{statistics.median(row['seconds'] for row in rows) / 60:.1f}" if rows else ""


def markdown(table, columns):
    for text in (shown, minutes):
        print("| method | " + " | ".join(f"{int(labels):,}" for labels in columns) + " |")
        print("|---|" + "---|" * len(columns))
        for title in ROWS:
            if any(table[title, labels] for labels in columns):
                print(f"| {title} | " + " | ".join(text(table[title, labels]) for labels in columns) + " |")
        print()


def draw(table, columns, out):
    titles = [title for title in ROWS if any(table[title, labels] for labels in columns)]
    if not (drawing := axes_of((9, 0.32 * len(titles) + 1.2))):
        return
    figure, axes, plt = drawing
    for number, labels in enumerate(columns):
        points = [(place, table[title, labels]) for place, title in enumerate(titles) if table[title, labels]]
        axes.errorbar(
            [mean(rows) for _, rows in points],
            [place for place, _ in points],
            xerr=[deviation(rows) for _, rows in points],
            marker="o", markersize=5, linestyle="", capsize=2, color=plt.get_cmap("viridis")(number / 4), label=f"{int(labels):,} labels")
    axes.set_yticks(range(len(titles)), titles)
    axes.invert_yaxis()
    axes.set_xlabel("top-1 on the 10,000 test images, percent")
    axes.legend(fontsize=8, loc="lower left")
    figure.tight_layout()
    figure.savefig(out)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    seeds = parser.parse_args().seeds
    if not pathlib.Path("models").is_dir():
        parser.error("found no folder models here")
    table = cells(gather(HERE / "results" / "compare.json", PREFIXES, LABELS, seeds), ROWS, LABELS, seeds)
    columns = [labels for labels in LABELS if any(table[title, labels] for title in ROWS)]
    markdown(table, columns)
    draw(table, columns, HERE / "compare.png")


main()
