#!/usr/bin/env python3
"""Runs the same pipeline from several encoders: evaluate_weights.py BASE.json OUT.json [--name NAME] [--seed n] [--metrics M.jsonl] FILE …

BASE.json is a pipeline whose block "pretrain" lacks only "weights". The script sets each file there in turn and calls `distill run`, which
works in models/NAME-FILE and skips finished stages. OUT.json gets top-1 by file and row, on the test split of the base. NAME is the base's by
default; files of the same name need different ones. With the metrics.jsonl of the pretraining that kept the FILEs, OUT.json gets a list
for a plot by draw.py instead: each row has its step, the images seen and the minutes trained until then.
"""
import argparse
import json
import pathlib
import subprocess

DISTILL = pathlib.Path(__file__).resolve().parents[2] / "stages/Cli/bin/Release/net10.0/linux-x64/distill"


def evaluate(base, name, file, seed):
    pipeline = json.loads(json.dumps(base))
    # A snapshot is a file named after its step; a checkpoint is a folder with such a name.
    label = file.parent.name if file.stem == "weights" else file.stem
    pipeline["name"] = f"{name}-{label}"
    pipeline["pretrain"]["weights"] = str(file)
    path = pathlib.Path("models") / f"{pipeline['name']}.json"
    path.write_text(json.dumps(pipeline, indent=2) + "\n")
    subprocess.run([DISTILL, "run", path] + (["--seed", str(seed)] if seed is not None else []), check=True)
    folder = pathlib.Path("models") / (pipeline["name"] + (f"-seed-{seed}" if seed is not None else ""))
    rows = json.loads((folder / "results.json").read_text())["rows"]
    return label, {row["name"]: row["top1"] for row in rows}


def minutes(metrics, step, batch):
    """Training time only: the steps between two lines of the metrics at the speed of the second line, without pauses between runs."""
    lines = {line["step"]: line["imagesPerSecond"] for line in map(json.loads, metrics.read_text().splitlines())}
    seconds, before = 0, 0
    for now in sorted(lines):
        seconds += (min(now, step) - before) * batch / lines[now]
        before = min(now, step)
    return seconds / 60


def along(table, metrics, batch):
    for label, rows in table.items():
        step = int(label.removeprefix("step-"))
        yield {"step": step, "images": step * batch, "minutes": round(minutes(metrics, step, batch), 1)} | rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("files", type=pathlib.Path, nargs="+")
    parser.add_argument("--name")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--metrics", type=pathlib.Path)
    parser.add_argument("--batch", type=int, default=256, help="images per step of that pretraining")
    arguments = parser.parse_args()
    base = json.loads(arguments.base.read_text())
    table = dict(evaluate(base, arguments.name or base["name"], file, arguments.seed) for file in arguments.files)
    found = {"rows": list(along(table, arguments.metrics, arguments.batch))} if arguments.metrics else table
    arguments.out.write_text(json.dumps(found, indent=2) + "\n")


main()
