"""Nothing that is found is an error: a network with it trains. Each finding has a
code, which 'cnnspec explain CODE' explains, and the section 'allow' of a spec
silences it:

    allow { bias_before_norm  pixels_lost(stem) }

In YAML: allow: [bias_before_norm, pixels_lost(stem)]. 'cnnspec lint --list' lists
all lints.

Exits 0, with --strict 1 where anything is found; 1 where a spec is wrong."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..elaborate import Module, open_target
from ..source import Diagnostic, SpecError
from .output import (
    add_spec,
    diagnostics_json,
    fail,
    listed,
    print_json,
    sections,
    use_color,
    whole_number,
    width_of,
)
from .stages import checked, in_words, lints_of

if TYPE_CHECKING:
    from ..ir import Graph
    from ..source.lints import Lint


def add_arguments(command: argparse.ArgumentParser) -> None:
    add_spec(command, many=True, optional=True)
    command.add_argument(
        "--list", action="store_true", help="list the lints that 'allow' takes, by their names there, and end"
    )
    command.add_argument("--json", action="store_true", help="print what is found, or --list, as a JSON list")
    command.add_argument("--strict", action="store_true", help="exit with 1 where anything is found")
    command.add_argument(
        "--object-size",
        type=whole_number,
        metavar="N",
        help="side of the objects to be recognised, in pixels: is the receptive field as large?",
    )


def run(options: argparse.Namespace) -> int:
    if options.list:
        if options.spec:
            options.command_parser.error("--list lists all lints and takes no SPEC")
        return _list(options.json)
    if not options.spec:
        options.command_parser.error("the following arguments are required: SPEC")
    errors: list[Diagnostic] = []
    printed: list[dict[str, Any]] = []
    found = 0
    for spec in options.spec:
        try:
            module = open_target(spec, options.overrides, sections)
            lints = _lints(module, options.object_size)
        except SpecError as error:
            errors.extend(error.diagnostics)
            given = diagnostics_json(error.diagnostics)
            printed += [{"spec": spec, **each, "layers": [], "subjects": []} for each in given]
            continue
        found += len(lints)
        if options.json:
            for lint, each in zip(lints, diagnostics_json(lints), strict=True):
                names = {"layers": list(lint.layers), "subjects": list(lint.subjects)}
                printed.append({"spec": spec, **each, **names})
        else:
            _print(spec, module, lints)
    if options.json:
        print_json(printed)
    elif errors:
        sys.stdout.flush()
        fail(errors)
    return 1 if errors or (found and options.strict) else 0


def _list(as_json: bool) -> int:
    """Print the name of each lint that can be silenced, and what it finds."""
    from ..source.lints import in_short, silent_name
    from ..train.lint import all_lints

    lints = {silent_name(lint.code): lint for lint in all_lints() if lint.silenceable}
    if as_json:
        print_json([{"name": n, "code": lints[n].code, "finds": in_short(lints[n])} for n in sorted(lints)])
        return 0
    print(listed({name: in_short(lints[name]) for name in sorted(lints)}))
    return 0


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


def _print(spec: str, module: Module, lints: Sequence[Lint]) -> None:
    print(f"{spec}: {in_words(len(lints)) if lints else 'no lints'}")
    if not lints:
        return
    from ..source.rendering import render
    from .silencing import how_to_silence

    color = use_color(sys.stdout)
    for lint in lints:
        print(f"\n{render(lint, color, width_of(sys.stdout))}")
    print(f"\nmore on a lint:  cnnspec explain {lints[0].code}")
    for line in how_to_silence(spec, module, lints):
        print(line)
    print()
