"""What would make a layer read the pixels that its windows leave out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from ...ir import Node, Shape
from .unread import covered, everything

Reason: TypeAlias = 'Literal["step", "dilation", "end"]'


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

    @property
    def read(self) -> int:
        """The mask of the pixels that are read."""
        return covered(self.size, self.windows, self.extent, self.dilation, self.step, self.before)

    def reads_all(self) -> bool:
        return self.read == everything(self.size)

    @property
    def reason(self) -> Reason:
        """Why pixels are left out: windows do not meet, have gaps of their own, or end before the map does."""
        if self.step > self.extent:
            return "step"
        return "dilation" if self.has_gaps() else "end"

    def has_gaps(self) -> bool:
        """Whether pixels before the last that is read are left out, or windows do not fit at all."""
        return self.windows < 1 or self.read != everything(self.read.bit_length())

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


_LINES = ("rows", "columns")
_ENDS = ("the bottom", "the right")


def mending(node: Node, taken: Shape, axes: Sequence[int]) -> tuple[str, ...]:
    """Hints for ``node``, which reads a map of shape ``taken`` by windows that leave out lines of ``axes`` (0 rows, 1
    columns): one for both, or one for each where the reasons differ."""
    slidings = {axis: _sliding(node, taken, axis) for axis in axes}
    left = {axis: sliding for axis, sliding in slidings.items() if not sliding.reads_all()}
    hints: dict[str, list[str]] = {}
    for axis, sliding in left.items():
        alike = {other: each for other, each in left.items() if each.reason == sliding.reason}
        hints.setdefault(_hint(node, sliding, alike), []).append(_LINES[axis])
    return tuple(hints if len(hints) == 1 else (f"{lines[0]}: {hint}" for hint, lines in hints.items()))


def _hint(node: Node, sliding: Sliding, alike: Mapping[int, Sliding]) -> str:
    """What mends the lines that ``sliding`` leaves out, and those of all axes that leave some out for the same reason."""
    match sliding.reason:
        case "step":
            return _closing(sliding)
        case "dilation":
            return _filling(list(alike.values()))
        case "end":
            return _ending(node, alike)


def _closing(sliding: Sliding) -> str:
    pixels = "1 pixel" if sliding.extent == 1 else f"{sliding.extent} pixels"
    between = f"a step of {sliding.step} passes over what lies between windows of {pixels}"
    return f"{between}: take larger windows, or a smaller step"


def _ending(node: Node, axes: Iterable[int]) -> str:
    """How windows that meet come to the end of the map along ``axes``."""
    padding = f"padding at {' and '.join(_ENDS[axis] for axis in sorted(axes, reverse=True))}"
    if node.op.family == "pooling":
        return f"'ceil_mode = true' reads them, or {padding}, or a size that fits"
    return f"{padding} reads them, or a size that fits"


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
    mended = (
        f"{' or '.join(found)} reads them" if found else "less dilation and less stride together read them"
    )
    return f"dilated windows leave out what lies between their elements: {mended}"


def _sliding(node: Node, taken: Shape, axis: int) -> Sliding:
    window = node.op.window(taken)
    dilation: tuple[int, int] = getattr(node.op, "dilation", (1, 1))
    kernel = (window.extent[axis] - 1) // dilation[axis] + 1
    sizes = (taken[1 + axis], node.shape[1 + axis])
    return Sliding(*sizes, kernel, dilation[axis], int(window.stride[axis]), window.before[axis])
