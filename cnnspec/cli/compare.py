"""Figures of networks side by side. Layers are those with weights (convolutions and linear layers); depth
is the most of them on one path. MACs count those layers, for one image. With two networks the last column says
how many times the first is the second.

The lecture's comparisons: cnnspec compare alexnet_lecture vgg16
                           cnnspec compare vgg19 plain34 resnet34
                           cnnspec compare three_3x3 one_7x7

Five networks or more are a row each, with fewer figures. --columns names those to be shown, --batch the images that memory
is for:

cnnspec compare resnet18 resnet34 resnet50 --sort macs \\
    --columns depth,params,macs,total-training --batch 32

Given run folders it compares what was trained: figures of the networks, the best epochs and the tests, and what differs in
the specs. A baseline may be among them. The best of a measure is marked where all were measured on the same images.

cnnspec compare runs/lenet-1 runs/lenet-2 -o curves.png
cnnspec compare runs/lenet-1 runs/baseline-1"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from functools import partial

from ..source import SpecError
from ..train.wording import printable
from .compare_columns import BY_NAME, COLUMNS, Column, Figure, Network, figures_json, heads_lines
from .compare_errors import ColumnsOfRuns
from .compare_runs import are_runs, compare_runs
from .errors import NoCurves, NothingToSet
from .output import add_spec, png_file, print_json, table_width, whole_number
from .side_by_side import column, columns, open_networks, titles_of

_MANY = 5
"""From so many networks on each is a row."""
_SHOWN = tuple(each for each in COLUMNS if each.shown)
_BRIEF = tuple(each for each in COLUMNS if each.brief)
"""Columns of what is no terminal."""


def add_arguments(command: argparse.ArgumentParser) -> None:
    add_spec(command, many=True)
    command.add_argument(
        "--columns",
        metavar="NAME,…",
        type=partial(columns, known=BY_NAME),
        help=f"the figures to show, a row a network where that fits: {', '.join(BY_NAME)}",
    )
    command.add_argument(
        "--sort",
        metavar="NAME",
        type=partial(column, known=BY_NAME),
        help="put the networks in order by a figure",
    )
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


def run(options: argparse.Namespace) -> int:
    if options.reverse and options.sort is None:
        options.command_parser.error("--reverse is for --sort: name the column to sort by")
    if are_runs(options.spec):
        return _of_runs(options)
    if options.output:
        raise SpecError([NoCurves(spec=options.spec[0])])
    opened = open_networks(options.spec, options.overrides)
    titles = titles_of(options.spec, [graph.name for _, graph in opened])
    networks = [
        Network(graph, title, options.batch or 1, module)
        for (module, graph), title in zip(opened, titles, strict=True)
    ]
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
    if options.csv:
        _print_csv(networks, options.columns or _SHOWN)
    elif options.json:
        print_json([_json(each, options.columns) for each in networks])
    else:
        width = table_width()
        print("\n".join([*_text(networks, options.columns, width), *heads_lines(networks, width)]))


def _text(networks: Sequence[Network], chosen: Sequence[Column] | None, width: int) -> list[str]:
    """The first form that fits into ``width``, or the narrowest."""
    least: list[str] = []
    for lines in _forms(networks, chosen, width):
        if _wide(lines) <= width:
            return lines
        least = min(least or lines, lines, key=_wide)
    return least


def _wide(lines: Sequence[str]) -> int:
    return max(map(len, lines))


def _forms(networks: Sequence[Network], chosen: Sequence[Column] | None, width: int) -> Iterator[list[str]]:
    """The best first."""
    if chosen is not None:
        yield _rows(networks, chosen)
        yield _table(networks, chosen)
        yield _split_rows(networks, chosen, width)
        return
    if len(networks) < _MANY:
        yield _table(networks, _SHOWN)
        yield _table(networks, [each for each in _SHOWN if each.unit != "share"])
    yield _rows(networks, _BRIEF)
    yield _table(networks, _BRIEF)
    for kept in range(len(_BRIEF) - 1, 0, -1):
        names = ",".join(each.name for each in _BRIEF[kept:])
        yield [*_rows(networks, _BRIEF[:kept]), f"more: --columns {names}"]


def _json(network: Network, chosen: Sequence[Column] | None) -> dict[str, object]:
    if chosen is None:
        return {**figures_json(network.figures), "model": network.title}
    return {"model": network.title, **{each.name: each.json(network) for each in chosen}}


def _print_csv(networks: Sequence[Network], chosen: Sequence[Column]) -> None:
    import csv

    lines = csv.writer(sys.stdout, lineterminator="\n")
    lines.writerow(["model", *(each.name for each in chosen)])
    for network in networks:
        lines.writerow([network.title, *(each.plain(network) for each in chosen)])


def _rows(networks: Sequence[Network], chosen: Sequence[Column]) -> list[str]:
    """A row a network."""
    head = ["", *(each.name for each in chosen)]
    return _lines([head, *([_name(n), *(each.text(n) for each in chosen)] for n in networks)])


def _split_rows(networks: Sequence[Network], chosen: Sequence[Column], width: int) -> list[str]:
    """A row a network, in as many tables as it takes, with as many columns each as fit."""
    fitting = (n for n in range(len(chosen), 1, -1) if _wide(_rows(networks, chosen[:n])) <= width)
    number = next(fitting, 1)
    lines, left = _rows(networks, chosen[:number]), chosen[number:]
    return [*lines, "", *_split_rows(networks, left, width)] if left else lines


def _table(networks: Sequence[Network], chosen: Sequence[Column]) -> list[str]:
    """A column a network; of two also how many times the second the first is."""
    two = len(networks) == 2
    rows = [["", *map(_name, networks), *["times"] * two]]
    for each in chosen:
        values = [each.value(network) for network in networks]
        ratio = [_ratio(values) if each.unit != "share" else ""] if two else []
        rows.append([each.title, *(each.text(network) for network in networks), *ratio])
    return _lines(rows)


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
