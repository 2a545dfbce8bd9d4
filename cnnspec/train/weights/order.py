"""Pairing by order and shape: a file's layers one after another, beside the network's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

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
    for stored in file.tensors.values():
        if is_bookkeeping(stored.name) or stored.dtype not in FLOATS:
            continue
        layer, _, last = stored.called.rpartition(".")
        found.setdefault(layer, {})[_CALLED.get(last, last)] = stored
    return [TheirLayer(name, tensors) for name, tensors in found.items()]


def alike(ours: OurLayer, theirs: TheirLayer) -> bool:
    """Whether both have the same parameters, whatever their shapes."""
    return ours.needs.keys() == theirs.tensors.keys()


def fits(ours: OurLayer, theirs: TheirLayer) -> bool:
    """Whether both have the same parameters of the same shapes."""
    return alike(ours, theirs) and all(
        isinstance(layout_of(need, theirs.tensors[name]), Layout) for name, need in ours.needs.items()
    )


def by_order(graph: Graph, file: WeightFile) -> Pairing:
    """Layer for layer in both orders, up to the first that is of another kind or shape.

    Where as many layers are left from there on, and of the same kinds, they are paired too: shapes that differ are then
    misfits, such as the head's. Raises :class:`SpecError` for a file that keeps no order.
    """
    if not file.ordered:
        path = str(file.path)
        hints = (f"'cnnspec weights {file.path.name} --for SPEC' proposes names, to be looked over",)
        raise SpecError([NoOrder(path=path, format=file.format, file=path, hints=hints)])
    ours, theirs = our_layers(graph), their_layers(file)
    count = next(
        (n for n, (a, b) in enumerate(zip_longest(ours, theirs)) if not (a and b and fits(a, b))), len(ours)
    )
    rest = (ours[count:], theirs[count:])
    same = len(rest[0]) == len(rest[1]) and all(alike(a, b) for a, b in zip(*rest, strict=True))
    upto = len(ours) if same else count
    matched = list(zip(ours[:upto], theirs[:upto], strict=True))
    pairing = assembled(ORDER, needs(graph), dict(_parameters(matched)), file)
    if same:
        return pairing
    here, there = (str(side[0]) if side else "nothing more" for side in rest)
    return replace(pairing, apart=Apart(count + 1, here, there))


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
