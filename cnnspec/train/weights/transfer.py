"""What weights of one network fit another, before either was trained: by the rules by which a file is loaded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ...analyses.alignment import Alignment
from ...elaborate import Module
from ...ir import size
from .files import Stored, WeightFile
from .layouts import Layout, Need, layout_of, needs
from .pairing import OWN, Misfit, Pair, Pairing, pair


@dataclass(frozen=True)
class Stray:
    """The tensor ``theirs`` loads by its name, though its layer is not the one of that name in the second network: there it
    is ``ours``, or nothing (None)."""

    theirs: str
    ours: str | None


@dataclass(frozen=True)
class Transfer:
    """``theirs`` are tensors of a checkpoint of the first network, ``ours`` parameters and running statistics of the second.

    Each tensor of the first is in one of these: ``fits`` load as they are; ``renamed`` would fit under the name that the
    layer has in the second; ``misfits`` have another shape than their namesake there, or than what corresponds, which
    nothing else would fill; ``unused`` is the rest. What these leave of the second is ``missing``. ``strays`` are those
    of ``fits`` that load into a layer which is not paired with the one that they come from. ``filled`` of ``parameters``
    numbers of the second (running statistics left out) are loaded.
    """

    way: str
    tensors: int
    fits: tuple[Pair, ...]
    strays: tuple[Stray, ...]
    renamed: tuple[Pair, ...]
    misfits: tuple[Misfit, ...]
    unused: tuple[str, ...]
    missing: tuple[str, ...]
    filled: int
    parameters: int

    @property
    def whole(self) -> bool:
        """Whether every tensor loads, into the layer that it came from, and none is missing."""
        return not (self.strays or self.renamed or self.misfits or self.unused or self.missing)


def transfer(alignment: Alignment, module: Module) -> Transfer:
    """What of the first network's weights fits the second, which is that of ``module``.

    Raises :class:`~cnnspec.source.SpecError` where the second's section ``names`` is wrong.
    """
    first, second = alignment.first, alignment.second
    stored = {name: Stored(name, spec.shape, "float32") for name, spec in first.named_parameters()}
    found = pair(second, module, WeightFile(Path(first.name), stored), None, OWN)
    meant = _counterparts(alignment)
    renamed = _renamed(alignment, found, stored, meant)
    done = _sides((*found.pairs, *renamed))
    misfits = tuple(_misfits(found, done, _apart(meant, stored, needs(second))))
    apart = _sides(misfits)
    taken = done[0] | apart[0], done[1] | apart[1]
    counted = {name: size(spec.shape) for name, spec in second.named_parameters() if spec.role != "buffer"}
    return Transfer(
        way=found.way,
        tensors=len(stored),
        fits=found.pairs,
        strays=tuple(_strays(found, stored, meant)),
        renamed=renamed,
        misfits=misfits,
        unused=tuple(name for name in stored if name not in taken[1]),
        missing=tuple(name for name in needs(second) if name not in taken[0]),
        filled=sum(counted.get(p.ours, 0) for p in found.pairs),
        parameters=sum(counted.values()),
    )


Sides = tuple[set[str], set[str]]


def _sides(those: Iterable[Pair | Misfit]) -> Sides:
    """The names of tensors here and there."""
    both = [(each.ours, each.theirs) for each in those]
    return {ours for ours, _ in both}, {theirs for _, theirs in both}


def _misfits(pairing: Pairing, done: Sides, apart: Iterable[Misfit]) -> Iterator[Misfit]:
    """Of what is left those that have another shape, by name, and then by place."""
    ours, theirs = set(done[0]), set(done[1])
    for each in (*pairing.misfits, *apart):
        if each.ours not in ours and each.theirs not in theirs:
            ours.add(each.ours)
            theirs.add(each.theirs)
            yield each


def _apart(
    meant: Mapping[str, str], stored: Mapping[str, Stored], wanted: Mapping[str, Need]
) -> Iterator[Misfit]:
    """Tensors that correspond, and have other shapes."""
    for theirs, ours in meant.items():
        if isinstance(reason := layout_of(wanted[ours], stored[theirs]), str):
            yield Misfit(ours, theirs, wanted[ours].shape, stored[theirs].shape, reason)


def _counterparts(alignment: Alignment) -> dict[str, str]:
    """For each tensor of the first network that of the second which stands where it does."""
    found = {}
    pairs = [(p.first, p.second) for p in alignment.layers]
    for first, second in (*pairs, *alignment.moved):
        if first is None or second is None:
            continue
        one, other = alignment.first.nodes[first], alignment.second.nodes[second]
        there = {spec.name: name for name, spec in other.named_parameters}
        found.update({name: there[spec.name] for name, spec in one.named_parameters if spec.name in there})
    return found


def _strays(pairing: Pairing, stored: Iterable[str], meant: Mapping[str, str]) -> Iterator[Stray]:
    """Tensors that load into a layer which is not the one that corresponds."""
    loads = {each.theirs: each.ours for each in pairing.pairs}
    for theirs in stored:
        if theirs in loads and loads[theirs] != meant.get(theirs):
            yield Stray(theirs, meant.get(theirs))


def _renamed(
    alignment: Alignment, pairing: Pairing, stored: dict[str, Stored], meant: dict[str, str]
) -> tuple[Pair, ...]:
    """Tensors that do not load by name, and would into the layer that corresponds."""
    wanted = needs(alignment.second)
    loaded = _sides(pairing.pairs)
    found = []
    for theirs, ours in meant.items():
        if ours in loaded[0] or theirs in loaded[1] or ours == theirs:
            continue
        layout = layout_of(wanted[ours], stored[theirs])
        if isinstance(layout, Layout):
            found.append(Pair(ours, theirs, layout.axes, layout.view))
    return tuple(found)
