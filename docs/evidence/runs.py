"""What table.py and compare.py share: the rows of runs that differ in labels and seed."""
import json
import pathlib
import statistics


def gather(path, prefixes, labels, seeds, keep=lambda prefix, row: True):
    """Lays rows of the runs PREFIX-LABELS-seed-SEED in models/ over those in a file, which other machines may have measured."""
    runs = json.loads(path.read_text()) if path.exists() else {}
    for key, prefix in ((f"{prefix}{one}-seed-{seed}", prefix) for prefix in prefixes for one in labels for seed in seeds):
        results = pathlib.Path("models") / key / "results.json"
        if results.exists():
            rows = [*runs.get(key, []), *json.loads(results.read_text())["rows"]]
            runs[key] = list({row["name"]: row for row in rows if keep(prefix, row)}.values())
    runs = dict(sorted(runs.items()))
    path.write_text(json.dumps(runs, indent=1) + "\n")
    return runs


def cells(runs, titles, labels, seeds):
    """Title and labels → the row of each seed; a title has a prefix of runs and a name of rows."""
    return {
        (title, one): [row for seed in seeds for row in runs.get(f"{prefix}{one}-seed-{seed}", []) if row["name"] == name]
        for title, (prefix, name) in titles.items()
        for one in labels
    }


def mean(rows):
    return statistics.mean(row["top1"] for row in rows)


def deviation(rows):
    """The sample standard deviation of top-1, 0 for a single row."""
    return statistics.stdev(row["top1"] for row in rows) if len(rows) > 1 else 0


def shown(rows):
    spread = f" ± {deviation(rows):.2f}" if len(rows) > 1 else ""
    return f"{mean(rows):.2f}{spread}" if rows else ""


def axes_of(size):
    """A figure and its axes for a file, or nothing where matplotlib is not installed."""
    try:
        import matplotlib
    except ImportError:
        return None
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=size, dpi=110)
    axes.grid(alpha=0.3)
    return figure, axes, plt
