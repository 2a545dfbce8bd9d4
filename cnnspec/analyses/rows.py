"""A summary as the rows of a table: scopes as a tree, deeper ones folded, and who holds the parameters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..ir import Scope, Shape, scopes_around
from ..source.values import Value
from .freezing import told
from .receptive_field import Field
from .summary import LayerFigures, Summary


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Row(Value):
    """A layer, an open scope (a heading: no figures), or a folded scope (the sum of its ``layers``).

    ``level`` is the depth in the tree; ``output`` and ``field`` are those of the last layer. ``frozen`` says in words
    what is not trained from the beginning.
    """

    level: int
    name: str
    what: str
    layers: int = 1
    output: Shape | None = None
    params: int | None = None
    macs: int | None = None
    field: Field | None = None
    frozen: str = ""

    @property
    def heading(self) -> bool:
        return self.output is None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Share(Value):
    """Parameters held by the layers of a kind, and their part of all (0 to 1)."""

    kind: str
    params: int
    part: float


def rows(summary: Summary, depth: int | None = None) -> tuple[Row, ...]:
    """Rows in the order of the layers. ``depth`` levels of scopes are open, all of them if None;
    a deeper scope is one row."""
    chains = scopes_around((layer.name for layer in summary.layers), summary.scopes)
    return tuple(_walk(summary.layers, chains, depth))


def shares(summary: Summary) -> tuple[Share, ...]:
    """Convolutions' and linear layers' shares of the parameters, where there are any; without auxiliary heads."""
    total, layers = summary.params.total, [layer for layer in summary.layers if not layer.auxiliary]
    kinds = (("Conv", "convolution"), ("FC", "linear"))
    counts = [(kind, sum(r.params for r in layers if r.family == family)) for kind, family in kinds]
    return tuple(Share(kind, count, count / total) for kind, count in counts if count)


def _walk(
    layers: Sequence[LayerFigures], chains: Sequence[tuple[Scope, ...]], depth: int | None
) -> Iterator[Row]:
    opened: tuple[Scope, ...] = ()
    index = 0
    while index < len(layers):
        chain = chains[index]
        shown = chain if depth is None else chain[:depth]
        for level, scope in enumerate(shown):
            if shown[: level + 1] != opened[: level + 1]:
                yield Row(level, _short(scope.path, chain[:level]), _title(scope))
        opened = shown
        end = index + 1
        if len(chain) > len(shown):
            folded = chain[: len(shown) + 1]
            while end < len(layers) and chains[end][: len(folded)] == folded:
                end += 1
            yield _total(layers[index:end], len(shown), folded)
        else:
            yield _layer(layers[index], len(chain), chain)
        index = end


def _short(path: str, around: tuple[Scope, ...]) -> str:
    """``path`` as seen from inside the scopes ``around``."""
    return path[len(around[-1].path) + 1 :] if around else path


def _title(scope: Scope) -> str:
    last = scope.path.rpartition(".")[2]
    return "" if scope.title == last else scope.title


def _layer(layer: LayerFigures, level: int, chain: tuple[Scope, ...]) -> Row:
    what = f"{layer.op} {layer.label}".strip()
    name = _short(layer.name, chain)
    figures = layer.output, layer.params, layer.macs, layer.field
    return Row(level, name, what, 1, *figures, told(layer.starts))


def _total(layers: Sequence[LayerFigures], level: int, folded: tuple[Scope, ...]) -> Row:
    scope, last = folded[-1], layers[-1]
    params, macs = sum(r.params for r in layers), sum(r.macs for r in layers)
    name = _short(scope.path, folded[:-1])
    frozen = told(frozenset[int | None]().union(*(layer.starts for layer in layers)))
    return Row(level, name, _title(scope), len(layers), last.output, params, macs, last.field, frozen)
