#!/usr/bin/env python3
"""Lays out emoji as a folder of images: make_emoji.py data/emoji emoji-datasource-twitter-16.0.0.tgz emoji-datasource-google-16.0.0.tgz

The archives are those of `npm pack`. Classes are the nine categories of Unicode. Each code point is in one of train, dev (on which the
presets were developed) and test, with the pictures of all vendors and all skin tones, so the pictures of dev and test show what no training
image shows.
"""
import hashlib
import json
import pathlib
import re
import sys
import tarfile

TRAIN, DEV = 76, 88  # Percent of the code points, cumulative; the rest is test.


def split_of(code_point):
    percent = int(hashlib.sha256(code_point.encode()).hexdigest(), 16) % 100
    return "train" if percent < TRAIN else "dev" if percent < DEV else "test"


def main(out, archives):
    counts = {}
    for archive in archives:
        vendor = re.match(r"emoji-datasource-(\w+)-", pathlib.Path(archive).name)[1]
        with tarfile.open(archive) as package:
            names = set(package.getnames())
            for emoji in json.load(package.extractfile("package/emoji.json")):
                category = emoji["category"].replace(" & ", "-and-").replace(" ", "-").lower()
                if category == "component":
                    continue
                folder = out / split_of(emoji["unified"]) / category
                folder.mkdir(parents=True, exist_ok=True)
                for variant in [emoji, *emoji.get("skin_variations", {}).values()]:
                    file = f"package/img/{vendor}/64/{variant['image']}"
                    if file in names:
                        (folder / f"{vendor}-{variant['image']}").write_bytes(package.extractfile(file).read())
                        counts[folder] = counts.get(folder, 0) + 1
    for folder in sorted(counts):
        print(f"{counts[folder]:6} {folder}")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), sys.argv[2:])
