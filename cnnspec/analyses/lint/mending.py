"""What would make a layer read the pixels that its windows leave out."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...ir import Node, Shape
from .unread import covered, everything


@dataclass(frozen=True, slots=True)
class Sliding:
    """Windows along one axis: of ``kernel`` elements ``dilation`` apart, ``step`` from one to the next, over ``size`` pixels
    of which the first window begins ``before`` pixels ahead."""

    size: int
    windows: int
    kernel: int
    dilation: int
    step: int
    before: int

    @property
    def extent(self) -> int:
        return (self.kernel - 1) * self.dilation + 1

    def has_gaps(self) -> bool:
        """Whether pixels before the last that is read are left out, or windows do not fit at all."""
        if self.windows < 1:
            return True
        mask = covered(self.size, self.windows, self.extent, self.dilation, self.step, self.before)
        return mask != everything(mask.bit_length())

    def changed(self, dilation: int | None = None, step: int | None = None, padding: int = 0) -> Sliding:
        """With other windows, as many as fit."""
        end = (
            self.windows - 1
        ) * self.step + self.extent  # of the last window, from the beginning of the padding
        room = max(end, self.size + self.before) + 2 * padding
        changed = replace(
            self,
            dilation=min(self.dilation, dilation or self.dilation),
            step=min(self.step, step or self.step),
            before=self.before + padding,
        )
        return replace(changed, windows=(room - changed.extent) // changed.step + 1)


def mending(node: Node, taken: Shape) -> str:
    """A hint for ``node``, which reads a map of shape ``taken`` by windows that leave pixels out."""
    axes = [_sliding(node, taken, axis) for axis in (0, 1)]
    for axis in axes:
        if axis.step > axis.extent:
            pixels = "1 pixel" if axis.extent == 1 else f"{axis.extent} pixels"
            between = f"a step of {axis.step} passes over what lies between windows of {pixels}"
            return f"{between}: take larger windows, or a smaller step"
    gaps = [axis for axis in axes if axis.has_gaps()]
    if gaps:
        return f"dilated windows leave out what lies between their elements: {_filling(gaps)}"
    if node.op.family == "pooling":
        return "'ceil_mode = true' reads them, or padding at the right and the bottom, or a size that fits"
    return "padding at the right and the bottom reads them, or a size that fits"


def _filling(gaps: list[Sliding]) -> str:
    """Which single changes let dilated windows read all, else to change both."""
    found = []
    for dilation in range(max(axis.dilation for axis in gaps) - 1, 0, -1):
        if not any(axis.changed(dilation=dilation).has_gaps() for axis in gaps):
            found.append(f"a dilation of {dilation}")
            break
    for step in range(max(axis.step for axis in gaps) - 1, 0, -1):
        if not any(axis.changed(step=step).has_gaps() for axis in gaps):
            found.append(f"a stride of {step}")
            break
    padding = max(axis.extent // 2 for axis in gaps)
    if not any(axis.changed(padding=padding).has_gaps() for axis in gaps):
        found.append(f"padding of {padding}")
    return f"{' or '.join(found)} reads them" if found else "less dilation and less stride together read them"


def _sliding(node: Node, taken: Shape, axis: int) -> Sliding:
    window = node.op.window(taken)
    dilation: tuple[int, int] = getattr(node.op, "dilation", (1, 1))
    kernel = (window.extent[axis] - 1) // dilation[axis] + 1
    sizes = (taken[1 + axis], node.shape[1 + axis])
    return Sliding(*sizes, kernel, dilation[axis], int(window.stride[axis]), window.before[axis])
