"""Figures of a network that a person can name: in an assertion of a spec, or as what ``solve`` looks for."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from ...ir import Entry, Graph, OpError, Registry, scopes_around
from ...ir.signature import Word
from ..footprint import Need, footprint_need
from ..memory import BYTES as FLOAT32
from ..sizes import UNITS
from .errors import NoSuchPart

COUNTS: Mapping[str, int] = {
    "": 1, "k": 10**3, "K": 10**3, "M": 10**6, "G": 10**9, "B": 10**9, "T": 10**12,
}  # fmt: skip
BYTES: Mapping[str, int] = {"B": UNITS["B"], "kB": UNITS["kB"], "KB": UNITS["kB"], **UNITS}
"""In an assertion, ``KB`` is written as often as ``kB``."""
PLAIN: Mapping[str, int] = {"": 1}


@dataclass(frozen=True)
class Setting:
    """How a network is used, as far as its memory depends on it: what ``training`` needs at any batch (by Adam in float32
    where nothing else is said), the bytes of an activation, and the batch where a question names none."""

    training: Callable[[Graph], Need] = footprint_need
    bytes_each: int = FLOAT32
    batch: int = 1


class Quantity(Entry):
    """A figure of a network: one number, or the sizes of a shape or field. ``units`` are what may follow a number that it is
    compared with; ``sizes``: how many numbers it can be compared with; ``is_shape``: by == or != only, size by size."""

    units: ClassVar[Mapping[str, int]] = COUNTS
    sizes: ClassVar[tuple[int, ...]] = (1,)
    is_shape: ClassVar[bool] = False

    def figure(self, graph: Graph, setting: Setting) -> tuple[int, ...]:
        """The figure; raises :class:`~cnnspec.ir.OpError`."""
        raise NotImplementedError


QUANTITIES: Registry[Quantity] = Registry("quantity")


class Part(Word):
    """The name of a layer, part or output: ``stage3``, ``stage3.conv1``."""

    expected = "the name of a layer or part"
    dotted = True


def nodes_of(graph: Graph, name: str) -> list[int]:
    """The layers that a layer's, part's or output's name stands for, in order; raises :class:`~cnnspec.ir.OpError`."""
    found = [i for i, node in enumerate(graph.nodes) if node.name == name]
    found = found or [output.node for output in graph.outputs if output.name == name]
    if not found:
        around = scopes_around((node.name for node in graph.nodes), graph.scopes)
        found = [i for i, scopes in enumerate(around) if any(scope.path == name for scope in scopes)]
    if not found:
        raise OpError(NoSuchPart(name=name, model=graph.name, hints=_near(name, _names(graph))), "part")
    return found


def _names(graph: Graph) -> Iterable[str]:
    yield from (scope.path for scope in graph.scopes)
    yield from (node.name for node in graph.nodes)
    yield from (output.name for output in graph.outputs if output.name)


def _near(name: str, known: Iterable[str]) -> tuple[str, ...]:
    names = dict.fromkeys(known)
    inner = [each for each in names if each.endswith(f".{name}")]
    nearest = inner[:3] or difflib.get_close_matches(name, names, n=3)
    return (f"did you mean {' or '.join(map(repr, nearest))}?",) if nearest else ()
