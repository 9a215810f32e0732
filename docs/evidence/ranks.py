#!/usr/bin/env python3
"""Compares two processes of one core each with one process of two cores: ranks.py [--pairs 5] [--steps 60] [--width 0.125].

Both pretrain the same network on Fashion-MNIST with two groups, in turns, and must end in the same bits. The figure is the time of a step
of one process over that of two, so 1 means that nothing is lost; it goes to docs/evidence/results/ranks.json. Needs Open MPI and
`make data`. Run it in the repository's root on a quiet machine with two cores.
"""
import argparse
import hashlib
import json
import os
import pathlib
import shutil
import statistics
import subprocess

DISTILL = str(pathlib.Path("distill").resolve())
RESULT = pathlib.Path("docs/evidence/results/ranks.json")
MPIRUN = ["mpirun", "-n", "2", "--mca", "plm", "isolated", "--mca", "pml", "ob1", "--mca", "btl", "self,vader"]
ROOT = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}


def pretrain(name, launcher, steps, width, batch):
    """Seconds per step, and the hash of the weights."""
    folder = pathlib.Path("models") / name
    shutil.rmtree(folder, ignore_errors=True)
    network = {"architecture": "resnet152", "width": width, "stem": "half"}
    pipeline = {
        "name": name,
        "extends": "fashion-mnist",
        "checkpointEverySeconds": 3600,
        "pretrain": {"network": network, "steps": steps, "batchSize": batch, "groups": 2},
    }
    path = folder.with_suffix(".json")
    path.write_text(json.dumps(pipeline))
    run = launcher + [DISTILL, "run", str(path), "--until", "pretrain"]
    subprocess.run(run, check=True, env=os.environ | ROOT, stdout=subprocess.DEVNULL)
    stage = json.loads((folder / "pipeline.lock.json").read_text())["stages"]["pretrain"]
    weights = (folder / "pretrain" / "weights.safetensors").read_bytes()
    return stage["metrics"]["secondsPerStep"], hashlib.sha256(weights).hexdigest()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--width", type=float, default=0.125)
    parser.add_argument("--batch", type=int, default=256)
    given = parser.parse_args()
    pairs = []
    for pair in range(given.pairs):
        one, bits = pretrain("ranks-one", [], given.steps, given.width, given.batch)
        two, same = pretrain("ranks-two", MPIRUN, given.steps, given.width, given.batch)
        assert bits == same, "the weights differ"
        pairs.append({"one": one, "two": two, "ratio": round(one / two, 3)})
        print(f"pair {pair + 1}: one process {one} s, two {two} s, ratio {one / two:.3f}", flush=True)
        RESULT.write_text(json.dumps(vars(given) | {"rows": pairs}, indent=2) + "\n")
    ratios = sorted(row["ratio"] for row in pairs)
    print(f"ratio {statistics.median(ratios)} ({ratios[0]} to {ratios[-1]})")


main()
