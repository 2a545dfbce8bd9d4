"""Pairing by order and shape: a file's layers one after another, beside the network's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, zip_longest
from shlex import quote

from ...ir import Graph, show
from ...source import SpecError
from .errors import NoOrder
from .files import Stored, WeightFile
from .layouts import Layout, Need, layout_of, needs
from .pairing import ORDER, Apart, Pairing, assembled
from .values import FLOATS, is_bookkeeping

_CALLED = {
    "kernel": "weight",
    "w": "weight",
    "gamma": "weight",
    "scale": "weight",
    "b": "bias",
    "beta": "bias",
    "mean": "running_mean",
    "moving_mean": "running_mean",
    "var": "running_var",
    "variance": "running_var",
    "moving_variance": "running_var",
}
"""What other programs call the parameters of a layer, and what PyTorch does."""


@dataclass(frozen=True)
class OurLayer:
    """A layer of the network with its parameters by their last names."""

    name: str
    needs: Mapping[str, Need]

    def __str__(self) -> str:
        return f"'{self.name}' ({_listed({n: need.shape for n, need in self.needs.items()})})"


@dataclass(frozen=True)
class TheirLayer:
    """Tensors of a file whose names differ in the last part alone, by the last names that PyTorch has for them."""

    name: str
    tensors: Mapping[str, Stored]

    def __str__(self) -> str:
        return f"'{self.name}' ({_listed({n: stored.shape for n, stored in self.tensors.items()})})"


def _listed(shapes: Mapping[str, tuple[int, ...]]) -> str:
    return ", ".join(f"{name} {show(shape) if shape else 'one value'}" for name, shape in shapes.items())


def our_layers(graph: Graph) -> list[OurLayer]:
    """The layers with parameters in the network's order."""
    found: dict[str, dict[str, Need]] = {}
    for name, need in needs(graph).items():
        layer, _, last = name.rpartition(".")
        found.setdefault(layer, {})[last] = need
    return [OurLayer(name, parameters) for name, parameters in found.items()]


def their_layers(file: WeightFile) -> list[TheirLayer]:
    """The layers of a file in its order; what PyTorch keeps beside the weights, and whole numbers, are in none."""
    found: dict[str, dict[str, Stored]] = {}
    for stored in _floats(file):
        layer, _, last = stored.called.rpartition(".")
        found.setdefault(layer, {})[_CALLED.get(last, last)] = stored
    return [TheirLayer(name, tensors) for name, tensors in found.items()]


def _floats(file: WeightFile) -> list[Stored]:
    return [t for t in file.tensors.values() if t.dtype in FLOATS and not is_bookkeeping(t.name)]


def _dealt(ours: Sequence[OurLayer], file: WeightFile) -> list[TheirLayer]:
    """The layers of a file whose names say nothing of layers ("p0", "p1"): as many tensors for each of ours as it has
    parameters, in their order. One of another number of axes keeps its name, so that the layers are not alike."""
    tensors = iter(_floats(file))
    found = []
    for layer in ours:
        if dealt := list(islice(tensors, len(layer.needs))):
            given = zip(layer.needs.items(), dealt, strict=False)
            named = {last if len(t.shape) == len(need.shape) else t.name: t for (last, need), t in given}
            found.append(TheirLayer(" … ".join(dict.fromkeys((dealt[0].name, dealt[-1].name))), named))
    return [*found, *(TheirLayer(each.name, {each.name: each}) for each in tensors)]


def _say_nothing(ours: Sequence[OurLayer], theirs: Sequence[TheirLayer]) -> bool:
    """Whether none of their tensors is called as any parameter of ours."""
    known = {last for layer in ours for last in layer.needs}
    return all(known.isdisjoint(layer.tensors) for layer in theirs)


def alike(ours: OurLayer, theirs: TheirLayer) -> bool:
    """Whether both have the same parameters, whatever their shapes."""
    return ours.needs.keys() == theirs.tensors.keys()


def fits(ours: OurLayer, theirs: TheirLayer) -> bool:
    """Whether both have the same parameters of the same shapes."""
    return alike(ours, theirs) and all(
        isinstance(layout_of(need, theirs.tensors[name]), Layout) for name, need in ours.needs.items()
    )


def by_order(graph: Graph, file: WeightFile, text: str | None = None) -> Pairing:
    """Layer for layer in both orders, up to the first that is of another kind or shape.

    Where as many layers are left from there on, and of the same kinds, they are paired too: shapes that differ are then
    misfits, such as the head's. ``text`` is what a person calls the file. Raises :class:`SpecError` for a file that keeps
    no order.
    """
    if not file.ordered:
        path = str(file.path)
        hints = (f"'cnnspec weights {quote(text or path)} --for SPEC' proposes names, to be looked over",)
        raise SpecError([NoOrder(path=path, format=file.format, file=path, hints=hints)])
    ours, theirs = our_layers(graph), their_layers(file)
    if _say_nothing(ours, theirs):
        theirs = _dealt(ours, file)
    count = next(
        (n for n, (a, b) in enumerate(zip_longest(ours, theirs)) if not (a and b and fits(a, b))), len(ours)
    )
    rest = (ours[count:], theirs[count:])
    same = len(rest[0]) == len(rest[1]) and all(alike(a, b) for a, b in zip(*rest, strict=True))
    upto = len(ours) if same else count
    matched = list(zip(ours[:upto], theirs[:upto], strict=True))
    pairing = assembled(ORDER, needs(graph), dict(_parameters(matched)), file)
    if same:
        return _without_counters(pairing, file)
    here, there = (str(side[0]) if side else "nothing more" for side in rest)
    return replace(pairing, apart=Apart(count + 1, here, there))


def _without_counters(pairing: Pairing, file: WeightFile) -> Pairing:
    """PyTorch counts batches between the weights, and where names say nothing a counter is told by what it is."""
    counters = tuple(n for n in pairing.unused if not file.tensors[n].shape and _is_whole(file.tensors[n]))
    return replace(
        pairing, counters=counters, unused=tuple(n for n in pairing.unused if n not in set(counters))
    )


def _is_whole(stored: Stored) -> bool:
    return stored.dtype.startswith(("int", "uint")) and not is_bookkeeping(stored.name)


def fitting_order(graph: Graph, file: WeightFile, needed: Collection[str]) -> Pairing | None:
    """The pairing by order, where it has a counterpart for all that is ``needed``, mostly of its shape; else None."""
    if not file.ordered:
        return None
    found = by_order(graph, file)
    fits_well = len(found.pairs) > len(found.misfits) and set(needed).isdisjoint(found.missing)
    return found if fits_well else None


def _parameters(matched: Sequence[tuple[OurLayer, TheirLayer]]) -> Iterator[tuple[str, Stored]]:
    return (
        (need.name, theirs.tensors[last]) for ours, theirs in matched for last, need in ours.needs.items()
    )


def likely(ours: Sequence[OurLayer], theirs: Sequence[TheirLayer]) -> list[tuple[OurLayer, TheirLayer]]:
    """Which layers belong together by order and shape, to be looked over by a person.

    In order as far as that goes; where both have as many layers of a kind and shape, these in their order. Layers of which
    one side has more are left out.
    """
    count = next(
        (n for n, (a, b) in enumerate(zip_longest(ours, theirs)) if not (a and b and fits(a, b))), len(ours)
    )
    found = list(zip(ours[:count], theirs[:count], strict=True))
    left: dict[object, tuple[list[OurLayer], list[TheirLayer]]] = defaultdict(lambda: ([], []))
    for layer in ours[count:]:
        left[_signature_of_ours(layer)][0].append(layer)
    for candidate in theirs[count:]:
        first = next((s for s, (mine, _) in left.items() if mine and fits(mine[0], candidate)), None)
        if first is not None:
            left[first][1].append(candidate)
    for mine, others in left.values():
        if len(mine) == len(others):
            found += zip(mine, others, strict=True)
    return found


def _signature_of_ours(layer: OurLayer) -> object:
    return tuple((name, need.shape, need.groups, need.flattened) for name, need in layer.needs.items())
