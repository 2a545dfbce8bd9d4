"""Nothing that is found is an error: a network with it trains. Each finding has a
code, which 'cnnspec explain CODE' explains, and the section 'allow' of a spec
silences it:

    allow { bias_before_norm  pixels_lost(stem) }

Exits 0, with --strict 1 where anything is found; 1 where a spec is wrong."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..elaborate import (
    ALLOW_SECTION,
    PLAIN_SECTIONS,
    Module,
    check_blocks,
    elaborate,
    is_blocks_alone,
    open_target,
)
from ..source import Diagnostic, Diagnostics, SpecError
from .output import add_spec, diagnostics_json, fail, print_json, sections, use_color, whole_number

if TYPE_CHECKING:
    from ..ir import Graph
    from ..source.lints import Lint
    from ..train.experiment import Experiment


def add_arguments(command: argparse.ArgumentParser) -> None:
    add_spec(command, many=True)
    command.add_argument("--json", action="store_true", help="print what is found as a JSON list")
    command.add_argument("--strict", action="store_true", help="exit with 1 where anything is found")
    command.add_argument(
        "--object-size",
        type=whole_number,
        metavar="N",
        help="side of the objects to be recognised, in pixels: is the receptive field as large?",
    )


def run(options: argparse.Namespace) -> int:
    errors: list[Diagnostic] = []
    printed: list[dict[str, Any]] = []
    found = 0
    for spec in options.spec:
        try:
            lints = _lints(open_target(spec, options.overrides, sections), options.object_size)
        except SpecError as error:
            errors.extend(error.diagnostics)
            printed += [{"spec": spec, **each, "layers": []} for each in diagnostics_json(error.diagnostics)]
            continue
        found += len(lints)
        if options.json:
            given = zip(lints, diagnostics_json(lints), strict=True)
            printed += [{"spec": spec, **each, "layers": list(lint.layers)} for lint, each in given]
        else:
            _print(spec, lints)
    if options.json:
        print_json(printed)
    elif errors:
        sys.stdout.flush()
        fail(errors)
    return 1 if errors or (found and options.strict) else 0


def _lints(module: Module, object_size: int | None) -> Sequence[Lint]:
    """What is found in a spec; raises :class:`~cnnspec.source.SpecError`."""
    found, graph, experiment = Diagnostics(), None, None
    with found.stage():
        graph = _graph(module, object_size)
    with found.stage():
        _check_sections(module, bool(found.errors))
    found.raise_errors()
    if graph is not None and has_experiment(module):
        from ..train.sections import bind_experiment

        experiment = bind_experiment(module, graph)
    return lints_of(module, graph, experiment, object_size)


def _graph(module: Module, object_size: int | None) -> Graph | None:
    if is_blocks_alone(module):
        check_blocks(module)
        return None
    graph = elaborate(module)
    if object_size is not None and object_size > min(graph.input_shape[1:]):
        from ..ir import show
        from ..source import Source, Span
        from .lint_errors import ObjectTooLarge

        given = str(object_size)
        span = Span(Source("--object-size", given), 0, len(given))
        image = show(graph.input_shape[1:])
        raise SpecError([ObjectTooLarge(size=object_size, model=graph.name, image=image, span=span)])
    return graph


def _check_sections(module: Module, without_graph: bool) -> None:
    """What is wrong with the sections, except what binding them to the graph tells."""
    if not has_experiment(module):
        check_silences(module)
    elif without_graph:
        from ..train.sections import check_sections

        check_sections(module)


def check_silences(module: Module) -> None:
    """Raise :class:`~cnnspec.source.SpecError` with all that is wrong with the sections that silence lints."""
    if _silences(module):
        from ..train.lint import check_silences

        check_silences(module)


def lints_of(
    module: Module, graph: Graph | None, experiment: Experiment | None, object_size: int | None = None
) -> Sequence[Lint]:
    """What is found; ``graph`` is None for blocks alone. What knows of experiments and of silences is imported only where
    there are any."""
    if experiment is None and not _silences(module):
        from ..analyses.lint import graph_lints
        from ..elaborate.lint import spec_lints
        from ..source.lints import by_place

        return by_place([*spec_lints(module), *(graph_lints(graph, object_size) if graph else ())])
    from ..train.lint import lint

    return lint(module, graph, experiment, object_size)


def _silences(module: Module) -> bool:
    return any(s.name == ALLOW_SECTION for each in module.all() for s in each.spec.sections)


def has_experiment(module: Module) -> bool:
    """Whether a spec has sections of an experiment."""
    return any(section.name not in PLAIN_SECTIONS for section in module.spec.sections)


def in_words(count: int) -> str:
    """``2 lints``."""
    return f"{count} lint{'' if count == 1 else 's'}"


def _print(spec: str, lints: Sequence[Lint]) -> None:
    print(f"{spec}: {in_words(len(lints)) if lints else 'no lints'}")
    if not lints:
        return
    from ..source.lints import silent_name
    from ..source.rendering import render

    color = use_color(sys.stdout)
    for lint in lints:
        print(f"\n{render(lint, color)}")
    names = dict.fromkeys(silent_name(lint.code) for lint in lints if lint.silenceable)
    print(f"\nmore on a lint:  cnnspec explain {lints[0].code}")
    if names:
        print(
            f"to silence {'it' if len(lints) == 1 else 'them'}:  allow {{ {'  '.join(names)} }}  in the spec"
        )
    print()
