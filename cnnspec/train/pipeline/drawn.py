"""What is drawn for the images of a batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ..augment.base import Gate, Geometry, Leaf, Mixing
from ..augment.draws import Draws
from ..augment.matrices import identity, moved_boxes, moved_points
from ..data.targets import Targets
from .plan import Group, Pipeline


@dataclass(frozen=True, slots=True, eq=False)
class DrawnLeaf:
    """A step's parameters (B, P), and for which images it is done: (B,) of bool, or None for all."""

    leaf: Leaf
    parameters: np.ndarray
    active: np.ndarray | None

    def part(self, first: int, last: int) -> DrawnLeaf:
        active = None if self.active is None else self.active[first:last]
        return DrawnLeaf(self.leaf, self.parameters[first:last], active)

    def is_on(self, image: int) -> bool:
        return self.active is None or bool(self.active[image])


@dataclass(frozen=True, slots=True, eq=False)
class DrawnGroup:
    """``matrices`` (B, 3, 3) and ``sizes`` (B, 2), those of the results, where the group is geometry."""

    group: Group
    leaves: tuple[DrawnLeaf, ...]
    before: np.ndarray
    sizes: np.ndarray
    matrices: np.ndarray | None

    def part(self, first: int, last: int) -> DrawnGroup:
        leaves = tuple(leaf.part(first, last) for leaf in self.leaves)
        matrices = None if self.matrices is None else self.matrices[first:last]
        return DrawnGroup(self.group, leaves, self.before[first:last], self.sizes[first:last], matrices)


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """All that is done to the images of a batch. ``sizes`` (B, 2) are those of the images as read."""

    groups: tuple[DrawnGroup, ...]
    sizes: np.ndarray

    def part(self, first: int, last: int) -> Drawn:
        """What is drawn for the images from ``first`` up to before ``last``."""
        return Drawn(tuple(group.part(first, last) for group in self.groups), self.sizes[first:last])

    def targets(self, targets: Targets) -> Targets:
        """Boxes and points where they are after all geometry; what is cut off a box does not come back."""
        if targets.boxes is None and targets.points is None:
            return targets
        boxes, points = targets.boxes, targets.points
        for some in self._up_to_cuts():
            total, sizes = some.geometry()
            boxes = None if boxes is None else moved_boxes(boxes, total, sizes)
            points = None if points is None else moved_points(points, total)
        return targets.placed(
            None if boxes is None else boxes.astype(np.float32),
            None if points is None else points.astype(np.float32),
        )

    def _up_to_cuts(self) -> Iterator[Drawn]:
        """Groups as they follow each other, apart behind each that cuts."""
        first, sizes = 0, self.sizes
        for last, group in enumerate(self.groups, 1):
            if last == len(self.groups) or any(step.cuts for step in group.group.geometry):
                yield Drawn(self.groups[first:last], sizes)
                first, sizes = last, group.sizes
        if not self.groups:
            yield self

    def geometry(self) -> tuple[np.ndarray, np.ndarray]:
        """All geometry as one matrix an image, (B, 3, 3), and the sizes (B, 2) of what comes out."""
        total, sizes = identity(len(self.sizes)), self.sizes
        for group in self.groups:
            if group.matrices is not None:
                total, sizes = total @ group.matrices, group.sizes
        return total, sizes


def draw(pipeline: Pipeline, draws: Draws, sizes: np.ndarray) -> Drawn:
    """What ``pipeline`` does to images of ``sizes`` (B, 2), as ``draws`` decide."""
    start = sizes
    groups = []
    for group in pipeline.groups:
        made = _draw_group(group, draws, sizes)
        groups.append(made)
        sizes = made.sizes
    return Drawn(tuple(groups), start)


def _draw_group(group: Group, draws: Draws, sizes: np.ndarray) -> DrawnGroup:
    before, leaves = sizes, []
    total: np.ndarray | None = None
    for leaf in group.leaves:
        step = leaf.step
        parameters = step.draw(draws.uniform(leaf.number, step.draws), sizes)
        active = opened(leaf.gates, draws)
        leaves.append(DrawnLeaf(leaf, parameters, active))
        if isinstance(step, Geometry):
            matrices, after = step.geometry(parameters, sizes)
            if active is not None:
                matrices = np.where(active[:, None, None], matrices, np.eye(3))
                after = np.where(active[:, None], after, sizes)
            total, sizes = matrices if total is None else total @ matrices, after
    return DrawnGroup(group, tuple(leaves), before, sizes, total)


def opened(gates: Sequence[Gate], draws: Draws) -> np.ndarray | None:
    """For which images all gates are open, (B,) of bool; None for all of them."""
    active: np.ndarray | None = None
    for gate in gates:
        drawn = draws.uniform(gate.number, 1)[:, 0]
        is_open = (drawn >= gate.low) & (drawn < gate.high)
        active = is_open if active is None else active & is_open
    return active


def drawn_mix(pipeline: Pipeline, seed: int, epoch: int, step: int) -> np.ndarray:
    """How the batch of a step is mixed, (7,) of float32, as ``Mixing.mix`` says; each image alone where nothing is."""
    draws = Draws.of(seed, epoch, np.array([step]))
    for leaf in pipeline.mixers:
        active = opened(leaf.gates, draws)
        if active is None or active[0]:
            assert isinstance(leaf.step, Mixing)
            return leaf.step.mix(draws.uniform(leaf.number, leaf.step.draws)[0], pipeline.size)
    height, width = pipeline.size
    return np.array([1, 1, 0, 0, width, height, 1], np.float32)
