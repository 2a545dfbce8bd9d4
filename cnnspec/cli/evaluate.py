"""Reads the run's own spec and weights; the data is split as it was for training."""

from __future__ import annotations

import argparse
import gc
import sys
from pathlib import Path

from .output import add_checkpoint, add_device, print_json


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("run_folder", metavar="RUN", type=Path, help="a folder that 'cnnspec train' wrote")
    command.add_argument(
        "--split",
        choices=("train", "validation", "test"),
        default="test",
        help="the part of the data (default: test)",
    )
    add_checkpoint(command)
    command.add_argument(
        "--json", action="store_true", help="print measures, classes and the confusion matrix as JSON"
    )
    add_device(command)


def run(options: argparse.Namespace) -> int:
    from ..train.evaluate import evaluate
    from ..train.progress import reporter_for
    from .runs import run_experiment

    gc.enable()
    opened, experiment = run_experiment(options.run_folder)
    reporter = reporter_for(sys.stderr)
    measures = evaluate(opened, experiment, options.split, options.device, options.checkpoint, reporter)
    if options.json:
        print_json(measures.as_json())
        return 0
    for name, value in measures.summary().items():
        print(f"{name:<12} {value:.4f}" if isinstance(value, float) else f"{name:<12} {value}")
    print_classes(measures.classes)
    return 0


def print_classes(classes: list[dict[str, object]]) -> None:
    """A row a class."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, header_style="bold")
    table.add_column("class")
    columns = [key for key in classes[0] if key != "name"] if classes else []
    for key in columns:
        table.add_column(key, justify="right")
    for row in classes:
        table.add_row(Text(str(row["name"])), *(_cell(row[key]) for key in columns))
    Console(highlight=False).print(table)


def _cell(value: object) -> str:
    return "–" if value is None else f"{value:.4f}" if isinstance(value, float) else str(value)
