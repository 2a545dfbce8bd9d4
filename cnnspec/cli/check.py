"""Exits 0 where all specs are right, 1 where any is wrong. --json prints an object a diagnostic."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..elaborate import Module, elaborate, open_target
from ..ir import Graph
from ..source import Diagnostic, Diagnostics, SpecError
from .emit import EMITTERS
from .output import add_spec, diagnostics_json, fail, print_json, sections
from .stages import checked, in_words, lints_of

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
    found = checked(module)
    if found.graph is None and options.emit:
        elaborate(module)  # says that there is no model
    if found.graph is None:
        return (
            _fine(spec, options, lints_of(found)) + " (blocks alone: shapes are checked where they are used)"
        )
    _check_assertions(module, found.graph, found.experiment)
    if options.emit:
        print(EMITTERS[options.emit](found.graph))
        return "fine"
    return _fine(spec, options, lints_of(found))


def _fine(spec: str, options: argparse.Namespace, lints: Sequence[Lint]) -> str:
    if not lints:
        return "fine"
    changed = (f"--set {shlex.quote(f'{name}={value}')}" for name, value in options.overrides)
    return f"fine, {in_words(len(lints))} ({' '.join(['cnnspec lint', shlex.quote(spec), *changed])})"


def _check_assertions(module: Module, graph: Graph, experiment: Experiment | None) -> None:
    if module.spec.assertions:
        from ..analyses.quantities import Setting
        from ..studies.assertions import check_assertions

        setting = Setting()
        if experiment is not None:
            from ..train.need import setting_of

            graph, setting = experiment.graph, setting_of(experiment.optimizer, experiment.settings)
        Diagnostics(check_assertions(module.spec.assertions, graph, setting)).raise_errors()
