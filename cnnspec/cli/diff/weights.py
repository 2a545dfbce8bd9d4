"""Which weights of the first network fit the second, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ...analyses.sizes import percent_text
from ...train.wording import count, printable
from ..compare_columns import shape_text
from .folding import folded, paragraph
from .words import became, few, renamed

if TYPE_CHECKING:
    from ...ir import Graph
    from ...train.weights.transfer import Stray, Transfer


def weights_lines(
    found: Transfer, graphs: tuple[Graph, Graph], titles: tuple[str, str], width: int
) -> list[str]:
    """A sentence for those that load, and one for each reason why others do not."""
    first, second = map(printable, titles)
    lines = folded(f"Weights of {first} in {second}, paired by {found.way}:", width, "  ")
    for text in _told(found, graphs, (first, second)):
        lines += paragraph(text, width)
    return lines


def _told(found: Transfer, graphs: tuple[Graph, Graph], titles: tuple[str, str]) -> Iterator[str]:
    ours, theirs = ([name for name, _ in graph.named_parameters()] for graph in reversed(graphs))
    if found.whole:
        yield f"all {count(found.tensors, 'tensor')} fit."
        return
    verb = "fits" if len(found.fits) == 1 else "fit"
    fits = f"{len(found.fits):,} of {count(found.tensors, 'tensor')} {verb} by name and shape"
    if found.filled:
        every = found.filled == found.parameters
        share = "all" if every else percent_text(found.filled, found.parameters)
        fits += f": {share} of {titles[1]}'s parameters"
    yield fits
    yield from _by_accident(found.strays, theirs)
    if found.renamed:
        pairs = renamed(((p.theirs, p.ours) for p in found.renamed), theirs)
        yield f"{len(found.renamed):,} would fit if renamed: {few(pairs)}"
    if found.misfits:
        pairs = [
            f"{printable(became(m.theirs, m.ours))} {became(shape_text(m.theirs_shape), shape_text(m.ours_shape))}"
            for m in found.misfits
        ]
        verb = "has" if len(pairs) == 1 else "have"
        yield f"{len(pairs):,} {verb} another shape: {few(pairs)}"
    if found.unused:
        yield f"{len(found.unused):,} only in {titles[0]}: {few(_covering(found.unused, theirs))}"
    if found.missing:
        yield f"{len(found.missing):,} only in {titles[1]}: {few(_covering(found.missing, ours))}"


def _by_accident(strays: Sequence[Stray], theirs: Sequence[str]) -> Iterator[str]:
    """Those whose layer is another one in the second network, and those whose layer is not in it."""
    pairs = [(each.theirs, each.ours) for each in strays if each.ours is not None]
    if pairs:
        told = few(renamed(pairs, theirs))
        yield f"{len(pairs):,} of these by accident, as they are of layers called otherwise now: {told}"
    gone = [each.theirs for each in strays if each.ours is None]
    if gone:
        told = few(_covering(gone, theirs))
        yield f"{len(gone):,} of these by accident, as their layers correspond to none: {told}"


def _covering(names: Sequence[str], everything: Iterable[str]) -> Sequence[str]:
    from ...train.weights.naming import covering

    return [printable(name) for name in covering(names, everything)]


def weights_json(found: Transfer) -> dict[str, Any]:
    """All of it by name."""
    return {
        "by": found.way,
        "tensors": found.tensors,
        "parameters": found.parameters,
        "parameters_filled": found.filled,
        "fits": [[p.theirs, p.ours] for p in found.fits],
        "by_accident": [[each.theirs, each.ours] for each in found.strays],
        "if_renamed": [[p.theirs, p.ours] for p in found.renamed],
        "another_shape": [
            [m.theirs, m.ours, list(m.theirs_shape), list(m.ours_shape)] for m in found.misfits
        ],
        "only_in_first": list(found.unused),
        "only_in_second": list(found.missing),
    }
