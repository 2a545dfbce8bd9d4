"""The suffix of FILE names the format. SVG and PNG need nothing installed; PDF needs a Graphviz 'dot'."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..backends.dot import FORMATS, RendererMissing, RenderFailed, render_dot
from ..backends.graphviz import to_dot
from ..elaborate import elaborate, open_target
from ..source import SpecError, write_atomically
from .errors import NoRenderer
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
    graph = elaborate(open_target(options.spec, options.overrides, sections))
    dot = to_dot(graph, options.direction, options.depth and options.depth - 1)
    kind = options.output.suffix.lower().lstrip(".")
    write_atomically(options.output, dot.encode() if kind == "dot" else _rendered(dot, kind, options.output))
    print(f"wrote {options.output}")
    return 0


def _rendered(dot: str, kind: str, output: Path) -> bytes:
    try:
        return render_dot(dot, kind)
    except (RendererMissing, RenderFailed) as error:
        raise SpecError([NoRenderer(format=kind, problem=str(error), file=str(output))]) from None
