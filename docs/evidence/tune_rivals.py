#!/usr/bin/env python3
"""Chooses options of each rival on the development set: tune_rivals.py [--methods …] [--labels …] [--rates …] [--ratios …] …

A row is a method, a number of labels, a learning rate, and a ratio of unlabeled to labeled images, or for the supervised network a
decay, its augmentations and its stem, and keys of --further; the figure is top-1 on the development set, of draw 0. Rows go to
docs/evidence/results/rival-rates.json one by one, and those that are there are not measured again. Run it in the repository's root
after `make data` and docs/evidence/make_dev_set.py. The best ones are in the preset fashion-mnist-compare.
"""
import argparse
import hashlib
import itertools
import json
import pathlib
import subprocess

DISTILL = "./distill"
RESULT = pathlib.Path("docs/evidence/results/rival-rates.json")
METHODS = ["fixmatch", "uda", "pseudo-label", "vat", "s4l", "meta-pseudo-labels"]
ENCODERS = ["simclr", "instdisc", "pirl", "cpc", "bigbigan"]
OTHERS = ["poisson", "self-training", "s4l-retrained", "s4l-tuned", "meta-pseudo-labels-tuned"]
LABELS = {
    40: {"perClass": 4},
    130: {"perClass": 13},
    500: {"perClass": None, "fraction": 0.01},
    5000: {"perClass": None, "fraction": 0.1},
}
SHIFTS = [{"operation": "flip"}, {"operation": "shift"}]


def supervised(setting, views):
    """The block of the supervised network."""
    own = {} if setting["augmentations"] == "crops" else {"augmentations": SHIFTS}
    network = {"network": {"stem": setting["stem"]}} if "stem" in setting else {}
    return {"steps": views // 64, "optimizer": {"learningRate": setting["rate"], "weightDecay": setting["decay"]}} | own | network


def rival(method, setting):
    """The block of a method."""
    rate = {"learningRate": setting["rate"]}
    further = {key: value for key, value in setting.items() if key not in ("rate", "ratio")}
    return further | ({"optimizer": rate} if method in ENCODERS else rate | {"ratio": setting["ratio"]})


def measure(method, labels, setting, views):
    """Top-1 of the method on the development set."""
    name = "-".join(["tune", method, str(labels), hashlib.sha256(json.dumps([views, setting]).encode()).hexdigest()[:8]])
    # What comes before the methods is not used here, and is as short as it can be.
    pipeline = {
        "name": name,
        "extends": "fashion-mnist-compare",
        "dataset": {"kind": "idx", "folder": "data/fashion-mnist-dev"},
        "labels": LABELS[labels],
        "supervised": supervised(setting, views) if method == "supervised" else None,
        "neighbors": None,
        "rounds": None,
        # A teacher that is not used; but what trains an encoder is fine-tuned as the preset says.
        "finetune": {} if method in ENCODERS else {"steps": 1},
        "publish": {"student": "linear"},
        "rivals": {"views": views}
        | {other: None for other in METHODS + ENCODERS + OTHERS if other != method}
        | ({} if method == "supervised" else {method: rival(method, setting)}),
    }
    path = pathlib.Path("models") / f"{name}.json"
    path.write_text(json.dumps(pipeline))
    subprocess.run([DISTILL, "run", str(path), "--seed", "0", "--until", "evaluate"], check=True)
    rows = json.loads((pathlib.Path("models") / f"{name}-seed-0" / "results.json").read_text())["rows"]
    return next(row for row in rows if row["name"] == method)["top1"]


def settings(method, given):
    """The options to try."""
    for rate in given.rates:
        if method == "supervised":
            yield from (
                {"rate": rate, "decay": decay, "augmentations": augmentations} | ({} if stem == "imagenet" else {"stem": stem})
                for decay, augmentations, stem in itertools.product(given.decays, given.augmentations, given.stems)
            )
        else:
            yield from ({"rate": rate, "ratio": ratio} | given.further for ratio in ([None] if method in ENCODERS else given.ratios))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--methods", nargs="+", default=[*METHODS, *ENCODERS, "supervised"])
    parser.add_argument("--labels", type=int, nargs="+", choices=list(LABELS), default=[130, 5000])
    parser.add_argument("--rates", type=float, nargs="+", default=[0.001, 0.002, 0.004])
    parser.add_argument("--ratios", type=int, nargs="+", default=[1, 3, 7])
    parser.add_argument("--decays", type=float, nargs="+", default=[0.0001, 0.05])
    parser.add_argument("--augmentations", nargs="+", choices=["crops", "shifts"], default=["crops"])
    parser.add_argument("--stems", nargs="+", choices=["imagenet", "half"], default=["imagenet"])
    parser.add_argument("--further", type=json.loads, default={}, help='more keys of the block, such as {"weight": 1}')
    parser.add_argument("--views", type=int, default=100_000)
    given = parser.parse_args()
    for labels, method in itertools.product(given.labels, given.methods):
        for setting in settings(method, given):
            row = {"method": method, "labels": labels, "views": given.views} | setting
            done = json.loads(RESULT.read_text()) if RESULT.exists() else []
            if all({key: value for key, value in old.items() if key != "top1"} != row for old in done):
                top1 = measure(method, labels, setting, given.views)
                done = json.loads(RESULT.read_text()) if RESULT.exists() else []
                RESULT.write_text(json.dumps([*done, row | {"top1": top1}], indent=2) + "\n")


if __name__ == "__main__":
    main()
