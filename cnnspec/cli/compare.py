"""Figures of networks side by side. Layers are those with weights (convolutions and linear layers); depth
is the most of them on one path. MACs count those layers, for one image. With two networks the last column says
how many times the first is the second.

The lecture's comparisons: cnnspec compare alexnet_lecture vgg16
                           cnnspec compare vgg19 plain34 resnet34
                           cnnspec compare three_3x3 one_7x7

Given run folders it compares what was trained: figures of the networks, the best epochs and the tests, and what differs in
the specs: cnnspec compare runs/lenet-1 runs/lenet-2 -o curves.png

A baseline may be among them: cnnspec compare runs/lenet-1 runs/baseline-1. The best of a measure is marked where all were
measured on the same images."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import asdict

from ..analyses.comparison import Figures, figures
from ..elaborate import elaborate, open_target
from ..ir import Shape
from ..source import Diagnostics, SpecError
from .compare_runs import are_runs, compare_runs
from .errors import NoCurves, NothingToSet
from .output import add_spec, png_file, print_json, sections


def add_arguments(command: argparse.ArgumentParser) -> None:
    add_spec(command, many=True)
    command.add_argument("--json", action="store_true", help="print an object a network")
    command.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        type=png_file,
        help="draw the curves of runs into one picture (.png)",
    )


def run(options: argparse.Namespace) -> int:
    if are_runs(options.spec):
        if options.overrides:
            raise SpecError([NothingToSet(spec=options.spec[0], what="a run")])
        return compare_runs(options.spec, options.json, options.output)
    if options.output:
        raise SpecError([NoCurves(spec=options.spec[0])])
    found, compared = Diagnostics(), []
    for spec in options.spec:
        with found.stage():
            compared.append(figures(elaborate(open_target(spec, options.overrides, sections))))
    found.raise_errors()
    if options.json:
        print_json([asdict(each) for each in compared])
    else:
        print(_table(compared))
    return 0


Row = tuple[str, Callable[[Figures], "int | str | None"]]

_ROWS: tuple[Row, ...] = (
    ("input", lambda f: _shape(f.input)),
    ("output", lambda f: _shape(f.output)),
    ("layers", lambda f: f.layers),
    ("  convolutions", lambda f: f.convolution.layers),
    ("  linear", lambda f: f.linear.layers),
    ("depth", lambda f: f.depth),
    ("parameters", lambda f: f.params),
    ("  convolutions", lambda f: _share(f.convolution.params, f.params)),
    ("  linear", lambda f: _share(f.linear.params, f.params)),
    ("MACs", lambda f: f.macs),
    ("  convolutions", lambda f: _share(f.convolution.macs, f.macs)),
    ("  linear", lambda f: _share(f.linear.macs, f.macs)),
    ("receptive field", lambda f: _field(f.receptive_field)),
    ("memory, parameters", lambda f: f.memory.parameters),
    ("memory, inference", lambda f: f.memory.activations_inference),
    ("memory, training", lambda f: f.memory.activations_training),
)


def _shape(shape: Shape) -> str:
    return "x".join(map(str, shape))


def _share(part: int, whole: int) -> str:
    return f"{part:,} ({100 * part / whole:.1f} %)" if part else "-"


def _field(size: tuple[int, int] | None) -> str:
    return "all" if size is None else _shape(size)


def _table(compared: Sequence[Figures]) -> str:
    rows = [["", *(each.model for each in compared)]]
    for title, value in _ROWS:
        values = [value(each) for each in compared]
        shown = [v if isinstance(v, str) else _bytes(v) if "memory" in title else f"{v:,}" for v in values]
        rows.append([title, *shown, *_ratio(values)])
    if len(compared) == 2:
        rows[0].append("times")
    widths = [max(len(row[i]) for row in rows if i < len(row)) for i in range(len(rows[0]))]
    lines = ["  ".join([row[0].ljust(widths[0]), *_right(row[1:], widths[1:])]).rstrip() for row in rows]
    return "\n".join([lines[0], "─" * (sum(widths) + 2 * (len(widths) - 1)), *lines[1:]])


def _right(cells: Sequence[str], widths: Sequence[int]) -> list[str]:
    return [cell.rjust(width) for cell, width in zip(cells, widths, strict=False)]


def _ratio(values: Sequence[int | str | None]) -> list[str]:
    """How many times the second value the first is, of two."""
    if len(values) != 2:
        return []
    first, second = values
    return (
        [f"{first / second:.2f}"] if isinstance(first, int) and isinstance(second, int) and second else [""]
    )


def _bytes(number: int | None) -> str:
    size = number or 0
    return f"{size / 10**6:,.1f} MB" if size >= 10**5 else f"{size / 1000:,.2f} kB"
