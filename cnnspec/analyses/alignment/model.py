"""The result: pairs of layers and pairs of scopes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from ...ir import Graph
from ...source.values import Value
from .differences import Difference

Change = Literal["same", "changed", "removed", "added"]

K = TypeVar("K", int, str)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Pair(Value, Generic[K]):
    """A layer (its index) or a scope (its path) of the first network and what it is in the second.

    One of the two is None where it is "removed" (only in the first) or "added" (only in the second). A layer is the "same"
    where it has no ``differences``, a scope where all its layers are the same and lie in the other scope.
    ``only_shape``: changed, but only in sizes that follow from what comes before it. ``moved``: the layer is removed here or
    added here, and the same under the same label elsewhere in the other network, where it has this index.
    """

    first: K | None
    second: K | None
    change: Change
    only_shape: bool = False
    differences: tuple[Difference, ...] = ()
    moved: int | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Alignment(Value):
    """Each layer and each scope of both networks in exactly one pair.

    Pairs are in an order in which those of either network keep their own; what is removed stands before what is added in
    its place. Where it makes no difference to what they compute, ``second`` may have its nodes in another order than the
    network that was given (``first`` too, where heads take their inputs elsewhere). A scope can be removed or added though
    its layers are not: one that only wraps them.
    """

    first: Graph
    second: Graph
    layers: tuple[Pair[int], ...]
    scopes: tuple[Pair[str], ...]

    @property
    def same(self) -> bool:
        """Whether all layers are the same, and outputs come from the same of them, in one order and under one name each;
        blocks, and names of layers, may differ."""
        return self.same_layers and self.first.outputs == self.second.outputs

    @property
    def same_layers(self) -> bool:
        """Whether all layers are."""
        return all(pair.change == "same" for pair in self.layers)

    @property
    def moved(self) -> tuple[tuple[int, int], ...]:
        """The indices of layers that were moved: in two pairs each, as removed and as added."""
        pairs = ((pair.first, pair.moved) for pair in self.layers)
        return tuple((i, j) for i, j in pairs if i is not None and j is not None)

    def count(self, change: Change) -> int:
        """The number of layers with this change."""
        return sum(pair.change == change for pair in self.layers)
