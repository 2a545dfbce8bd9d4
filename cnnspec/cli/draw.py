"""The suffix of FILE names the format. Pictures: .svg, .png, .pdf. Text: .dot (Graphviz), .mmd or .md (Mermaid, which README
files show). .html is a page with blocks that open, figures under the pointer, a search and the table of layers.
Nothing has to be installed; a Graphviz 'dot' is used where there is one.

Levels of detail: model (a glance), stage (a box a part), block (a box a block), layer (all). Left out, it is as much as
can be read. Equal blocks in a row are one box; --fold does the same at level layer.

What does not go together: style volumes with a level, fold, heat, diff, or a text format; style paper with dark;
heat with diff; .html with a style or with diff.

cnnspec draw resnet50 -o resnet50.svg
cnnspec draw alexnet --style volumes -o alexnet.pdf
cnnspec draw vgg16 --heat params -o heat.png --scale 2
cnnspec draw resnet50 --block bottleneck --style paper -o block.pdf
cnnspec draw resnet50 resnext50_32x4d --diff -o diff.svg"""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ..backends.drawing.formats import FORMATS, suffix_list
from ..backends.drawing.view import HEATS, LEVELS, STYLES, View, conflict
from .output import add_depth, add_spec, sections

if TYPE_CHECKING:
    from ..ir import Graph

_DIRECTIONS = {"TB": "TB", "LR": "LR", "vertical": "TB", "horizontal": "LR"}


def add_arguments(command: argparse.ArgumentParser) -> None:
    add_spec(command)
    command.add_argument(
        "other", metavar="OTHER", nargs="?", help="with --diff: the network that SPEC is compared with"
    )
    command.add_argument(
        "-o", "--output", metavar="FILE", type=_output, required=True, help=f"where to write: {suffix_list()}"
    )
    detail = command.add_mutually_exclusive_group()
    detail.add_argument("--level", choices=LEVELS, help="how much detail; left out: as much as can be read")
    add_depth(detail, "box")
    command.add_argument(
        "--fold",
        action="store_true",
        help="draw equal blocks in a row once, also where their layers are shown",
    )
    command.add_argument(
        "--style",
        choices=STYLES,
        default="graph",
        help="graph (the default); paper: black on white, for one column; slides: large, in rows; volumes: feature maps as"
        " boxes of their sizes",
    )
    command.add_argument("--dark", action="store_true", help="light on dark")
    command.add_argument(
        "--direction",
        choices=tuple(_DIRECTIONS),
        help="from top to bottom (TB, vertical) or left to right (LR, horizontal); left out: as the style has it",
    )
    command.add_argument(
        "--heat", choices=HEATS, help="colour boxes by a figure instead of by the kind of layer"
    )
    command.add_argument(
        "--block",
        metavar="NAME",
        help="draw one block alone: its name, or the path of a part (stage2.bottleneck1)",
    )
    command.add_argument(
        "--diff", action="store_true", help="draw SPEC and OTHER as one, what differs in colour"
    )
    command.add_argument(
        "--scale", type=_scale, metavar="X", default=1.0, help="how large a .png is: 1 is 144 pixels an inch"
    )


def _output(text: str) -> Path:
    path = Path(text)
    if path.suffix.lower().lstrip(".") not in FORMATS:
        raise argparse.ArgumentTypeError(f"'{text}' must end in {suffix_list()}")
    return path


def _scale(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0.05 <= number <= 20:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number from 0.05 to 20")
    return number


def _check(options: argparse.Namespace) -> None:
    """Options that do not go together are a usage error."""
    command = options.command_parser
    if options.diff and options.other is None:
        command.error("--diff takes two networks: cnnspec draw SPEC OTHER --diff -o FILE")
    if options.other is not None and not options.diff:
        command.error(f"a second network ('{options.other}') is drawn with --diff only")
    view, format = _view(options), FORMATS[options.output.suffix.lower().lstrip(".")]
    if said := conflict(view, options.diff) or format.refuses(view, options.diff):
        command.error(said)
    if options.scale != 1 and not format.scales:
        command.error(f"--scale is for .png, which has pixels; {options.output.suffix} has none")


def run(options: argparse.Namespace) -> int:
    _check(options)
    from ..api.drawing import Drawing
    from ..api.graphs import graph_of
    from ..backends.drawing.formats import subject
    from ..elaborate import open_target
    from ..source import Diagnostics
    from ..train.wording import printable

    found_errors = Diagnostics()
    graphs = []
    for target in filter(None, (options.spec, options.other)):
        with found_errors.stage():
            graphs.append(graph_of(open_target(target, options.overrides, sections)))
    found_errors.raise_errors()
    if options.block is not None:
        graphs = [_part(graph, options.block) for graph in graphs]
    drawing = Drawing(
        subject(graphs[0], _view(options), graphs[1] if options.diff else None, _titles(options))
    )
    drawing.save(options.output, options.scale)
    print(f"wrote {printable(str(options.output))}")
    for remark in drawing.remarks(options.output):
        print(f"note: {remark}", file=sys.stderr)
    return 0


def _titles(options: argparse.Namespace) -> tuple[str, str] | None:
    """What two networks of one name are told apart by: their files, with folders where these have one name too."""
    if not options.diff:
        return None
    first, second = Path(options.spec).name, Path(options.other).name
    return (first, second) if first != second else (options.spec, options.other)


def _part(graph: Graph, name: str) -> Graph:
    """One block of a network; if there are more of its name, that is said."""
    from ..api.drawing import part_of

    part, found = part_of(graph, name)
    if found.others:
        print(_which(name, found.scope.path, len(found.others), found.kinds), file=sys.stderr)
    return part


def _view(options: argparse.Namespace) -> View:
    return View(
        level=options.level,
        depth=options.depth and options.depth - 1,
        fold=options.fold,
        style=options.style,
        dark=options.dark,
        direction=_DIRECTIONS.get(options.direction),  # type: ignore[arg-type]
        heat=options.heat,
    )


def _which(name: str, path: str, others: int, kinds: int) -> str:
    alike = "all called alike" if kinds == 1 else f"called in {kinds} ways"
    return f"note: this is {path}, of the commonest form of the {others + 1} '{name}' ({alike}); name another by its path"
