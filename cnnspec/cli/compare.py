"""Figures of networks side by side. Layers are those with weights (convolutions and linear layers); depth
is the most of them on one path. MACs count those layers, for one image. With two networks the last column says
how many times the first is the second.

The lecture's comparisons: cnnspec compare alexnet_lecture vgg16
                           cnnspec compare vgg19 plain34 resnet34
                           cnnspec compare three_3x3 one_7x7

Five networks or more are a row each, with fewer figures. --columns names those to be shown, --batch the images that memory
is for: cnnspec compare resnet18 resnet34 resnet50 --columns depth,params,macs,total-training --batch 32 --sort macs

Given run folders it compares what was trained: figures of the networks, the best epochs and the tests, and what differs in
the specs: cnnspec compare runs/lenet-1 runs/lenet-2 -o curves.png

A baseline may be among them: cnnspec compare runs/lenet-1 runs/baseline-1. The best of a measure is marked where all were
measured on the same images."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict

from ..api.graphs import graph_of
from ..elaborate import open_target
from ..source import Diagnostics, SpecError, did_you_mean
from ..train.wording import printable
from .compare_columns import BY_NAME, COLUMNS, Column, Figure, Network
from .compare_errors import ColumnsOfRuns
from .compare_runs import are_runs, compare_runs
from .errors import NoCurves, NothingToSet
from .output import add_spec, png_file, print_json, sections, whole_number
from .titles import titles_of

_MANY = 5
"""From so many networks on each is a row."""


def add_arguments(command: argparse.ArgumentParser) -> None:
    add_spec(command, many=True)
    command.add_argument(
        "--columns",
        metavar="NAME,…",
        type=_columns,
        help=f"the figures to show, a row a network: {', '.join(BY_NAME)}",
    )
    command.add_argument("--sort", metavar="NAME", type=_column, help="put the networks in order by a figure")
    command.add_argument("--reverse", action="store_true", help="put the largest first")
    command.add_argument(
        "--batch",
        metavar="N",
        type=whole_number,
        help="the images that memory is told for (default: 1)",
    )
    written = command.add_mutually_exclusive_group()
    written.add_argument("--json", action="store_true", help="print an object a network")
    written.add_argument(
        "--csv", action="store_true", help="print comma-separated values: bytes, and no units"
    )
    command.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        type=png_file,
        help="draw the curves of runs into one picture (.png)",
    )
    command.set_defaults(command_parser=command)


def _columns(text: str) -> tuple[Column, ...]:
    names = [name for name in (part.strip() for part in text.split(",")) if name]
    if not names:
        raise argparse.ArgumentTypeError("it names no column")
    return tuple(dict.fromkeys(map(_column, names)))


def _column(text: str) -> Column:
    name = text.strip().lower()
    if name not in BY_NAME:
        hints = did_you_mean(name, BY_NAME) or (f"there are {', '.join(BY_NAME)}",)
        raise argparse.ArgumentTypeError("; ".join([f"there is no column '{text}'", *hints]))
    return BY_NAME[name]


def run(options: argparse.Namespace) -> int:
    if options.reverse and options.sort is None:
        options.command_parser.error("--reverse is for --sort: name the column to sort by")
    if are_runs(options.spec):
        return _of_runs(options)
    if options.output:
        raise SpecError([NoCurves(spec=options.spec[0])])
    found, graphs = Diagnostics(), []
    for spec in options.spec:
        with found.stage():
            graphs.append(graph_of(open_target(spec, options.overrides, sections)))
    found.raise_errors()
    titles = titles_of(options.spec, [graph.name for graph in graphs])
    networks = [Network(g, t, options.batch or 1) for g, t in zip(graphs, titles, strict=True)]
    if options.sort is not None:
        networks.sort(key=options.sort.key, reverse=options.reverse)
    _print(networks, options)
    return 0


def _of_runs(options: argparse.Namespace) -> int:
    if options.overrides:
        raise SpecError([NothingToSet(spec=options.spec[0], what="a run")])
    for name in ("columns", "sort", "batch", "csv"):
        if getattr(options, name):
            raise SpecError([ColumnsOfRuns(run=options.spec[0], option=f"--{name}")])
    return compare_runs(options.spec, options.json, options.output)


def _print(networks: Sequence[Network], options: argparse.Namespace) -> None:
    chosen = options.columns or tuple(c for c in COLUMNS if c.shown)
    if options.csv:
        _print_csv(networks, chosen)
    elif options.json:
        print_json([_json(each, options.columns) for each in networks])
    elif options.columns or len(networks) >= _MANY:
        print("\n".join(_rows(networks, options.columns or tuple(c for c in COLUMNS if c.brief))))
    else:
        print(_table(networks, chosen))


def _json(network: Network, columns: Sequence[Column] | None) -> dict[str, object]:
    if columns is None:
        return asdict(network.figures)
    return {"model": network.title, **{column.name: column.value(network) for column in columns}}


def _print_csv(networks: Sequence[Network], columns: Sequence[Column]) -> None:
    import csv

    lines = csv.writer(sys.stdout, lineterminator="\n")
    lines.writerow(["model", *(column.name for column in columns)])
    for each in networks:
        lines.writerow([each.title, *(column.plain(each) for column in columns)])


def _rows(networks: Sequence[Network], columns: Sequence[Column]) -> list[str]:
    """A row a network."""
    head = ["", *(column.name for column in columns)]
    return _lines([head, *([_name(n), *(c.text(n) for c in columns)] for n in networks)])


def _table(networks: Sequence[Network], columns: Sequence[Column]) -> str:
    """A column a network; of two also how many times the second the first is."""
    two = len(networks) == 2
    rows = [["", *map(_name, networks), *["times"] * two]]
    for column in columns:
        values = [column.value(each) for each in networks]
        ratio = [_ratio(values) if column.unit != "share" else ""] if two else []
        rows.append([column.title, *(column.text(each) for each in networks), *ratio])
    return "\n".join(_lines(rows))


def _name(network: Network) -> str:
    return printable(network.title)


def _lines(rows: Sequence[Sequence[str]]) -> list[str]:
    """The first cell of each row at the left, the others at the right of their columns."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(
            [row[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True))]
        ).rstrip()
        for row in rows
    ]
    return [lines[0], "─" * (sum(widths) + 2 * (len(widths) - 1)), *lines[1:]]


def _ratio(values: Sequence[Figure]) -> str:
    first, second = values
    return f"{first / second:.2f}" if isinstance(first, int) and isinstance(second, int) and second else ""
