#!/usr/bin/env python3
"""Gathers the table of few labels: table.py [--seeds 0 1 2], once the pipelines of docs/evidence/table have run with these seeds.

Writes docs/evidence/results/table.json, the rows of every run as results.json has them (a row that models/ does not have stays as it is
there), prints the table and its times in Markdown, and draws docs/evidence/table.png where matplotlib is installed.
"""
import argparse
import pathlib

from runs import axes_of, cells, deviation, gather, mean, shown

HERE = pathlib.Path(__file__).parent
LABELS = {"4": "4 a class (40)", "13": "13 a class (130)", "1pct": "1 % (600)", "10pct": "10 % (6,000)"}

# Row of the table: prefix of the pipeline's name, row of its results.
ROWS = {
    "supervised ResNet-50, to convergence": ("table-", "supervised"),
    "SimCLR, 4,500 steps: linear probe of the encoder": ("table-simclr-", "linear"),
    "SimCLR, 4,500 steps: two-layer head, fine-tuned from the encoder": ("table-simclr-", "teacher"),
    "SimCLRv2, 4,500 steps: linear probe of the encoder": ("table-short-", "linear"),
    "SimCLRv2, 4,500 steps: fine-tuned from the head's first layer": ("table-short-", "teacher"),
    "SimCLRv2, 62,000 steps: linear probe of the encoder": ("table-probe-", "linear"),
    "SimCLRv2, 62,000 steps: fine-tuned from the head's first layer": ("table-", "teacher"),
    "distilled ResNet-50": ("table-", "distilled"),
    "self-distilled ResNet-50": ("table-", "self-distilled"),
    "ResNet-18": ("table-", "resnet18"),
    "finer: distilled ResNet-50": ("table-finer-", "distilled"),
    "finer: ResNet-18": ("table-finer-", "resnet18"),
}
# A probe is drawn dashed, in the color of the teacher beside it, and a finer student dotted, in that of the other.
COLORS = {"table-": 3, "table-finer-": 3, "table-probe-": 3, "table-simclr-": 1, "table-short-": 2}
LINES = {"table-finer-": ":"}
STUDENTS = {"supervised": 7, "distilled": 4, "self-distilled": 5, "resnet18": 0}


def keep(prefix, row):
    """Runs that probe alone have a teacher of one step, which nobody is to quote."""
    return prefix != "table-probe-" or row["name"] != "teacher"


def markdown(table):
    measured = {title: one for title in ROWS if (one := next((rows[0] for labels in LABELS if (rows := table[title, labels])), None))}
    print("| network | " + " | ".join(LABELS.values()) + " | parameters | file |")
    print("|---|" + "---|" * (len(LABELS) + 2))
    for title, one in measured.items():
        print(f"| {title} | " + " | ".join(shown(table[title, labels]) for labels in LABELS)
              + f" | {one['parameters']:,} | {one['bytes'] / 1e6:.2f} MB |")
    print("\n| seconds, without pretraining | " + " | ".join(LABELS.values()) + " |")
    print("|---|" + "---|" * len(LABELS))
    for title in measured:
        print(f"| {title} | " + " | ".join(seconds(table[title, labels]) for labels in LABELS) + " |")
    print()
    for title, one in measured.items():
        print(f"{title}: {one['protocol']}")


def seconds(rows):
    """All that came before a row, pretraining left out since it was given: of the quickest seed, for others may have run beside other work."""
    return f"{min(row['seconds'] for row in rows):,.0f}" if rows else ""


def draw(table, out):
    if not (drawing := axes_of((9, 6))):
        return
    figure, axes, plt = drawing
    for number, (title, (prefix, name)) in enumerate(ROWS.items()):
        points = [(place, table[title, labels]) for place, labels in enumerate(LABELS) if table[title, labels]]
        axes.errorbar(
            [place + (number - len(ROWS) / 2) * 0.03 for place, _ in points],
            [mean(rows) for _, rows in points],
            [deviation(rows) for _, rows in points],
            marker="o", markersize=4, linewidth=1.2, capsize=2, linestyle="--" if name == "linear" else LINES.get(prefix, "-"),
            color=plt.get_cmap("tab10")(STUDENTS.get(name, COLORS[prefix])), label=title)
    axes.set_xticks(range(len(LABELS)), LABELS.values())
    axes.set_xlabel("labels")
    axes.set_ylabel("top-1 on the 10,000 test images, percent")
    axes.legend(fontsize=8, loc="lower right")
    figure.tight_layout()
    figure.savefig(out)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    seeds = parser.parse_args().seeds
    prefixes = sorted({prefix for prefix, _ in ROWS.values()})
    table = cells(gather(HERE / "results" / "table.json", prefixes, LABELS, seeds, keep), ROWS, LABELS, seeds)
    markdown(table)
    draw(table, HERE / "table.png")


main()
