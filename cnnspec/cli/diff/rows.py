"""The rows of a diff: a tree of parts in which only what differs is opened."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from ...analyses.changes import Part, Side, folded, runs, together
from ...ir import Graph, scopes_around
from ...source.values import Value
from ...train.wording import count
from .words import RESTS, SIGNS, Parameters, name_of, name_of_run, what

LEVELS = ("stage", "block", "layer")
_ENOUGH = 40
"""So many rows are read at once; a diff with more is shown in less detail."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Row(Value):
    """``level`` is the depth in the tree; ``part`` has the figures. ``rest``: it is what is left of the part around."""

    level: int
    sign: str
    name: str
    what: str
    part: Part
    rest: bool = False


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Rows(Value):
    """Rows at a ``level``; ``finer`` is the next one that has more, "" where there is none."""

    rows: tuple[Row, ...]
    level: str
    finer: str


def rows(
    root: Part,
    graphs: tuple[Graph, Graph],
    level: str | None,
    everything: bool,
    parameters: tuple[Parameters, Parameters],
) -> Rows:
    """The rows at a level: "stage", "block" or "layer"; left out, as much as can be read. ``everything``: also of what is
    the same."""
    found = {
        each: tuple(_Reader(_opened(graphs, each), everything, parameters).inside(root, 0)) for each in LEVELS
    }
    chosen = level or next((each for each in reversed(LEVELS) if len(found[each]) <= _ENOUGH), LEVELS[0])
    more = (each for each in LEVELS[LEVELS.index(chosen) :] if len(found[each]) > len(found[chosen]))
    return Rows(found[chosen], chosen, next(more, ""))


def _opened(graphs: tuple[Graph, Graph], level: str) -> Callable[[Side], bool]:
    """Whether a scope of either network is opened."""
    from ...backends.drawing.levels import opened
    from ...backends.drawing.view import View

    paths: set[str] = set()
    for graph in graphs:
        chains = scopes_around((node.name for node in graph.nodes), graph.scopes)
        paths |= opened(graph, chains, View(level=level))  # type: ignore[arg-type]
    return lambda side: side.paths[0] in paths


@dataclass(frozen=True, slots=True, eq=False)
class _Reader:
    opened: Callable[[Side], bool]
    everything: bool
    parameters: tuple[Parameters, Parameters]

    def inside(self, around: Part, level: int) -> Iterator[Row]:
        shown, hidden = self._parted(around, level)
        for alike, run in groupby(runs(shown), self._joined):
            parts = list(run)
            if alike is None or len(parts) == 1:
                for _, those in groupby(parts, self._told):
                    yield from self._folded(list(those), around, level)
            else:
                joined = together(parts)
                yield Row(level, SIGNS[joined.state], name_of_run(parts, around), alike, joined)
        if hidden:
            yield _rest(hidden, level)

    def _parted(self, around: Part, level: int) -> tuple[list[Part], list[Part]]:
        """What has rows, and layers in blocks that no one touched: their figures are told together. Not where something went
        and something came, as its place is seen by what stays."""
        states = {part.state for part in around.parts}
        if (
            self.everything
            or {"removed", "added"} <= states
            or not (level > 0 or all(p.is_layer for p in around.parts))
        ):
            return list(around.parts), []
        shown: list[Part] = []
        hidden: list[Part] = []
        for part in around.parts:
            is_quiet = part.is_layer and part.state in RESTS and part.some.layers
            (hidden if is_quiet else shown).append(part)
        return shown, hidden

    def _joined(self, part: Part) -> str | None:
        """What is said of neighbours in one row; None for one that has a row of its own."""
        if self.everything:
            return None
        if part.state in RESTS:
            return RESTS[part.state]
        starts = part.is_layer and part.differences and all(d.starts for d in part.differences)
        return what(part, False, self.parameters) if starts else None

    def _told(self, part: Part) -> object:
        """Equal for closed parts of which the same is told, and that are made alike."""
        if part.is_layer or self.everything or self._opens(part):
            return id(part)
        blocks = tuple(side and side.block for side in (part.first, part.second))
        inside = tuple((leaf.state, leaf.some.title.partition(" ")[0]) for leaf in part.leaves())
        return part.state, part.moved, blocks, inside, what(part, False, self.parameters)

    def _folded(self, parts: Sequence[Part], around: Part, level: int) -> Iterator[Row]:
        if len(parts) == 1:
            yield from self._rows(parts[0], around, level)
        else:
            words, joined = what(parts[0], False, self.parameters), folded(parts)
            yield Row(level, SIGNS[joined.state], name_of(joined, around), words, joined)

    def _opens(self, part: Part) -> bool:
        found = any(self.opened(side) for side in (part.first, part.second) if side)
        return not part.is_layer and found and (part.state == "changed" or self.everything)

    def _rows(self, part: Part, around: Part, level: int) -> Iterator[Row]:
        opened = self._opens(part)
        words = what(part, opened, self.parameters)
        yield Row(level, SIGNS[part.state], name_of(part, around), words, part)
        if opened:
            yield from self.inside(part, level + 1)


def _rest(hidden: Sequence[Part], level: int) -> Row:
    joined = together(hidden)
    resized = sum(p.some.layers for p in hidden if p.state == "resized")
    same = joined.some.layers - resized
    told = f"{same} the same, {resized} on other sizes" if same and resized else RESTS[joined.state]
    return Row(level, SIGNS[joined.state], count(joined.some.layers, "other layer"), told, joined, rest=True)
