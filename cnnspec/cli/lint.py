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

from ..elaborate import Module, open_target
from ..source import Diagnostic, SpecError
from .output import add_spec, diagnostics_json, fail, print_json, sections, use_color, whole_number
from .stages import checked, in_words, lints_of

if TYPE_CHECKING:
    from ..ir import Graph
    from ..source.lints import Lint


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
    found = checked(module)
    if found.graph is not None and object_size is not None:
        _check_size(object_size, found.graph)
    return lints_of(found, object_size)


def _check_size(object_size: int, graph: Graph) -> None:
    if object_size <= min(graph.input_shape[1:]):
        return
    from ..ir import show
    from ..source import Source, Span
    from .lint_errors import ObjectTooLarge

    given = str(object_size)
    span = Span(Source("--object-size", given), 0, len(given))
    image = show(graph.input_shape[1:])
    raise SpecError([ObjectTooLarge(size=object_size, model=graph.name, image=image, span=span)])


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
