"""The page needs no network and no other file: it can be mailed. It holds the measures, curves, confusion matrix, ROC, PR
and calibration where they apply, the worst mistakes and the least sure images, the first filters, feature maps, occlusion
maps, the drawing, and the spec. The figures are written beside it.

--data PATH reports on other images, as for 'evaluate'."""

from __future__ import annotations

import argparse
import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ..source import SpecError
from .evaluate import add_data, other_data
from .output import add_checkpoint, add_device
from .quiet import add_quiet, chosen_reporter

if TYPE_CHECKING:
    pass

FOLDER = "report"


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("run_folder", metavar="RUN", type=Path, help="a folder that 'cnnspec train' wrote")
    command.add_argument(
        "-o", "--output", metavar="FOLDER", type=Path, help=f"where to write (default: RUN/{FOLDER})"
    )
    add_data(command)
    command.add_argument(
        "--layers",
        metavar="NAMES",
        help="layers whose feature maps are shown, e.g. conv1,stage2 (default: a few)",
    )
    command.add_argument(
        "--image",
        metavar="FILE",
        type=Path,
        help="the image whose feature maps are shown (default: the first one)",
    )
    command.add_argument(
        "--rows",
        choices=("predicted", "actual"),
        help="what the rows of the confusion matrix are (default: as in the spec, else predicted)",
    )
    command.add_argument(
        "--tensorboard",
        action="store_true",
        help="write the epochs as TensorBoard event files too (pip install 'cnnspec[tensorboard]')",
    )
    add_checkpoint(command)
    add_quiet(command, "print the path of the page alone")
    add_device(command)


def run(options: argparse.Namespace) -> int:
    from ..train.errors import PictureUnusable
    from ..train.evaluate import evaluate
    from ..train.insight import chosen_layers
    from ..train.page import PageOptions, build_report, check_report_folder, write_report
    from ..train.tensorboard import check_installed, write_events
    from .run_folders import run_experiment

    gc.enable()
    opened, experiment = run_experiment(options.run_folder)
    other = other_data(options.data, experiment.graph.input_shape[0])
    split = options.split or (None if other else opened.last_part)
    folder = options.output or opened.path / FOLDER
    layers = tuple(name.strip() for name in (options.layers or "").split(",") if name.strip())
    chosen_layers(experiment.graph, layers)
    check_report_folder(folder)
    if options.image and not options.image.is_file():
        reason = "is a folder" if options.image.is_dir() else "does not exist"
        raise SpecError([PictureUnusable(path=str(options.image), reason=reason)])
    if options.tensorboard:
        check_installed()
    reporter = chosen_reporter(options, sys.stderr)
    found = evaluate(opened, experiment, split, options.device, options.checkpoint, reporter, other)
    about = f"{split} images" if split else "other images"
    if other:
        about = f"{about} of {options.data}"
    page = write_report(
        build_report(
            opened,
            experiment,
            found,
            PageOptions(layers, options.image, options.rows, about, options.checkpoint),
        ),
        folder,
    )
    print(page if options.quiet else f"wrote {page}")
    if options.tensorboard:
        events = write_events(opened.records, folder / "tensorboard")
        if not options.quiet:
            print(f"wrote {events}")
    return 0
