"""Exits 0 where all specs are right, 1 where any is wrong. --json prints an object a diagnostic."""

from __future__ import annotations

import argparse
import sys

from ..elaborate import (
    NAMES_SECTION,
    Module,
    check_blocks,
    elaborate,
    is_blocks_alone,
    open_target,
)
from ..ir import verify
from ..source import Diagnostic, Diagnostics, SpecError
from .emit import EMITTERS
from .output import add_spec, diagnostics_json, fail, print_json, sections


def add_arguments(command: argparse.ArgumentParser) -> None:
    add_spec(command, many=True)
    command.add_argument("--json", action="store_true", help="print the diagnostics as a JSON list")
    command.add_argument(
        "--emit",
        choices=sorted(EMITTERS),
        help="print a stage: the syntax tree, the graph, or how each layer is computed",
    )


def run(options: argparse.Namespace) -> int:
    found: list[Diagnostic] = []
    for spec in options.spec:
        try:
            word = _check(spec, options)
        except SpecError as error:
            found.extend(error.diagnostics)
        else:
            if not options.json and not options.emit:
                print(f"{spec}: {word}")
    if options.json:
        print_json(diagnostics_json(found))
        return 1 if found else 0
    sys.stdout.flush()
    return fail(found) if found else 0


def _check(spec: str, options: argparse.Namespace) -> str:
    """A word on the spec where nothing is wrong with it."""
    module = open_target(spec, options.overrides, sections)
    if options.emit == "tree":
        print(EMITTERS["tree"](module.spec))
        return "fine"
    if is_blocks_alone(module):
        check_blocks(module)
        return "fine (blocks alone: shapes are checked where they are used)"
    has_experiment = any(section.name != NAMES_SECTION for section in module.spec.sections)
    found = Diagnostics()
    with found.stage():
        graph = elaborate(module)
        verify(graph)
    with found.stage():
        _check_names(module)
    if has_experiment and found.errors:
        from ..train.sections import check_sections

        with found.stage():
            check_sections(module)
    found.raise_errors()
    if has_experiment:
        from ..train.sections import bind_experiment

        bind_experiment(module, graph)
    if options.emit:
        print(EMITTERS[options.emit](graph))
    return "fine"


def _check_names(module: Module) -> None:
    if any(section.name == NAMES_SECTION for each in module.all() for section in each.spec.sections):
        from ..elaborate.renaming import renamings

        renamings(module)
