"""What is known of each image: its class, several labels, numbers, a box, points."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, slots=True, eq=False)
class Targets:
    """Columns of one row an image; those that a source does not have are None.

    ``classes`` (N,) of int64, class numbers. ``labels`` (N, K) of uint8, 1 where label k applies. ``numbers`` (N, K) of
    float32. ``boxes`` (N, 4) of float32, left, top, right and bottom in pixels. ``points`` (N, K, 2) of float32, x and y
    in pixels. In pixels, the first pixel of a row reaches from 0 to 1.
    """

    classes: np.ndarray | None = None
    labels: np.ndarray | None = None
    numbers: np.ndarray | None = None
    boxes: np.ndarray | None = None
    points: np.ndarray | None = None

    def __getitem__(self, rows: np.ndarray) -> Targets:
        return Targets(*(None if column is None else column[rows] for column in self._columns()))

    def __len__(self) -> int:
        return next((len(column) for column in self._columns() if column is not None), 0)

    def _columns(self) -> list[np.ndarray | None]:
        return [getattr(self, f.name) for f in fields(self)]

    @property
    def kinds(self) -> tuple[str, ...]:
        """Names of the columns there are."""
        return tuple(f.name for f in fields(self) if getattr(self, f.name) is not None)

    def placed(self, boxes: np.ndarray | None, points: np.ndarray | None) -> Targets:
        """With what is in pixels moved."""
        return replace(self, boxes=boxes, points=points)


@dataclass(frozen=True, slots=True)
class TargetNames:
    """What the targets are called: classes and labels by number, the columns of numbers, and each point."""

    classes: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    points: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the images of a data set: the columns of ``Targets`` that it has, their names, and the targets of
    the training images, which are None before anything is read. ``named`` is False where the names stand for others that
    are not known yet."""

    kinds: tuple[str, ...]
    names: TargetNames
    targets: Targets | None = None
    named: bool = True
