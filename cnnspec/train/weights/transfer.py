"""What weights of one network fit another, before either was trained: by the rules by which a file is loaded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ...analyses.alignment import Alignment
from ...elaborate import Module
from ...ir import size
from .files import Stored, WeightFile
from .layouts import Layout, layout_of, needs
from .pairing import OWN, Misfit, Pair, Pairing, pair


@dataclass(frozen=True)
class Transfer:
    """``theirs`` are tensors of a checkpoint of the first network, ``ours`` parameters and running statistics of the second.

    ``fits`` load as they are. ``elsewhere`` are those among them that come from a layer which is another one in the second
    network, and what they are there. ``renamed`` would fit under the name that the layer has there. Of the rest
    ``misfits`` have another shape; ``unused`` and ``missing`` only one of the networks has. ``filled`` of ``parameters``
    numbers of the second (running statistics left out) are loaded.
    """

    way: str
    tensors: int
    fits: tuple[Pair, ...]
    elsewhere: tuple[Pair, ...]
    renamed: tuple[Pair, ...]
    misfits: tuple[Misfit, ...]
    unused: tuple[str, ...]
    missing: tuple[str, ...]
    filled: int
    parameters: int

    @property
    def whole(self) -> bool:
        """Whether every tensor loads, into the layer that it came from, and none is missing."""
        return not (self.elsewhere or self.renamed or self.misfits or self.unused or self.missing)


def transfer(alignment: Alignment, module: Module) -> Transfer:
    """What of the first network's weights fits the second, which is that of ``module``.

    Raises :class:`~cnnspec.source.SpecError` where the second's section ``names`` is wrong.
    """
    first, second = alignment.first, alignment.second
    stored = {name: Stored(name, spec.shape, "float32") for name, spec in first.named_parameters()}
    found = pair(second, module, WeightFile(Path(first.name), stored), None, OWN)
    meant = _counterparts(alignment)
    renamed = _renamed(alignment, found, stored, meant)
    elsewhere = tuple(
        Pair(meant[p.theirs], p.theirs) for p in found.pairs if meant.get(p.theirs, p.ours) != p.ours
    )
    done = {p.ours for p in (*renamed, *elsewhere)}, {p.theirs for p in renamed}
    counted = {name: size(spec.shape) for name, spec in second.named_parameters() if spec.role != "buffer"}
    return Transfer(
        way=found.way,
        tensors=len(stored),
        fits=found.pairs,
        elsewhere=elsewhere,
        renamed=renamed,
        misfits=tuple(m for m in found.misfits if m.ours not in done[0] and m.theirs not in done[1]),
        unused=tuple(name for name in found.unused if name not in done[1]),
        missing=tuple(name for name in found.missing if name not in done[0]),
        filled=sum(counted.get(p.ours, 0) for p in found.pairs),
        parameters=sum(counted.values()),
    )


def _counterparts(alignment: Alignment) -> dict[str, str]:
    """For each tensor of the first network that of the second which stands where it does."""
    found = {}
    for layers in alignment.layers:
        if layers.first is None or layers.second is None:
            continue
        one, other = alignment.first.nodes[layers.first], alignment.second.nodes[layers.second]
        there = {spec.name: name for name, spec in other.named_parameters}
        found.update({name: there[spec.name] for name, spec in one.named_parameters if spec.name in there})
    return found


def _renamed(
    alignment: Alignment, pairing: Pairing, stored: dict[str, Stored], meant: dict[str, str]
) -> tuple[Pair, ...]:
    """Tensors that do not load by name, and would into the layer that corresponds."""
    wanted = needs(alignment.second)
    loaded = {p.ours for p in pairing.pairs}, {p.theirs for p in pairing.pairs}
    found = []
    for theirs, ours in meant.items():
        if ours in loaded[0] or theirs in loaded[1] or ours == theirs:
            continue
        layout = layout_of(wanted[ours], stored[theirs])
        if isinstance(layout, Layout):
            found.append(Pair(ours, theirs, layout.axes, layout.view))
    return tuple(found)
