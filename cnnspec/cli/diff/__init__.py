"""Layers and blocks are paired by what they hold and what they are called. Only what differs is opened; figures that are the
same are left out. Parameters leave out running statistics; memory in training is what is kept at float32 of the images of
--batch (one).

  ·  the same           ~  on other sizes, which follow from what comes before
  ≠  changed            +  only in the second        −  only in the first
  ×N so many alike as one row, with the sums of their figures

Where a terminal is narrow, figures have fewer digits, and those that do not fit are named below the rows.

Then: what of a checkpoint of the first network would load into the second, and what differs in the sections of the
experiment and in what is asserted.

cnnspec diff resnet50 resnext50_32x4d
cnnspec diff old.cnn new.cnn --level layer
cnnspec diff "vgg16" "vgg16(classes = 10)" --columns params,output

The exit code is 0 whether or not they differ. With --exit-code, for scripts: 0 the same network and experiment (names of
layers may differ), 1 they differ, 2 a spec is wrong."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING

from ...analyses.alignment import align
from ...analyses.changes import changes
from ...elaborate import Module
from ...source import SpecError
from ..output import add_overrides, fail, print_json, use_color, whole_number
from ..side_by_side import columns, open_networks, titles_of
from .figures import BY_NAME
from .rows import LEVELS

if TYPE_CHECKING:
    from ...analyses.alignment import Alignment
    from ...analyses.changes import Part
    from ...ir import Graph
    from ...train.section_changes import SectionChange
    from ...train.weights.transfer import Transfer

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
        type=partial(columns, known=BY_NAME),
        help=f"the figures to show: {', '.join(BY_NAME)} (default: as many as fit)",
    )
    command.add_argument(
        "--batch",
        metavar="N",
        type=whole_number,
        default=1,
        help="the images that memory is told for (default: 1)",
    )
    command.add_argument(
        "--json", action="store_true", help="print one JSON object: all layers, nothing folded"
    )
    command.add_argument("--exit-code", action="store_true", help="exit with 1 where the two differ")


@dataclass(frozen=True)
class _Diff:
    """All that is told of two networks: ``titles`` are what they are called, ``root`` what became of their parts."""

    modules: tuple[Module, Module]
    titles: tuple[str, str]
    alignment: Alignment
    root: Part
    weights: Transfer
    sections: tuple[SectionChange, ...]

    @property
    def graphs(self) -> tuple[Graph, Graph]:
        return self.alignment.first, self.alignment.second

    @property
    def empty(self) -> bool:
        return self.alignment.same and not self.sections


def run(options: argparse.Namespace) -> int:
    try:
        found = _diff((options.first, options.second), options.overrides, options.batch)
    except SpecError as error:
        if not options.exit_code:
            raise
        fail(error.diagnostics)
        return _WRONG
    if options.json:
        from .as_json import diff_json
        from .assertions import claims_of

        told = diff_json(found.alignment, found.root, found.weights, found.sections, options.batch)
        print_json(told | {"assertions": asdict(claims_of(*found.modules))})
    else:
        print("\n".join(_text(found, options)))
    return int(options.exit_code and not found.empty)


def _diff(specs: tuple[str, str], overrides: Sequence[tuple[str, str]], batch: int) -> _Diff:
    from ...train.section_changes import section_changes
    from ...train.weights.transfer import transfer

    (first, one), (second, other) = open_networks(specs, overrides, _spec_of)
    titles = titles_of(specs, (one.name, other.name))
    alignment = align(one, other)
    return _Diff(
        (first, second),
        (titles[0], titles[1]),
        alignment,
        changes(alignment, batch),
        transfer(alignment, second),
        section_changes(first, second),
    )


def _spec_of(text: str) -> str:
    """A run's folder stands for the spec that it was trained by."""
    from ...train.reading import open_run
    from ...train.run import RUN

    folder = Path(text)
    return str(open_run(folder, strict=False).spec) if (folder / RUN).is_file() else text


def _text(found: _Diff, options: argparse.Namespace) -> list[str]:
    from .assertions import claims_lines, claims_of
    from .experiment import experiment_lines
    from .heading import heading
    from .weights import weights_lines

    width = max(get_terminal_size().columns, _NARROW)
    lines = heading(found.alignment, found.titles, width, options.batch)
    if not found.alignment.same_layers or options.all:
        lines += ["", *_rows(found, options, width)]
    if any(node.parameters for node in found.graphs[0].nodes):
        lines += ["", *weights_lines(found.weights, found.graphs, found.titles, width)]
    lines += experiment_lines(found.sections, found.titles, width)
    return [*lines, *claims_lines(claims_of(*found.modules), width)]


def _rows(found: _Diff, options: argparse.Namespace, width: int) -> list[str]:
    from .folding import lines_of
    from .rows import rows
    from .table import table
    from .varying import folded_rates
    from .words import block_parameters

    parameters = block_parameters(found.modules[0]), block_parameters(found.modules[1])
    folded = folded_rates(found.root, parameters)
    shown = rows(folded.root, found.graphs, options.level, options.all, parameters)
    lines = table(shown.rows, width, use_color(sys.stdout), options.all, options.columns)
    told = (rate.text for rate in folded.rates if rate.told_in(row.what for row in shown.rows))
    lines += [line for text in told for line in lines_of(text, width)]
    if shown.finer and options.level is None:
        lines.append(f"{shown.level}s are shown: --level {shown.finer} opens them")
    return lines
