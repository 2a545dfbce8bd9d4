"""What would make a file fit: rules for a section ``names``, and steps of fine-tuning, to be pasted into a spec."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from ...elaborate import NAMES_SECTION, Module, chosen_model
from ...ir import Graph
from ...source import Source, SpecError
from ...syntax import parse_text
from .files import WeightFile
from .layouts import needs
from .naming import covering, quoted
from .order import OurLayer, TheirLayer, likely, our_layers, their_layers
from .pairing import ORDER, Misfit, Pair, Pairing, pair
from .rules import can_be_named, rules_from
from .values import is_bookkeeping

Rules = tuple[tuple[str, str], ...]
"""Patterns of names here, and names there."""


@dataclass(frozen=True)
class Proposal:
    """``rules`` are patterns and names, ``pairing`` what they lead to (as it was, where there are none). ``fresh`` and
    ``ignored`` are what is left over on either side, as patterns."""

    rules: Rules
    pairing: Pairing
    fresh: tuple[str, ...]
    ignored: tuple[str, ...]

    @property
    def likely(self) -> bool:
        """Whether more than half of the network's parameters pair: the rest may well be a head."""
        found = self.pairing
        return len(found.pairs) > len(found.misfits) + len(found.missing)

    def section(self) -> list[str]:
        """The lines of a section ``names``."""
        return _section(self.rules) if self.rules else []

    def steps(self, source: str, by: str | None = None) -> list[str]:
        """The lines of a section ``finetune``; ``by`` are the names that were asked for."""
        given = f", names = {by}" if by else ""
        lines = [f'  from("{source}"{given})']
        if self.fresh:
            lines.append(f"  replace({', '.join(map(quoted, self.fresh))})")
        if self.ignored:
            names = ", ".join(f'"{name}"' for name in self.ignored)
            lines.append(f"  ignore({names})")
        return ["finetune {", *lines, "}"]


def propose(graph: Graph, module: Module, file: WeightFile, pairing: Pairing) -> Proposal:
    """What would make ``file`` fit, from a pairing that leaves something over.

    Layers that are left over on both sides are paired by order and shape. The rules that are made of it were applied, and
    ``pairing`` is what that gave.
    """
    rules: Rules = ()
    better = pairing
    names = {} if pairing.names == ORDER else _names(graph, file, pairing)
    known = {each.ours.rpartition(".")[0] for each in _both(pairing)}
    if names and 2 * len(known | names.keys()) >= len(
        our_layers(graph)
    ):  # fewer of equal shapes would be no sign
        rules, better = _applied(graph, module, file, pairing, names)
    left = [*better.missing, *(m.ours for m in better.misfits)]
    used = {m.theirs for m in better.misfits}
    unused = [n for n in better.unused if not is_bookkeeping(n)]
    theirs = [n for n in file.tensors if not is_bookkeeping(n) and n not in used]
    return Proposal(rules, better, covering(left, needs(graph)), covering(unused, theirs))


def _names(graph: Graph, file: WeightFile, pairing: Pairing) -> dict[str, str]:
    """What the layers that are left over are called there, as it seems, without the prefix that all names have."""
    paired = {p.ours.rpartition(".")[0] for p in pairing.pairs}
    used = {file.tensors[each.theirs].called.rpartition(".")[0] for each in pairing.pairs}
    ours = [layer for layer in our_layers(graph) if layer.name not in paired]
    theirs = [layer for layer in their_layers(file) if layer.name not in used]
    matched = likely(ours, theirs if file.ordered else sorted(theirs, key=_natural))
    return {a.name: b.name.removeprefix(pairing.prefix) for a, b in matched if _can_be_ruled(a, b)}


def _both(pairing: Pairing) -> list[Pair | Misfit]:
    return [*pairing.pairs, *pairing.misfits]


def _natural(layer: TheirLayer) -> list[tuple[int, str]]:
    """A key that puts conv2 before conv10."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", layer.name)]


def _can_be_ruled(ours: OurLayer, theirs: TheirLayer) -> bool:
    """Rules are about layers: their parameters have to be called as PyTorch calls them."""
    same = all(stored.called == f"{theirs.name}.{last}" for last, stored in theirs.tensors.items())
    return same and can_be_named(theirs.name) and can_be_named(ours.name)


def _applied(
    graph: Graph, module: Module, file: WeightFile, pairing: Pairing, names: Mapping[str, str]
) -> tuple[Rules, Pairing]:
    """Rules that give ``names`` and leave what pairs as it is, and the pairing by them: the patterns that were found, or
    else a rule a layer."""
    parameters = [p.name for p in chosen_model(module).model.parameters]
    before = {(p.ours, p.theirs) for p in pairing.pairs}
    places = {node.name: number - 1 for number, node in enumerate(graph.nodes)}
    for rules in (rules_from(names, ["place", *parameters], places), [*names.items()]):
        try:
            found = pair(graph, _with_rules(module, rules), file)
        except SpecError:  # a pattern that is about more layers than it was made from gives names twice
            continue
        layers = {
            (p.ours.rpartition(".")[0], file.tensors[p.theirs].called.rpartition(".")[0]) for p in found.pairs
        }
        given = {(ours, f"{found.prefix}{theirs}") for ours, theirs in names.items()}
        if given <= layers and before <= {(p.ours, p.theirs) for p in found.pairs}:
            return tuple(rules), found
    return (), pairing


def _with_rules(module: Module, rules: Iterable[tuple[str, str]]) -> Module:
    """The spec with rules of its own, before those that it has."""
    (added,) = parse_text(Source(NAMES_SECTION, "\n".join(_section(rules)))).sections
    present = [s for s in module.spec.sections if s.name == NAMES_SECTION]
    section = replace(added, calls=(*added.calls, *(call for s in present for call in s.calls)))
    others = tuple(s for s in module.spec.sections if s.name != NAMES_SECTION)
    spec = replace(module.spec, sections=(*others, section))
    return Module(spec, module.source, module.path, module.used, module.names)


def _section(rules: Iterable[tuple[str, str]]) -> list[str]:
    return [f"{NAMES_SECTION} {{", *(f'  rename("{ours}", "{theirs}")' for ours, theirs in rules), "}"]
