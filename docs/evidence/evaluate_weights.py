#!/usr/bin/env python3
"""Goes the same road from several encoders: evaluate_weights.py BASE.json OUT.json [--name NAME] [--seed n] FILE.safetensors …

BASE.json is a pipeline whose block "pretrain" lacks nothing but "weights". Each file is put there in turn, `distill run` does the rest in
models/NAME-FILE (and skips what it has already done), and OUT.json gets top-1 by file and row, of the test split or whatever the base calls so.
NAME is the base's unless it is given: files of the same name need different ones.
"""
import argparse
import json
import pathlib
import subprocess

DISTILL = pathlib.Path(__file__).resolve().parents[2] / "stages/Cli/bin/Release/net10.0/linux-x64/distill"


def road(base, name, file, seed):
    pipeline = json.loads(json.dumps(base))
    # A snapshot is a file called by its step; a checkpoint is a folder called so.
    label = file.parent.name if file.stem == "weights" else file.stem
    pipeline["name"] = f"{name}-{label}"
    pipeline["pretrain"]["weights"] = str(file)
    path = pathlib.Path("models") / f"{pipeline['name']}.json"
    path.write_text(json.dumps(pipeline, indent=2) + "\n")
    subprocess.run([DISTILL, "run", path] + (["--seed", str(seed)] if seed is not None else []), check=True)
    folder = pathlib.Path("models") / (pipeline["name"] + (f"-seed-{seed}" if seed is not None else ""))
    rows = json.loads((folder / "results.json").read_text())["rows"]
    return label, {row["name"]: row["top1"] for row in rows}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("files", type=pathlib.Path, nargs="+")
    parser.add_argument("--name")
    parser.add_argument("--seed", type=int)
    arguments = parser.parse_args()
    base = json.loads(arguments.base.read_text())
    table = dict(road(base, arguments.name or base["name"], file, arguments.seed) for file in arguments.files)
    arguments.out.write_text(json.dumps(table, indent=2) + "\n")


main()
