#!/usr/bin/env python3
"""Chooses the learning rate of each rival on the development set: tune_rivals.py [--methods …] [--labels …] [--views N].

A row is a method, a number of labels and a rate; the figure is top-1 on the development set, of draw 0. They go to
docs/evidence/results/rival-rates.json after every row, and rows that are there are not measured again. Run it in the repository's root after
`make data` and docs/evidence/make_dev_set.py. The best rates are then written into docs/evidence/compare by hand.
"""
import argparse
import json
import pathlib
import subprocess

DISTILL = "./distill"
RESULT = pathlib.Path("docs/evidence/results/rival-rates.json")
METHODS = ["fixmatch", "uda", "pseudo-label", "vat", "s4l", "meta-pseudo-labels"]
ENCODERS = ["simclr", "instdisc", "pirl"]
OTHERS = ["poisson", "self-training"]
RATES = [0.001, 0.002, 0.004]
LABELS = {130: {"perClass": 13}, 5000: {"perClass": None, "fraction": 0.1}}


def measure(method, labels, rate, views):
    """Top-1 of the method on the development set."""
    name = f"tune-{method}-{labels}-{rate}"
    # What comes before the methods is not used here, and is as short as it can be.
    pipeline = {
        "name": name,
        "extends": "fashion-mnist-compare",
        "dataset": {"kind": "idx", "folder": "data/fashion-mnist-dev"},
        "labels": LABELS[labels],
        "supervised": None,
        "neighbors": None,
        "rounds": None,
        # A teacher that is not used; but what trains an encoder is fine-tuned as the preset says.
        "finetune": {} if method in ENCODERS else {"steps": 1},
        "publish": {"student": "linear"},
        "rivals": {"views": views}
        | {other: None for other in METHODS + ENCODERS + OTHERS if other != method}
        | {method: {"optimizer": {"learningRate": rate}} if method in ENCODERS else {"learningRate": rate}},
    }
    path = pathlib.Path("models") / f"{name}.json"
    path.write_text(json.dumps(pipeline))
    subprocess.run([DISTILL, "run", str(path), "--seed", "0", "--until", "evaluate"], check=True)
    rows = json.loads((pathlib.Path("models") / f"{name}-seed-0" / "results.json").read_text())["rows"]
    return next(row for row in rows if row["name"] == method)["top1"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--methods", nargs="+", default=METHODS + ENCODERS)
    parser.add_argument("--labels", type=int, nargs="+", default=list(LABELS))
    parser.add_argument("--views", type=int, default=100_000)
    given = parser.parse_args()
    for labels in given.labels:
        for method in given.methods:
            for rate in RATES:
                row = {"method": method, "labels": labels, "views": given.views, "rate": rate}
                done = json.loads(RESULT.read_text()) if RESULT.exists() else []
                if all({key: old[key] for key in row} != row for old in done):
                    top1 = measure(method, labels, rate, given.views)
                    done = json.loads(RESULT.read_text()) if RESULT.exists() else []
                    RESULT.write_text(json.dumps([*done, row | {"top1": top1}], indent=2) + "\n")


if __name__ == "__main__":
    main()
