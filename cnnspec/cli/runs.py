"""A line a run: how it stands, its best epoch, the measure that decided it (of validation and test), how long it took.
A run whose process is gone is "stopped"; one that was changed or cut short is "damaged", and the reason stands below.

Where the terminal is too narrow, columns are left out; --json has all."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..train.listing import SORTS
from ..train.wording import duration, printable
from .output import print_json, use_color

if TYPE_CHECKING:
    from ..train.listing import RunLine

_COLOURS = {"running": 36, "finished": 32, "interrupted": 33, "stopped": 33, "failed": 31, "damaged": 31}


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "folders", metavar="FOLDER", nargs="*", type=Path, help="where to look for runs (default: runs)"
    )
    command.add_argument(
        "--json", action="store_true", help="print the same as JSON, damaged runs with the reason"
    )
    command.add_argument(
        "--sort",
        choices=tuple(SORTS),
        default="when",
        metavar="FIELD",
        help=f"by what: {', '.join(SORTS)} (default: when, the newest last; of measures the best comes first)",
    )
    command.add_argument("--reverse", action="store_true", help="turn the order around")


def run(options: argparse.Namespace) -> int:
    from ..train.listing import in_order, run_lines

    default = Path("runs")
    folders = options.folders or ([default] if default.is_dir() else [])
    lines = in_order(run_lines(folders), options.sort, options.reverse)
    if options.json:
        print_json([line.as_json() for line in lines])
    elif lines:
        print_runs(lines)
    else:
        where = ", ".join(f"'{folder}'" for folder in options.folders or [default])
        print(f"there are no runs in {where}: 'cnnspec train SPEC' makes one")
    return 0


def print_runs(lines: Sequence[RunLine]) -> None:
    """The table, and what is wrong with those that are damaged."""
    from ..train.columns import Column, table

    columns = [
        Column("run", right=False),
        Column("model", 6, right=False),
        Column("status", 1, right=False),
        Column("epochs", 2),
        Column("best", 5),
        Column("measure", 4, right=False),
        Column("validation", 1),
        Column("test", 3),
        Column("time", 8),
        Column("when", 7),
        Column("device", 9, right=False),
    ]
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    color = use_color(sys.stdout)

    def paint(title: str, cell: str) -> str:
        number = _COLOURS.get(cell.strip()) if color and title == "status" else None
        return f"\x1b[{number}m{cell}\x1b[0m" if number else cell

    print("\n".join(table(columns, [_cells(line) for line in lines], width, paint)))
    for line in lines:
        if line.problem:
            print(f"{printable(str(line.path))}: {printable(line.problem)}")


def _cells(line: RunLine) -> list[str]:
    when = line.when.astimezone() if line.when else None
    return [
        printable(str(line.path)),
        printable(line.model),
        line.status,
        f"{line.epochs}/{line.planned}" if line.epochs is not None else "",
        str(line.best_epoch) if line.best_epoch is not None else "",
        printable(line.measure.replace("_", " ")),
        line.text(line.validation) if line.validation is not None else "",
        line.text(line.test) if line.test is not None else "",
        duration(line.seconds) if line.seconds is not None else "",
        f"{when:%Y-%m-%d %H:%M}" if when else "",
        printable(line.device),
    ]
