#!/usr/bin/env python3
"""Measures every stage over the images of make_images.py: measure.py RESULT.json

Run it in the folder that contains data/; DISTILL names the program. Three commands run: a check of images that were never read, the same
again, and pipeline.json with steps for one epoch. For each of their parts the result has seconds, the largest resident memory of the process
and the bytes it left on disk.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import threading
import time

DISTILL = os.environ.get("DISTILL", "./distill")
PAGE = os.sysconf("SC_PAGE_SIZE")
STARTS = re.compile(r"\[\d+/\d+\] (\S+): starts")


def resident(process):
    """The memory that the process has now, in bytes; 0 once it has ended."""
    try:
        return int(pathlib.Path(f"/proc/{process.pid}/statm").read_text(encoding="ascii").split()[1]) * PAGE
    except OSError:
        return 0


def bytes_under(folder):
    return sum(file.stat().st_size for file in pathlib.Path(folder).rglob("*") if file.is_file() and not file.is_symlink())


def measure(first, *arguments):
    """Runs the program; one row per stage that it starts, and one, named `first`, for what comes before."""
    rows = [{"part": first, "seconds": 0, "bytes": 0}]
    start = time.monotonic()
    with subprocess.Popen([DISTILL, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        def watch():
            while process.poll() is None:
                rows[-1]["bytes"] = max(rows[-1]["bytes"], resident(process))
                time.sleep(0.05)

        watching = threading.Thread(target=watch)
        watching.start()
        for line in process.stdout:
            print(line, end="", flush=True)
            if found := STARTS.match(line):
                now = time.monotonic()
                rows[-1]["seconds"], start = now - start, now
                rows.append({"part": found[1], "seconds": 0, "bytes": 0})
        process.wait()
        watching.join()
    rows[-1]["seconds"] = time.monotonic() - start
    if process.returncode:
        sys.exit(f"distill {' '.join(arguments)} failed")
    return rows


def main(output):
    images = sum(1 for file in pathlib.Path("data/train").rglob("*.jpg"))
    pipeline = json.loads(pathlib.Path(__file__).with_name("pipeline.json").read_text(encoding="ascii"))
    for stage in (pipeline["pretrain"], pipeline["rounds"]["distill"]["student"]):
        stage["steps"] = images // stage["batchSize"]
    pathlib.Path("pipeline.json").write_text(json.dumps(pipeline), encoding="ascii")
    rows = measure("check, first time", "data", "check", "pipeline.json") + measure("check, known images", "data", "check", "pipeline.json")
    rows += measure("start of the run", "run", "pipeline.json")
    disk = {folder.name: bytes_under(folder) for folder in sorted(pathlib.Path("models/imagenet-sized").iterdir()) if folder.is_dir()}
    disk |= {"soft targets": bytes_under("data/imagenet-sized"), "index": bytes_under("data/index")}
    result = {"images": images, "rows": [row | {"seconds": round(row["seconds"], 1)} for row in rows], "disk": disk}
    pathlib.Path(output).write_text(json.dumps(result, indent=2) + "\n", encoding="ascii")


if __name__ == "__main__":
    main(*sys.argv[1:])
