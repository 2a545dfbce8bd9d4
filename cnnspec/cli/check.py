"""Exits 0 where all specs are right, 1 where any is wrong. --json prints an object a diagnostic."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..elaborate import (
    NAMES_SECTION,
    Module,
    check_blocks,
    elaborate,
    is_blocks_alone,
    open_target,
)
from ..ir import Graph, verify
from ..source import Diagnostic, Diagnostics, SpecError
from .emit import EMITTERS
from .lint import check_silences, has_experiment, in_words, lints_of
from .output import add_spec, diagnostics_json, fail, print_json, sections

if TYPE_CHECKING:
    from ..source.lints import Lint
    from ..train.experiment import Experiment


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
        found = Diagnostics()
        with found.stage():
            check_blocks(module)
        with found.stage():
            check_silences(module)
        found.raise_errors()
        return (
            _fine(spec, lints_of(module, None, None))
            + " (blocks alone: shapes are checked where they are used)"
        )
    experimental = has_experiment(module)
    found = Diagnostics()
    with found.stage():
        graph = elaborate(module)
        verify(graph)
    with found.stage():
        _check_names(module)
    if experimental and found.errors:
        from ..train.sections import check_sections

        with found.stage():
            check_sections(module)
    if not experimental:
        with found.stage():
            check_silences(module)
    found.raise_errors()
    experiment = None
    if experimental:
        from ..train.sections import bind_experiment

        experiment = bind_experiment(module, graph)
    _check_assertions(module, graph, experiment)
    if options.emit:
        print(EMITTERS[options.emit](graph))
    return _fine(spec, lints_of(module, graph, experiment))


def _fine(spec: str, lints: Sequence[Lint]) -> str:
    return f"fine, {in_words(len(lints))} (cnnspec lint {shlex.quote(spec)})" if lints else "fine"


def _check_assertions(module: Module, graph: Graph, experiment: Experiment | None) -> None:
    if module.spec.assertions:
        from ..analyses.quantities import Setting
        from ..studies.assertions import check_assertions

        setting = Setting()
        if experiment is not None:
            from ..train.need import setting_of

            graph, setting = experiment.graph, setting_of(experiment.optimizer, experiment.settings)
        Diagnostics(check_assertions(module.spec.assertions, graph, setting)).raise_errors()


def _check_names(module: Module) -> None:
    if any(section.name == NAMES_SECTION for each in module.all() for section in each.spec.sections):
        from ..elaborate.renaming import renamings

        renamings(module)
