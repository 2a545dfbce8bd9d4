"""The suffix of FILE names the format. SVG and PNG need nothing installed; PDF needs a Graphviz 'dot'."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..api.drawing import Drawing
from ..api.graphs import graph_of
from ..backends.dot import FORMATS
from ..backends.graphviz import to_dot
from ..elaborate import open_target
from .output import add_depth, add_spec, sections

SUFFIXES = (*FORMATS, "dot")


def add_arguments(command: argparse.ArgumentParser) -> None:
    add_spec(command)
    command.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        type=_output,
        required=True,
        help="where to write: .svg, .png, .pdf or .dot",
    )
    command.add_argument(
        "--direction",
        choices=("TB", "LR"),
        default="TB",
        help="from top to bottom (the default) or left to right",
    )
    add_depth(command, "box")


def _output(text: str) -> Path:
    path = Path(text)
    if path.suffix.lower().lstrip(".") not in SUFFIXES:
        raise argparse.ArgumentTypeError(f"'{text}' must end in .svg, .png, .pdf or .dot")
    return path


def run(options: argparse.Namespace) -> int:
    graph = graph_of(open_target(options.spec, options.overrides, sections))
    dot = to_dot(graph, options.direction, options.depth and options.depth - 1)
    Drawing(dot).save(options.output)
    print(f"wrote {options.output}")
    return 0
