"""Accuracy, precision, recall and F1 of any classifier, from what it predicted: a confusion matrix, or a .csv table with a
column of predicted and one of actual classes. The formulas are shown with the numbers put in.

cnnspec measures --confusion 90,60,10,940 --names cat,non-cat --positive cat
cnnspec measures predictions.csv --actual truth --predicted answer

A confusion matrix is given row by row; a row is a predicted class, a column an actual one."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ..source import SpecError
from .output import print_json

if TYPE_CHECKING:
    from ..train.counted import Counted


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "table", metavar="TABLE", nargs="?", type=Path, help="a .csv or .tsv table, a row an image"
    )
    command.add_argument("--confusion", metavar="COUNTS", help="counts of images, row by row: 90,60,10,940")
    command.add_argument("--names", metavar="NAMES", help="the classes' names, in the order of the matrix")
    command.add_argument("--actual", metavar="COLUMN", help="column of actual classes (default: actual)")
    command.add_argument(
        "--predicted", metavar="COLUMN", help="column of predicted classes (default: predicted)"
    )
    command.add_argument(
        "--positive",
        metavar="CLASS",
        help="the class that precision and recall are about, of two (default: the second)",
    )
    command.add_argument(
        "--rows",
        choices=("predicted", "actual"),
        default="predicted",
        help="what a row of the matrix is, of the one that is given and the one that is printed (default: predicted; "
        "scikit-learn's have actual classes as rows)",
    )
    command.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: argparse.Namespace) -> int:
    from ..train.counted import from_matrix, from_table
    from ..train.task_errors import NoPredictions

    if options.confusion and (options.table or options.actual or options.predicted):
        raise SpecError([NoPredictions(problem="both a table and a matrix are given")])
    if options.names and not options.confusion:
        raise SpecError([NoPredictions(problem="--names names the classes of a matrix; a table has its own")])
    names = [name.strip() for name in options.names.split(",")] if options.names else None
    if options.confusion:
        found = from_matrix(options.confusion, names, options.positive, options.rows)
    else:
        found = from_table(options.table, options.actual, options.predicted, options.positive)
    if options.json:
        print_json(found.as_json(options.rows))
    else:
        _print(found, options.rows)
    return 0


def _print(found: Counted, rows: str) -> None:
    from .evaluate import print_classes
    from .matrix import MOST, print_matrix

    if found.task.classes <= MOST:
        print_matrix(found.scored, rows)
        print()
    for line in found.worked():
        print(line)
    if found.task.classes > 2:
        print()
        print_classes(found.table, "class")
    for note in found.notes:
        print(f"note: {note}")
