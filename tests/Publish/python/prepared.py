"""Prepares pictures as docs/examples/prepare.py does: prepared.py EXAMPLES CONFIG.json IMAGE...; writes their bytes beside them, as IMAGE.raw."""
import json, sys
import numpy as np

examples, config, *images = sys.argv[1:]
sys.path.insert(0, examples)
from prepare import prepare

config = json.load(open(config))
for image in images:
    (255 * prepare(image, config)).round().astype(np.uint8).tofile(f"{image}.raw")
