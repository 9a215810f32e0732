#!/usr/bin/env python3
"""Runs an ablation, or all of them: ablations.py [NAME …] [--seeds 0 1 2] [--keep] [--development].

NAME is projection, batch-length, depth-width, heads, from-layer, memory, groups, compositions, views, passes, temperature, alpha, targets,
balance, self-first or stem. Every row is an ordinary pipeline (models/ablation-….json) that `distill run` runs, and skips when it is
done. The figures of an ablation go to docs/evidence/results/ablation-NAME.json after every row; --keep measures only the rows that are
missing there. A seed draws the 130 labels and everything random after the pretraining. Top-1 is measured on the test split and chooses
nothing: all rows were decided on before any was run. Run it in the repository's root after `make distill`, whose pretraining is the
default row of heads.

--development measures on the development set of make_dev_set.py instead, into ablation-NAME-development.json; such figures may choose.
"""
import argparse
import copy
import json
import pathlib
import shutil
import subprocess
from functools import cache, partial

DISTILL = "./distill"
RESULTS = pathlib.Path("docs/evidence/results")
DEVELOPMENT = {"dataset": {"kind": "idx", "folder": "data/fashion-mnist-dev"}}
DEFAULT = {"weights": "models/fashion-mnist/pretrain/weights.safetensors"}

# Without students: what the encoder is worth, by kNN, by the linear probe with all labels and by fine-tuning with 130.
ENCODER = {
    "extends": "fashion-mnist",
    "supervised": None,
    "probe": {"labels": "all"},
    "finetune": {"fromLayer": 0},
    "rounds": None,
    "publish": {"student": "linear", "heldOut": None},
}
CROP = {"operation": "crop", "area": [0.5, 1], "flip": 0.5}
JITTER = {"operation": "jitter", "probability": 1, "brightness": 0.8, "contrast": 0.8}
BLUR = {"operation": "blur", "probability": 0.3}
NOISE = {"operation": "noise", "probability": 0.5}
CUTOUT = {"operation": "cutout", "probability": 0.5}
ROTATE = {"operation": "rotate", "probability": 0.5}
SOBEL = {"operation": "sobel", "probability": 0.5}
COMPOSITIONS = {
    "crop": [CROP],
    "brightness and contrast": [JITTER],
    "blur": [BLUR],
    "crop, blur": [CROP, BLUR],
    "crop, brightness and contrast": [CROP, JITTER],
    "crop, brightness and contrast, blur (the default)": [CROP, JITTER, BLUR],
    "crop, brightness and contrast, noise": [CROP, JITTER, NOISE],
    "crop, brightness and contrast, cutout": [CROP, JITTER, CUTOUT],
    "crop, brightness and contrast, rotation": [CROP, JITTER, ROTATE],
    "crop, brightness and contrast, Sobel": [CROP, JITTER, SOBEL],
}


def merge(below, above):
    below = copy.deepcopy(below)
    for key, value in above.items():
        below[key] = merge(below[key], value) if isinstance(below.get(key), dict) and isinstance(value, dict) else copy.deepcopy(value)
    return below


def prefix():
    """What the names of pipelines begin with."""
    return "ablation-development" if arguments().development else "ablation"


def run(name, pipeline, seed=None):
    """Top-1 by row of one pipeline."""
    name = f"{prefix()}-{name}"
    pipeline = merge(pipeline, DEVELOPMENT if arguments().development else {})
    path = pathlib.Path("models") / f"{name}.json"
    path.write_text(json.dumps({"name": name} | pipeline, indent=2) + "\n")
    subprocess.run([DISTILL, "run", path] + ([] if seed is None else ["--seed", str(seed)]), check=True)
    folder = pathlib.Path("models") / (name if seed is None else f"{name}-seed-{seed}")
    return {row["name"]: row["top1"] for row in json.loads((folder / "results.json").read_text())["rows"]}


def fine_tune(name, network, layer, seeds, extends="fashion-mnist"):
    """The teacher's top-1 by seed, from a layer of a pretraining's head."""
    given = {
        "extends": extends,
        "pretrain": network,
        "finetune": {"fromLayer": layer},
        "probe": {"labels": "labeled", "neighbors": False},
    }
    return [run(name, merge(ENCODER, given), seed)["teacher"] for seed in seeds]


def pretrained(name, change, layer, seeds, network=None):
    """What the encoder of a pretraining is worth, and the teachers fine-tuned from it; nothing changed is make distill's own."""
    rows = run(name, merge(ENCODER, {"pretrain": change or ({} if arguments().development else DEFAULT)}))
    given = (network or {}) | {"weights": f"models/{prefix()}-{name}/pretrain/weights.safetensors"}
    return {"knn": rows["knn-200"], "linear": rows["linear"], "teacher": fine_tune(f"{name}-from-{layer}", given, layer, seeds)}


def contrasted(name, change):
    """Loss (mean of the last fifth of the steps), kNN and linear probe of a pretraining."""
    rows = run(name, merge(ENCODER, {"pretrain": change}))
    lines = [json.loads(line) for line in (pathlib.Path("models") / f"{prefix()}-{name}" / "pretrain" / "metrics.jsonl").open()]
    losses = [line["loss"] for line in lines if line["step"] > 0.8 * lines[-1]["step"]]
    return {"loss": round(sum(losses) / len(losses), 3), "knn": rows["knn-200"], "linear": rows["linear"]}


# An ablation yields what tells a row from the others, and how to measure it.
# The first three are studies of SimCLR's paper: one pretraining per row, of the small student's network unless a row has another.
SMALL = {"network": {"architecture": "resnet18", "width": 0.25, "stem": "imagenet"}}


def projection(seeds):
    """Layers of the projection head; the encoder's features are measured, as always."""
    for layers in (3, 2, 1, 0):
        yield {"layers": layers}, partial(contrasted, f"projection-{layers}", merge(SMALL, {"head": {"layers": layers}, "steps": 1200}))


def batch_length(seeds):
    """The rate grows with the square root of the batch, as SimCLR's appendix B.1 has it, from the default's 0.003 for 256 images."""
    for images in (153_600, 307_200, 614_400):
        for batch in (64, 256, 1024):
            change = {"batchSize": batch, "steps": images // batch, "optimizer": {"learningRate": 0.003 * (batch / 256) ** 0.5}}
            yield {"images": images, "batch": batch}, partial(contrasted, f"batch-{batch}-of-{images}", merge(SMALL, change))


def depth_width(seeds):
    for architecture in ("resnet18", "resnet50", "resnet152"):
        for width in (0.0625, 0.125, 0.25):
            if (architecture, width) != ("resnet152", 0.25):
                network = {"architecture": architecture, "width": width, "stem": "imagenet"}
                change = {"network": network, "batchSize": 128, "steps": 1200, "optimizer": {"learningRate": 0.002}}
                yield {"architecture": architecture, "width": width}, partial(contrasted, f"{architecture}-{width}", change)


def heads(seeds):
    for layers in (3, 2, 4):
        head = {} if layers == 3 else {"head": {"layers": layers, "output": 64}}
        name = "default" if layers == 3 else f"head-{layers}"
        for layer in range(layers):
            yield {"layers": layers, "fromLayer": layer}, partial(pretrained, name, head, layer, seeds, head)


def memory(seeds):
    """A third of the default's steps, since each row pretrains."""
    for keys in (0, 4096, 16384):
        yield {"keys": keys}, partial(pretrained, f"memory-{keys}", {"steps": 1500, "queue": {"size": keys}}, 1, seeds)


def groups(seeds):
    """One seed: groups should change nothing."""
    for number in (2, 8, 32):
        yield {"groups": number}, partial(contrasted, f"groups-{number}", {"steps": 1000, "batchSize": 512, "groups": number})


def from_layer(seeds):
    """The layer of the long run's head, with which its encoder is fine-tuned."""
    for layer in (1, 0, 2):
        yield {"fromLayer": layer}, lambda layer=layer: {"teacher": fine_tune(f"from-layer-{layer}", {}, layer, seeds, "fashion-mnist-from-zoo")}


def compositions(seeds):
    for number, (label, views) in enumerate(COMPOSITIONS.items()):
        yield {"views": label}, partial(pretrained, f"composition-{number}", {"augmentations": views, "steps": 1000}, 1, seeds)


# From the long run's encoder on: one round, unless it says otherwise, with the shipped recipe.
ROUND = {
    "result": "distilled",
    "label": {"viewsPerImage": 4, "crop": {"area": [0.5, 1]}},
    "student": {
        "network": {"architecture": "resnet50", "width": 0.25, "stem": "imagenet"},
        "teacherTemperature": 0.5,
        "classFrequencies": "equal",
        "steps": 1200,
        "batchSize": 256,
        "groups": 2,
        "optimizer": {"learningRate": 0.002},
    },
}


def taught(name, seeds, change, before=None, like="round"):
    """Teacher and student by seed, where `change` is merged into the round, and other rounds may come before it."""
    pipeline = {
        "extends": "fashion-mnist-from-zoo",
        "supervised": None,
        "rounds": {**(before or {}), "distill": merge(ROUND, change), "self-distill": None, "resnet18": None},
        "publish": {"student": "distilled", "heldOut": None},
    }
    for seed in seeds:
        # A copy of a run has its finished stages, of which the fine-tuned teacher at least is the same. Soft targets are in data.
        for place in ("models", "data"):
            first, folder = (pathlib.Path(place) / f"{prefix()}-{which}-seed-{seed}" for which in (like, name))
            if first.exists() and not folder.exists():
                shutil.copytree(first, folder)
    rows = [run(name, pipeline, seed) for seed in seeds]
    return {key: [row[key] for row in rows] for key in rows[0]}


def student(name, seeds, change):
    return partial(taught, name, seeds, {"student": change})


def views(seeds):
    for number in (4, 1, 2, 8):
        yield {"views": number}, partial(taught, "round" if number == 4 else f"views-{number}", seeds, {"label": {"viewsPerImage": number}})


def passes(seeds):
    """Forty passes over the images: stored views, which come again and again, and the teacher in the loop."""
    long = {"classFrequencies": "as-labeled", "steps": 9375}
    for number in (4, 16, 64):
        change = {"label": {"viewsPerImage": number}, "student": long}
        yield {"targets": f"{number} stored views"}, partial(taught, f"passes-{number}", seeds, change)
    together = {"label": {"viewsPerImage": 64}, "student": long | {"viewsTogether": 4}}
    yield {"targets": "64 stored views, 4 of an image together"}, partial(taught, "passes-together", seeds, together, like="passes-64")
    yield {"targets": "online"}, partial(taught, "passes-online", seeds, {"targets": "online", "student": long})


def temperature(seeds):
    for value in (0.5, 0.1, 0.25, 1, 2):
        yield {"temperature": value}, student("round" if value == 0.5 else f"temperature-{value}", seeds, {"teacherTemperature": value})


def alpha(seeds):
    """Equation 4's weight of the soft targets. Labels go through the network with them, in one group."""
    for value in (0, 0.25, 0.5, 0.75, 1):
        yield {"alpha": value}, student(f"alpha-{value}", seeds, {"alpha": value, "groups": 1})


def targets(seeds):
    """The four rows of the paper's table 1, of which "labels only" is equation 4 with α = 0."""
    for label, name, change in (
        ("labels only", "alpha-0", {"alpha": 0}),
        ("labels, and soft targets of the labeled images", "targets-labelled", {"alpha": 0.5, "images": "labeled"}),
        ("labels, and soft targets of all images", "alpha-0.5", {"alpha": 0.5}),
        ("soft targets of all images", "alpha-1", {"alpha": 1}),
    ):
        yield {"targets": label}, student(name, seeds, change | {"groups": 1})


def balance(seeds):
    """Soft targets shifted so that every class has as much of them, which the papers do not do."""
    for value in ("equal", "as-labeled"):
        yield {"classFrequencies": value}, student("round" if value == "equal" else "unbalanced", seeds, {"classFrequencies": value})


def self_first(seeds):
    yield {"first": "nothing"}, partial(taught, "round", seeds, {})
    network = {"architecture": "resnet152", "width": 0.125, "stem": "half"}
    teacher = merge(ROUND, {"result": "teacher-again", "student": {"network": network}})
    yield {"first": "the teacher distills itself"}, partial(taught, "self-first", seeds, {}, {"teacher-again": teacher})


def stem(seeds):
    for value in ("imagenet", "half"):
        yield {"stem": value}, student("round" if value == "imagenet" else f"stem-{value}", seeds, {"network": {"stem": value}})


ALL = {
    "projection": projection, "batch-length": batch_length, "depth-width": depth_width, "heads": heads, "from-layer": from_layer,
    "memory": memory, "groups": groups, "compositions": compositions, "views": views, "passes": passes, "temperature": temperature,
    "alpha": alpha, "targets": targets, "balance": balance, "self-first": self_first, "stem": stem,
}


def ablate(name, seeds, keep):
    path = RESULTS / f"ablation-{name}{'-development' if arguments().development else ''}.json"
    before = json.loads(path.read_text()) if keep and path.exists() else {}
    known = before["rows"] if before.get("seeds") == seeds else []
    rows = []
    for label, measure in ALL[name](seeds):
        rows.append(next((row for row in known if label.items() <= row.items()), None) or label | measure())
        path.write_text(json.dumps({"seeds": seeds, "rows": rows}, indent=2) + "\n")


@cache
def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", default=list(ALL), metavar="name")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--development", action="store_true")
    return parser.parse_args()


def main():
    RESULTS.mkdir(parents=True, exist_ok=True)
    for name in arguments().names:
        ablate(name, arguments().seeds, arguments().keep)


main()
