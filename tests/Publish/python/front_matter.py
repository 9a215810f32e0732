"""Prints the metadata of model cards as PyYAML reads it, as a JSON list: front_matter.py CARD..."""
import json, sys
import yaml

print(json.dumps([yaml.safe_load(open(path, encoding="utf-8").read().split("---\n")[1]) for path in sys.argv[1:]]))
