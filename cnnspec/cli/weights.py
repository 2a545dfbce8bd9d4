"""FILE is safetensors, a PyTorch state dict (.pth, .pt, .bin; nothing in it is run), Keras' .h5 or .keras, or .npz; also
the folder of a run, or the name of a pretrained network. Where a file holds several networks, 'FILE#KEY' is one of them.

With --for, its tensors are shown beside the parameters of SPEC, and their values are read and checked; the exit code is 1
unless all of both have their counterpart, but for what the spec's section 'finetune' replaces or ignores."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..elaborate import Module, elaborate, open_target
from ..elaborate.renaming import libraries
from .output import add_overrides, diagnostics_json, fail, print_json, sections

if TYPE_CHECKING:
    from ..ir import Graph
    from ..source import Diagnostic
    from ..train.finetune import Tuning
    from ..train.weights import Pairing, WeightSource
    from ..train.weights.proposing import Proposal


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "file", metavar="FILE", help="a file of weights, a run's folder, or a pretrained network"
    )
    command.add_argument(
        "--for", dest="spec", metavar="SPEC", help="show what goes with the parameters of this network"
    )
    add_overrides(command)
    command.add_argument(
        "--names",
        choices=("own", *libraries(), "order"),
        help="whose names the tensors have; order pairs by order and shape (default: those by which most pair)",
    )
    command.add_argument("--all", action="store_true", help="show all layers, however many there are")
    command.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: argparse.Namespace) -> int:
    from ..train.weights import open_source

    if options.spec is None:
        return _listed(open_source(options.file, Path()), options)
    module = open_target(options.spec, options.overrides, sections)
    graph = elaborate(module)
    tuning = _tuning(module, graph)
    return _paired(open_source(options.file, Path()), module, graph, tuning, options)


def _listed(source: WeightSource, options: argparse.Namespace) -> int:
    from .weight_tables import about, file_json, file_table

    if options.json:
        print_json(file_json(source))
        return 0
    print("\n".join([*about(source), "", *file_table(source, options.all)]))
    return 0


def _tuning(module: Module, graph: Graph) -> Tuning:
    """What the spec's section ``finetune`` comes to."""
    from ..train.finetune import Tuning
    from ..train.sections import bind_experiment

    if all(section.name != "finetune" for section in module.spec.sections):
        return Tuning()
    return bind_experiment(module, graph).tuning


def _paired(
    source: WeightSource, module: Module, graph: Graph, tuning: Tuning, options: argparse.Namespace
) -> int:
    from ..source import Diagnostics
    from ..train.weights import pair
    from ..train.weights.left_over import left_over
    from ..train.weights.loading import check_values
    from ..train.weights.proposing import propose

    names = options.names or (tuning.source.names if tuning.source else None)
    pairing = pair(graph, module, source.file, names, source.names, source.text)
    found = Diagnostics(left_over(graph, source, pairing, tuning.fresh, tuning.ignored, command=False))
    proposal = propose(graph, module, source.file, pairing) if found.errors else None
    with found.stage():
        check_values(source, pairing, tuning.fresh)
    problems = found.errors
    if options.json:
        print_json(_json(source, graph, pairing, proposal, problems))
        return 1 if problems else 0
    _print(source, graph, pairing, tuning, options)
    if proposal is not None:
        _print_proposal(source, graph, pairing, tuning, proposal, options.names)
    elif problems:
        print()
    sys.stdout.flush()
    return fail(problems) if problems else 0


def _print(
    source: WeightSource, graph: Graph, pairing: Pairing, tuning: Tuning, options: argparse.Namespace
) -> None:
    from .weight_tables import about, pairing_table, summary

    table = pairing_table(source, graph, pairing, tuning, options.all)
    print("\n".join([*about(source), *summary(graph, pairing), "", *table]))


def _print_proposal(
    source: WeightSource,
    graph: Graph,
    pairing: Pairing,
    tuning: Tuning,
    proposal: Proposal,
    names: str | None,
) -> None:
    from .weight_tables import other_way, proposed

    parts = [
        proposed(source, pairing, proposal, names),
        other_way(source, graph, pairing, tuning),
    ]
    lines = [line for part in parts if part for line in ("", *part)]
    if lines:
        print("\n".join(lines))
    print()


def _json(
    source: WeightSource,
    graph: Graph,
    pairing: Pairing,
    proposal: Proposal | None,
    problems: list[Diagnostic],
) -> dict[str, Any]:
    from .weight_tables import pairing_json

    found = pairing_json(source, graph, pairing)
    if proposal is not None:
        found["rules"] = [list(rule) for rule in proposal.rules]
        found["replace"], found["ignore"] = list(proposal.fresh), list(proposal.ignored)
    return {**found, "problems": diagnostics_json(problems)}
