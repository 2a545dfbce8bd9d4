"""Without --library, parameters are listed with their names here. With it, the spec's section 'names' says
what they are called there; every one must have a name."""

from __future__ import annotations

import argparse

from ..elaborate import elaborate, open_target
from ..elaborate.renaming import libraries, parameter_names
from ..ir import show
from .output import add_spec, print_json, sections


def add_arguments(command: argparse.ArgumentParser) -> None:
    add_spec(command)
    command.add_argument("--library", metavar="L", help=f"whose names: {', '.join(libraries())}")
    command.add_argument("--json", action="store_true", help="print an object a parameter")


def run(options: argparse.Namespace) -> int:
    module = open_target(options.spec, options.overrides, sections)
    graph = elaborate(module)
    names = parameter_names(graph, module, options.library) if options.library else {}
    rows = [(ours, names.get(ours), spec.shape) for ours, spec in graph.named_parameters()]
    if options.json:
        print_json([{"name": ours, "there": there, "shape": list(shape)} for ours, there, shape in rows])
        return 0
    cells = [(ours, *([there] if there else []), show(shape)) for ours, there, shape in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    return 0
