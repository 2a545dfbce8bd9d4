"""Parts of a data set from what a source read: one way to split, to skip and to name for all sources."""

from __future__ import annotations

from dataclasses import dataclass

from ...ir import OpError
from .dataset import Dataset, Splits
from .errors import DataEmpty
from .pictures import Blobs, Pictures, Problem, broken, scanned
from .selection import ALL, Selection
from .split import stratified
from .targets import TargetNames, Targets


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Images of one part and their targets; ``skipped`` are those that were left out."""

    pictures: Pictures
    targets: Targets
    skipped: tuple[Problem, ...] = ()

    def dataset(self) -> Dataset:
        return Dataset(self.pictures, self.targets)


def encoded_part(blobs: Blobs, targets: Targets, skip_broken: bool, where: str) -> Part:
    """A part of encoded images, all looked at; broken ones are refused with ``OpError``, or left out."""
    pictures, problems = scanned(blobs)
    if problems and not skip_broken:
        raise broken(
            problems,
            ("delete or replace them, or leave them out: --skip-broken, or skip_broken = true in the spec",),
        )
    if problems and not len(pictures):
        raise OpError(DataEmpty(where=f"{where}, where every image is broken,"), "path")
    return Part(pictures, targets[pictures.rows], tuple(problems))


def splits_of(
    train: Part,
    validation: Part | float,
    test: Part | float,
    seed: int,
    names: TargetNames,
    selection: Selection = ALL,
) -> Splits:
    """The three parts, and of these what ``selection`` keeps; a number is the share of the training images to take for a
    part, class by class. Raises ``OpError`` where the selection does not fit."""
    import numpy as np

    whole = train.dataset()
    shares = [p for p in (validation, test) if not isinstance(p, Part)]
    by = whole.targets.classes if whole.targets.classes is not None else np.zeros(len(whole), np.int64)
    kept, *taken = stratified(by, shares, seed)
    rows = iter(taken)
    others = [
        part.dataset() if isinstance(part, Part) else whole.subset(next(rows)) for part in (validation, test)
    ]
    skipped = [p for part in (train, validation, test) if isinstance(part, Part) for p in part.skipped]
    splits = Splits(whole.subset(kept), others[0], others[1], names, tuple(skipped))
    return selection.chosen(splits, None if isinstance(validation, Part) else validation, seed)
