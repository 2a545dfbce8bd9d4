"""Layers and blocks are paired by what they hold and what they are called. Only what differs is opened; figures that are the
same are left out. Parameters leave out running statistics; memory in training is what is kept of one sample at float32.

  ·  the same           ~  on other sizes, which follow from what comes before
  ≠  changed            +  only in the second        −  only in the first
  ×N so many alike as one row, with the sums of their figures

Then: what of a checkpoint of the first network would load into the second, and what differs in the sections of the
experiment.

cnnspec diff resnet50 resnext50_32x4d
cnnspec diff old.cnn new.cnn --level layer
cnnspec diff "vgg16" "vgg16(classes = 10)" --columns params,output

The exit code is 0 whether or not they differ. With --exit-code, for scripts: 0 the same network and experiment (names may
differ), 1 they differ, 2 a spec is wrong."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING

from ..analyses.alignment import align
from ..analyses.changes import changes
from ..api.graphs import graph_of
from ..elaborate import Module, open_target
from ..source import Diagnostics, SpecError, did_you_mean
from .diff_figures import FIGURES
from .diff_rows import LEVELS
from .output import add_overrides, fail, print_json, sections, use_color
from .titles import titles_of

if TYPE_CHECKING:
    from ..analyses.alignment import Alignment
    from ..analyses.changes import Part
    from ..train.section_changes import SectionChange
    from ..train.weights.transfer import Transfer

_WRONG = 2
_NARROW = 40
"""Fewer columns than this are not asked for by any terminal that shows a table."""


def add_arguments(command: argparse.ArgumentParser) -> None:
    for name, metavar, which in (("first", "A", "the network before"), ("second", "B", "the one after")):
        command.add_argument(
            name, metavar=metavar, help=f"{which}: a file, a name of the zoo, or the folder of a run"
        )
    add_overrides(command)
    command.add_argument("--level", choices=LEVELS, help="how much detail; left out: as much as can be read")
    command.add_argument("--all", action="store_true", help="show also what is the same, with its figures")
    command.add_argument(
        "--columns",
        metavar="NAME,…",
        type=_columns,
        help=f"the figures to show: {', '.join(f.name for f in FIGURES)} (default: as many as fit)",
    )
    command.add_argument(
        "--json", action="store_true", help="print one JSON object: all layers, nothing folded"
    )
    command.add_argument("--exit-code", action="store_true", help="exit with 1 where the two differ")


def _columns(text: str) -> tuple[str, ...]:
    known = [figure.name for figure in FIGURES]
    names = [name.strip().lower() for name in text.split(",") if name.strip()]
    for name in names or [""]:
        if name not in known:
            hints = did_you_mean(name, known)
            raise argparse.ArgumentTypeError("; ".join([f"there is no column '{name}'", *hints]))
    return tuple(names)


def run(options: argparse.Namespace) -> int:
    try:
        differ = _diff(options)
    except SpecError as error:
        if not options.exit_code:
            raise
        fail(error.diagnostics)
        return _WRONG
    return int(differ and options.exit_code)


def _diff(options: argparse.Namespace) -> bool:
    """Print what differs; whether anything does."""
    from ..train.section_changes import section_changes
    from ..train.weights.transfer import transfer

    found, opened = Diagnostics(), []
    for spec in (options.first, options.second):
        with found.stage():
            module = open_target(_spec_of(spec), options.overrides, sections)
            opened.append((module, graph_of(module)))
    found.raise_errors()
    (first, one), (second, other) = opened
    alignment = align(one, other)
    told = section_changes(first, second)
    weights = transfer(alignment, second)
    root = changes(alignment)
    if options.json:
        from .diff_json import diff_json

        print_json(diff_json(alignment, root, weights, told))
    else:
        titles = titles_of((options.first, options.second), (one.name, other.name))
        print(
            "\n".join(_text(alignment, root, (first, second), (titles[0], titles[1]), weights, told, options))
        )
    return not alignment.same or bool(told)


def _spec_of(text: str) -> str:
    """A run's folder stands for the spec that it was trained by."""
    from ..train.reading import open_run
    from ..train.run import RUN

    folder = Path(text)
    return str(open_run(folder, strict=False).spec) if (folder / RUN).is_file() else text


def _text(
    alignment: Alignment,
    root: Part,
    modules: tuple[Module, Module],
    titles: tuple[str, str],
    weights: Transfer,
    told: tuple[SectionChange, ...],
    options: argparse.Namespace,
) -> list[str]:
    from .diff_heading import heading
    from .diff_rows import rows
    from .diff_sections import sections_lines
    from .diff_table import table
    from .diff_weights import weights_lines
    from .diff_words import block_parameters

    width, color = max(get_terminal_size().columns, _NARROW), use_color(sys.stdout)
    graphs = alignment.first, alignment.second
    lines = heading(alignment, titles, width)
    if not alignment.same or options.all:
        parameters = block_parameters(modules[0]), block_parameters(modules[1])
        found = rows(root, graphs, options.level, options.all, parameters)
        lines += ["", *table(found.rows, width, color, options.all, options.columns)]
        if found.finer and options.level is None:
            lines.append(f"{found.level}s are shown: --level {found.finer} opens them")
    if any(node.parameters for node in alignment.first.nodes):
        lines += ["", *weights_lines(weights, graphs, titles, width)]
    return [*lines, *sections_lines(told, titles, width)]
