"""Networks whose weights are known by name: a SPEC of that name says what is on images ('cnnspec predict'), and training can
begin with the weights ('finetune { from("NAME") }').

Nothing is downloaded unasked. Weights come with a package, where the list says how, or are fetched from their makers by
--fetch NAME into the user's cache folder. Their checksum is compared before they are used."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from ..elaborate import elaborate, open_target
from ..ir import size
from .output import print_json

if TYPE_CHECKING:
    from ..train.weights.registry import Pretrained


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("--fetch", metavar="NAME", help="download the weights of one, unless they are here")
    command.add_argument("--json", action="store_true", help="print all that is known of each as JSON")


def run(options: argparse.Namespace) -> int:
    from ..train.weights import registry

    if options.fetch is not None:
        entry = registry.known(options.fetch)
        print(f"{entry.name}: {registry.fetched(entry)}")
        return 0
    if options.json:
        print_json([_plain(entry) for entry in registry.REGISTERED])
        return 0
    rows: list[tuple[str, ...]] = [("name", "parameters", "licence", "from", "here")]
    rows += [_row(entry) for entry in registry.REGISTERED]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (
            c.rjust(w) if i == 1 else c.ljust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True))
        )
        print("  ".join(cells).rstrip())
    return 0


def _row(entry: Pretrained) -> tuple[str, ...]:
    here = "yes" if entry.origin.found() else f"no: {entry.origin.how(entry.name)}"
    return entry.name, f"{_parameters(entry):,}", entry.licence, entry.source.partition(",")[0], here


def _plain(entry: Pretrained) -> dict[str, Any]:
    path = entry.origin.found()
    return {
        "name": entry.name,
        "spec": entry.spec,
        "parameters": _parameters(entry),
        "licence": entry.licence,
        "source": entry.source,
        "from": entry.origin.text,
        "file": str(path) if path else None,
        "how": entry.origin.how(entry.name),
        "sha256": entry.sha256,
        "names": entry.names,
        "mean": list(entry.normalization.mean),
        "std": list(entry.normalization.std),
        "classes": entry.class_names.count,
    }


def _parameters(entry: Pretrained) -> int:
    graph = elaborate(open_target(entry.spec))
    return sum(size(p.shape) for node in graph.nodes for p in node.parameters if p.trainable)
