#!/usr/bin/env python3
"""Compares starts of the classifier in fine-tuning on the development set: finetune_start.py [--draws 0 1 2] [--keep].

The encoder is that of models/zoo. Rows are labels per class, steps, rate and start; the figures are top-1 of the linear probe with the
same labels and of the teacher, on the development set. They go to docs/evidence/results/finetune-start.json after every row; --keep
measures only the rows that are missing there. Run it in the repository's root after `make data` and docs/evidence/make_dev_set.py.
"""
import argparse
import json
import pathlib
import subprocess

DISTILL = "./distill"
RESULT = pathlib.Path("docs/evidence/results/finetune-start.json")
ROWS = [
    {"perClass": per_class, "steps": steps, "rate": rate, "start": start}
    for per_class, steps, rates in ((4, 100, (0.0005, 0.0002)), (13, 200, (0.001, 0.0005)), (50, 1200, (0.0005, 0.0002)))
    for rate in rates
    for start in ("zero", "probe")
]


def measure(row, draw):
    """Top-1 of the linear probe and of the teacher on the development set."""
    name = f"start-{row['perClass']}-{row['steps']}-{row['rate']}-{row['start']}"
    pipeline = {
        "name": name,
        "extends": "fashion-mnist-from-zoo",
        "dataset": {"kind": "idx", "folder": "data/fashion-mnist-dev"},
        "labels": {"perClass": row["perClass"]},
        "probe": {"labels": "labeled", "neighbors": False},
        "supervised": None,
        "finetune": {"steps": row["steps"], "start": row["start"], "optimizer": {"learningRate": row["rate"]}},
        "rounds": None,
        "publish": {"student": "linear", "heldOut": None},
    }
    path = pathlib.Path("models") / f"{name}.json"
    path.write_text(json.dumps(pipeline))
    subprocess.run([DISTILL, "run", str(path), "--seed", str(draw), "--until", "evaluate"], check=True)
    results = json.loads((pathlib.Path("models") / f"{name}-seed-{draw}" / "results.json").read_text())
    return {found["name"]: found["top1"] for found in results["rows"] if found["name"] in ("linear", "teacher")}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--keep", action="store_true")
    given = parser.parse_args()
    done = json.loads(RESULT.read_text())["rows"] if given.keep and RESULT.exists() else []
    for row in ROWS:
        if all({key: old[key] for key in row} != row for old in done):
            measured = [measure(row, draw) for draw in given.draws]
            done.append(row | {name: [draw[name] for draw in measured] for name in measured[0]})
            RESULT.write_text(json.dumps({"draws": given.draws, "rows": done}, indent=2) + "\n")


if __name__ == "__main__":
    main()
