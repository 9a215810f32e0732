#!/usr/bin/env python3
"""Shows what ablations.py has found: results/ablation-*.json as Markdown tables, and drawn in ablations.png where matplotlib is installed.

A figure of several seeds is shown as mean ± the sample's deviation. Beside it is its difference from the default's row, taken seed by
seed, since the draw of the labels moves all rows of a seed together.
"""
import json
import pathlib
import statistics
import textwrap

HERE = pathlib.Path(__file__).parent

# Title, the row all others are compared with, and the figure that is drawn.
ABLATIONS = {
    "projection": ("Layers of the projection head", {"layers": 3}, "linear"),
    "batch-length": ("Batch and length of training", {"images": 307_200, "batch": 256}, "linear"),
    "depth-width": ("Depth and width", {"architecture": "resnet18", "width": 0.25}, "linear"),
    "heads": ("Layers of the head, and the layer fine-tuned from", {"layers": 3, "fromLayer": 1}, "teacher"),
    "from-layer": ("The long run's head, and the layer fine-tuned from", {"fromLayer": 1}, "teacher"),
    "memory": ("Queue of past keys", {"keys": 0}, "teacher"),
    "groups": ("Groups of a batch", {"groups": 2}, "linear"),
    "compositions": ("Composition of augmentations", {"views": "crop, brightness and contrast, blur (the default)"}, "linear"),
    "targets": ("What the student learns from", {"targets": "soft targets of all images"}, "distilled"),
    "alpha": ("α, the weight of the soft targets", {"alpha": 1}, "distilled"),
    "temperature": ("Temperature of the soft targets", {"temperature": 0.5}, "distilled"),
    "views": ("Soft targets per image", {"views": 4}, "distilled"),
    "passes": ("Stored views in 40 passes", {"targets": "4 stored views"}, "distilled"),
    "balance": ("Balanced soft targets", {"classFrequencies": "equal"}, "distilled"),
    "self-first": ("The teacher distills itself first", {"first": "nothing"}, "distilled"),
    "stem": ("The student's stem", {"stem": "imagenet"}, "distilled"),
}


# Figures, which do not tell one row from another.
MEASURED = ("loss", "knn", "linear")


def deviation(values):
    return f" ± {statistics.stdev(values):.2f}" if len(values) > 1 else ""


def mean(values):
    return f"{statistics.mean(values):.2f}{deviation(values)}"


def shown(value, default):
    """One cell: text as it is, a figure with two places, and figures by seed with their difference from the default's."""
    if isinstance(value, list):
        differences = [one - other for one, other in zip(value, default)] if default else []
        return mean(value) + (f" ({statistics.mean(differences):+.2f}{deviation(differences)})" if any(differences) else "")
    return f"{value:.2f}" if isinstance(value, float) and value > 10 else {"True": "yes", "False": "no"}.get(str(value), str(value))


def is_default(row, default):
    return default.items() <= row.items()


def in_order(rows):
    """As they were run, the default first, or by the number that alone tells them apart."""
    key, *others = (key for key, value in rows[0].items() if not isinstance(value, list) and key not in MEASURED)
    return rows if others or isinstance(rows[0][key], (bool, str)) else sorted(rows, key=lambda row: row[key])


def table(rows, default):
    columns = list(dict.fromkeys(key for row in rows for key in row if key != "supervised"))
    base = next((row for row in rows if is_default(row, default)), {})
    yield "| " + " | ".join(columns) + " |"
    yield "|" + "---|" * len(columns)
    for row in rows:
        yield "| " + " | ".join(shown(row[key], base.get(key)) if key in row else "" for key in columns) + " |"


def label(row):
    told = {key: value for key, value in row.items() if not isinstance(value, list) and key not in MEASURED}
    return ", ".join(f"{key} {value}" if len(told) > 1 else shown(value, None) for key, value in told.items())


def draw(found):
    try:
        import matplotlib
    except ImportError:
        return
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, panels = plt.subplots((len(found) + 2) // 3, 3, figsize=(15, 3.6 * ((len(found) + 2) // 3)), dpi=100, squeeze=False)
    for axes in panels.flat[len(found):]:
        axes.axis("off")
    for axes, (name, rows) in zip(panels.flat, found.items()):
        title, default, key = ABLATIONS[name]
        for place, row in enumerate(rows):
            values = row[key] if isinstance(row[key], list) else [row[key]]
            color = plt.get_cmap("tab10")(1 if is_default(row, default) else 0)
            axes.plot(values, [place] * len(values), "o", markersize=4, alpha=0.5, color=color)
            axes.plot(statistics.mean(values), place, "|", markersize=16, markeredgewidth=2, color=color)
        axes.set_yticks(range(len(rows)), [textwrap.fill(label(row), 40) for row in rows], fontsize=7)
        axes.margins(y=0.12)
        # A panel of a tenth of a point would show noise as a difference.
        low, high = axes.get_xlim()
        if high - low < 2:
            axes.set_xlim((low + high) / 2 - 1, (low + high) / 2 + 1)
        axes.invert_yaxis()
        axes.set_title(textwrap.fill(title, 34), fontsize=10)
        axes.set_xlabel({"teacher": "teacher's", "distilled": "student's", "linear": "linear probe's"}[key] + " top-1, percent", fontsize=8)
        axes.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(HERE / "ablations.png")


def main():
    found = {}
    for name, (title, default, _) in ABLATIONS.items():
        path = HERE / "results" / f"ablation-{name}.json"
        if path.exists():
            found[name] = in_order(json.loads(path.read_text())["rows"])
            print(f"\n{title} ({name})\n")
            print("\n".join(table(found[name], default)))
    draw(found)


main()
