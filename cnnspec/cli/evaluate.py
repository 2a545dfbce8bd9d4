"""Reads the run's own spec and weights; the data is split as it was for training. All measures that fit what the
network learns are printed, those of scikit-learn, and a row a class.

--data PATH measures it on other images: a path, or a source such as 'shapes(size = 32)', all of them or one --split. Their
classes must be among those that the network knows, by name."""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..train.wording import figure, printable
from .output import add_checkpoint, add_device, print_json
from .quiet import add_quiet, chosen_reporter

if TYPE_CHECKING:
    from ..train.evaluate import Other
    from ..train.measures import Measures
    from ..train.metrics.tables import ClassRow


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("run_folder", metavar="RUN", type=Path, help="a folder that 'cnnspec train' wrote")
    add_data(command)
    add_checkpoint(command)
    command.add_argument(
        "--rows",
        choices=("predicted", "actual"),
        help="what the rows of the confusion matrix are (default: as in the spec, else predicted)",
    )
    command.add_argument(
        "--json", action="store_true", help="print measures, classes and the confusion matrix as JSON"
    )
    add_quiet(command, "the measures are printed")
    add_device(command)


def add_data(command: argparse.ArgumentParser) -> None:
    """The options that say which images."""
    command.add_argument("--data", metavar="PATH", help="other images: a path, or a source")
    command.add_argument(
        "--split",
        choices=("train", "validation", "test"),
        help="the part of the data (default: test; with --data: all of it)",
    )


def run(options: argparse.Namespace) -> int:
    from ..train.evaluate import evaluate
    from ..train.measures import matrix_rows
    from .run_folders import run_experiment

    gc.enable()
    opened, experiment = run_experiment(options.run_folder)
    other = other_data(options.data, experiment.graph.input_shape[0])
    found = evaluate(
        opened,
        experiment,
        options.split,
        options.device,
        options.checkpoint,
        chosen_reporter(options, sys.stderr),
        other,
    )
    rows = options.rows or matrix_rows(experiment.metrics)
    if options.json:
        print_json(found.measures.as_json(rows))
    else:
        print_measures(found.measures, rows)
    return 0


def other_data(given: str | None, channels: int) -> Other | None:
    """The data that ``--data`` names."""
    from ..train.evaluate import Other
    from ..train.recipes import bound_source, source_call

    if not given:
        return None
    return Other(bound_source(source_call(given, channels)), fitted="(" not in given)


def print_measures(measures: Measures, rows: str) -> None:
    """All figures, a table of classes or labels, and the confusion matrix."""
    from ..train.tasks import ClassTask
    from .matrix import MOST, print_matrix

    width = max(map(len, measures.summary()))
    for name, value in measures.summary().items():
        print(f"{name:<{width}}  {figure(value)}")
    for task in (each.task for each in measures.scored.values()):
        if isinstance(task, ClassTask) and task.binary:
            name = printable(task.names[task.positive])
            print(f"precision, recall, f1 and the areas are those of the class '{name}'")
    if any(each.task.kind in ("boxes", "points") for each in measures.scored.values()):
        print("boxes and points are measured in pixels of the network's input")
    for note in measures.notes:
        print(f"note: {note}")
    for name, table in measures.tables.items():
        print(f"\n{name}:" if len(measures.scored) > 1 else "")
        print_classes(table, "class" if measures.scored[name].task.kind == "classes" else "label")
    scored = measures.of_classes
    if scored is not None and len(scored.task.names) <= MOST:
        print()
        print_matrix(scored, rows)


def print_classes(classes: Sequence[ClassRow], what: str) -> None:
    """A row a class."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, header_style="bold")
    table.add_column(what)
    for key in ("images", "predicted", "correct", "precision", "recall", "f1"):
        table.add_column(key, justify="right")
    for row in classes:
        figures = (row.images, row.predicted, row.correct, row.precision, row.recall, row.f1)
        table.add_row(Text(printable(row.name)), *map(figure, figures))
    Console(highlight=False).print(table)
