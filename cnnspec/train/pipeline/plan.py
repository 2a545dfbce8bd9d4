"""A list of steps as it is computed: geometry that follows geometry is one resampling."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING

from ...ir import OpError, Shape, show
from ..augment.base import Augmentation, Geometry, Leaf, Mixing, Pixels
from ..augment.choice import size_after
from ..augment.normalize import Normalize
from ..data.image_errors import ImageSize
from .errors import NormalizeNested, StepAfterNormalize, TargetsNotMixed, TwoMixings

if TYPE_CHECKING:
    from ..imaging.engine import Size

SMALL = 64 * 64
"""Up to so many pixels, an image takes longer to be asked for than to be turned: whole batches are, on the device."""


@dataclass(frozen=True, slots=True)
class Group:
    """Steps computed as one. ``kind`` is "frame" (scale, cut, pad), "warp" or "pixels"."""

    kind: str
    leaves: tuple[Leaf, ...]

    @property
    def geometry(self) -> tuple[Geometry, ...]:
        return tuple(leaf.step for leaf in self.leaves if isinstance(leaf.step, Geometry))

    @property
    def fill(self) -> int:
        return next((step.filling for step in self.geometry if step.pads), 0)

    @property
    def interpolation(self) -> str:
        return next((step.resampling for step in self.geometry if step.scales or step.warps), "bilinear")

    @property
    def cuts_first(self) -> bool:
        """Whether what is cut off is not even seen by the interpolation at the edges."""
        geometry = self.geometry
        return any(
            step.cuts and any(later.scales for later in geometry[i:]) for i, step in enumerate(geometry)
        )

    def is_for_devices(self, size: Size | None) -> bool:
        """Whether images of ``size`` (None: of any) can go through it as a batch, in tensors: they keep their size."""
        if self.kind == "pixels":
            return all(isinstance(leaf.step, Pixels) and leaf.step.on_device for leaf in self.leaves)
        if self.kind == "warp":
            return self.interpolation in ("bilinear", "nearest")
        return (
            not any(step.scales for step in self.geometry)
            and size is not None
            and self.size_after(size) == size
        )

    def size_after(self, size: Size | None) -> Size | None:
        return size_after(tuple(leaf.step for leaf in self.leaves), size)

    def takes(self, step: Geometry) -> bool:
        """Whether ``step`` can be computed with those of this group, in one resampling."""
        if self.kind == "pixels":
            return False
        if step.turns:
            return True
        before = [each for each in self.geometry if not each.turns]
        if not before:
            return True
        if any(each.warps != step.warps for each in before):
            return False
        if step.pads and any(each.pads and each.filling != step.filling for each in before):
            return False
        if step.warps:
            return all(each.resampling == step.resampling for each in before)
        cut_then_padded = step.pads and any(each.cuts for each in before)
        scaled_twice = step.scales and any(each.scales for each in before)
        return not (cut_then_padded or scaled_twice)


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Steps that bring images to ``shape`` (C, H, W), the network's input; ``mode`` is what they are coloured to.

    The last ``on_device`` groups are computed for whole batches, on the device.
    """

    steps: tuple[Augmentation, ...]
    shape: Shape
    mode: str
    groups: tuple[Group, ...]
    mixers: tuple[Leaf, ...]
    normalize: Normalize | None
    on_device: int = 0

    @classmethod
    def of(cls, steps: Sequence[Augmentation], shape: Shape, mode: str = "as_is") -> Pipeline:
        """Raises ``OpError`` where steps cannot follow each other."""
        normalize = _normalize(steps)
        numbers = count()
        leaves = tuple(leaf for step in steps for leaf in step.leaves(numbers, ()))
        nested = [leaf.step for leaf in leaves if isinstance(leaf.step, Normalize) and leaf.step not in steps]
        if nested:
            raise OpError(NormalizeNested())
        mixers = tuple(leaf for leaf in leaves if isinstance(leaf.step, Mixing))
        _check_mixers(mixers)
        images = [leaf for leaf in leaves if not isinstance(leaf.step, (Mixing, Normalize))]
        return cls(tuple(steps), shape, mode, tuple(_groups(images)), mixers, normalize)

    @property
    def size(self) -> Size:
        return self.shape[1], self.shape[2]

    @property
    def on_host(self) -> tuple[Group, ...]:
        return self.groups[: len(self.groups) - self.on_device]

    @property
    def for_device(self) -> tuple[Group, ...]:
        return self.groups[len(self.groups) - self.on_device :]

    @property
    def is_random(self) -> bool:
        return bool(self.mixers) or any(
            leaf.step.draws or leaf.gates for group in self.groups for leaf in group.leaves
        )

    def placed(self, cpu: bool, size: Size | None) -> Pipeline:
        """With as many of the last groups on the device as pays: none on a CPU where images are large, else all.

        ``size`` is that of the images as read, None where they have several.
        """
        if cpu and self.shape[1] * self.shape[2] > SMALL:
            return self
        able = 0
        for group in self.groups:
            able = able + 1 if group.is_for_devices(size) else 0
            size = group.size_after(size)
        return replace(self, on_device=able)

    def check_size(self, size: Size | None, where: str) -> None:
        """Raise ``OpError`` where images of ``size`` (None: of any size) don't come to the input's."""
        try:
            found = size_after(self.steps, size)
        except OpError as error:
            raise OpError(
                replace(error.diagnostic, hints=(*error.diagnostic.hints, f"met with {where}"))
            ) from None
        if found is not None and found != self.size:
            hints = (
                f"begin the network with 'input {show((self.shape[0], *found))}', or end the steps with "
                f"'resize(({self.size[0]}, {self.size[1]}))'",
            )
            raise OpError(
                ImageSize(
                    where=where,
                    is_are="comes out" if where.startswith("'") else "come out",
                    found=show(found),
                    expected=show(self.shape),
                    hints=hints,
                )
            )


def _normalize(steps: Sequence[Augmentation]) -> Normalize | None:
    found = [i for i, step in enumerate(steps) if isinstance(step, Normalize)]
    if not found:
        return None
    after = [step for step in steps[found[0] + 1 :] if not isinstance(step, Mixing)]
    if after:
        raise OpError(StepAfterNormalize(step=after[0].call_name))
    made = steps[found[0]]
    assert isinstance(made, Normalize)
    return made


def _check_mixers(mixers: Sequence[Leaf]) -> None:
    for i, leaf in enumerate(mixers):
        for other in mixers[:i]:
            if not _exclude(leaf, other):
                names = (other.step.call_name, leaf.step.call_name)
                hints = (f"choose([{', '.join(names)}]) takes one of them for each batch",)
                raise OpError(TwoMixings(first=names[0], second=names[1], hints=hints))


def _exclude(one: Leaf, other: Leaf) -> bool:
    """Whether two steps are alternatives of a choice."""
    return any(
        a.number == b.number and (a.high <= b.low or b.high <= a.low) for a in one.gates for b in other.gates
    )


def _groups(leaves: Sequence[Leaf]) -> Iterator[Group]:
    current: list[Leaf] = []
    kind = ""
    for leaf in leaves:
        step = leaf.step
        if isinstance(step, Geometry):
            if current and not Group(kind, tuple(current)).takes(step):
                yield Group(kind, tuple(current))
                current, kind = [], ""
            if not kind or all(each.step.turns for each in current if isinstance(each.step, Geometry)):
                kind = "warp" if step.warps else "frame"
        elif kind != "pixels":
            if current:
                yield Group(kind, tuple(current))
            current, kind = [], "pixels"
        current.append(leaf)
    if current:
        yield Group(kind, tuple(current))


def check_targets(pipeline: Pipeline, kinds: Sequence[str]) -> None:
    """Raise ``OpError`` where the steps would leave targets wrong: boxes and points cannot be mixed."""
    pixels = [kind for kind in kinds if kind in ("boxes", "points")]
    if pipeline.mixers and pixels:
        raise OpError(TargetsNotMixed(step=pipeline.mixers[0].step.call_name, kind=pixels[0]))
