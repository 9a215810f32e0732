#!/usr/bin/env python3
"""Compares plans with real steps of six networks: capacity.py OUTPUT.json

For each network, "distill rehearse --plan" estimates memory and time of a step from small groups. Then "distill rehearse --width 1" takes
three real steps on random images, and reports the largest memory of its process and the time of a step. Run it in an empty folder; DISTILL
names the program.
"""
import json
import os
import subprocess
import sys

DISTILL = os.environ.get("DISTILL", "./distill")
STEPS = 3
# Architecture, width, stem, selective kernels, pixels, channels, images per step, optimizer, precision.
NETWORKS = [
    ("resnet18", 0.25, "small", False, 28, 1, 512, "adamw", "bf16"),
    ("resnet18", 1, "small", False, 32, 3, 128, "lars", "bf16"),
    ("resnet50", 1, "small", False, 32, 3, 64, "adamw", "fp32"),
    ("resnet50", 1, "imagenet", False, 224, 3, 16, "sgd", "bf16"),
    ("resnet152", 0.5, "small", False, 32, 3, 64, "lars", "bf16"),
    ("resnet50", 2, "imagenet", True, 128, 3, 16, "lars", "bf16"),
]


def run(*arguments):
    """Runs the program, and returns what it printed as JSON."""
    done = subprocess.run([DISTILL, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    return json.loads(done.stdout)


def compare(network):
    architecture, width, stem, kernels, size, channels, batch, optimizer, precision = network
    pipeline = {
        "name": "capacity",
        "precision": precision,
        "dataset": {"kind": "folder", "folder": "none", "imageSize": size, "channels": channels},
        "labels": {"perClass": 25},
        "pretrain": {
            "network": {"architecture": architecture, "width": width, "stem": stem, "selectiveKernels": kernels},
            "steps": STEPS,
            "batchSize": batch,
            "optimizer": {"kind": optimizer, "learningRate": 0.01},
        },
        "finetune": {"fromLayer": 0, "steps": 1, "batchSize": 8},
        "rounds": {},
        "supervised": None,
    }
    with open("capacity-pipeline.json", "w", encoding="ascii") as file:
        json.dump(pipeline, file)
    plan = run("rehearse", "capacity-pipeline.json", "--plan", "--json", "--images", "1000", "--classes", "10")
    real = run("rehearse", "capacity-pipeline.json", "--json", "--width", "1", "--batch", str(batch), "--image-size", str(size),
               "--steps", str(STEPS), "--until", "pretrain")
    stage = plan["stages"][0]
    planned = (plan["programBytes"] + stage["stepBytes"] + stage["viewBytes"]) / 2**30
    return {"network": network, "parameters": stage["parameters"], "plannedGiB": round(planned, 2), "realGiB": real["peakGiB"],
            "plannedSeconds": stage["secondsPerStep"], "realSeconds": real["stages"][0]["metrics"]["secondsPerStep"]}


def main(output):
    rows = [compare(network) for network in NETWORKS]
    with open(output, "w", encoding="ascii") as file:
        json.dump(rows, file, indent=2)
    for row in rows:
        architecture, width, stem, kernels, size, _, batch, optimizer, precision = row["network"]
        print(f"| {architecture}{' with selective kernels' if kernels else ''}, width {width}, stem {stem} | {size} | {batch} "
              f"| {optimizer}, {precision} | {row['plannedGiB']:.2f} | {row['realGiB']:.2f} | {row['plannedGiB'] / row['realGiB']:.2f} "
              f"| {row['plannedSeconds']:.2f} | {row['realSeconds']:.2f} | {row['plannedSeconds'] / row['realSeconds']:.2f} |")


if __name__ == "__main__":
    main(*sys.argv[1:])
