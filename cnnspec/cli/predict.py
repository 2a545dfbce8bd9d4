"""Images are decoded and fitted as the run's data was. A broken image is reported, and the others are
still predicted; the exit code is then 1."""

from __future__ import annotations

import argparse
import gc
import sys
from pathlib import Path

from .output import add_checkpoint, add_device, fail, print_json, whole_number


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("run_folder", metavar="RUN", type=Path, help="a folder that 'cnnspec train' wrote")
    command.add_argument("images", metavar="IMAGE", type=Path, nargs="+", help="image files")
    command.add_argument(
        "--top", type=whole_number, metavar="N", default=5, help="how many classes to name (default: 5)"
    )
    command.add_argument(
        "--fit",
        choices=("exact", "resize", "crop", "pad"),
        help="how images of another size are fitted (default: as in the spec)",
    )
    add_checkpoint(command)
    command.add_argument("--json", action="store_true", help="print a JSON list, an entry an image")
    add_device(command)


def run(options: argparse.Namespace) -> int:
    from ..train.predict import predict
    from .runs import run_experiment

    gc.enable()
    opened, experiment = run_experiment(options.run_folder)
    result = predict(
        opened, experiment, options.images, options.top, options.device, options.checkpoint, options.fit
    )
    if options.json:
        print_json(
            [
                {"file": str(p.file), "classes": [{"name": n, "probability": q} for n, q in p.classes]}
                for p in result.found
            ]
        )
    else:
        for prediction in result.found:
            named = "  ".join(f"{name} {probability:.3f}" for name, probability in prediction.classes)
            print(f"{prediction.file}: {named}")
    sys.stdout.flush()
    return fail(result.problems) if result.problems else 0
