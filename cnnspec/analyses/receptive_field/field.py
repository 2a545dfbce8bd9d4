"""The field of an element along both axes, after windows and joins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...ir import POINTWISE, Shape, Window, is_map
from ...source.values import Value
from .intervals import Axis, Number, plain, slid, united


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Field(Value):
    """Receptive field of a node's elements; ``whole``: each of them sees the whole image."""

    height: Axis
    width: Axis
    whole: bool = False

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) in input pixels."""
        return self.height.size, self.width.size

    @property
    def jump(self) -> tuple[Number, Number]:
        """Input pixels from one element to the next; a fraction where upsampled beyond the input."""
        return self.height.jump, self.width.jump

    @property
    def edge(self) -> tuple[int, int]:
        """(top, left) pixel that element (0, 0) begins at."""
        return self.height.edge, self.width.edge

    def seeing_all(self, shape: Shape, image: tuple[int, int]) -> int:
        """How many elements (places, of whichever channel) of a map of ``shape`` see all of an image (height, width)."""
        if self.whole:
            return shape[1] * shape[2]
        rows, columns = self.height.seeing_all(shape[1], image[0]), self.width.seeing_all(shape[2], image[1])
        return rows * columns


_NONE = Axis((0,), (-1,), 0)
NOTHING = Field(_NONE, _NONE)
"""The field of what no pixel can change: zeros. Its size is 0."""
PIXEL = Field(Axis((0,), (0,), 1), Axis((0,), (0,), 1))
"""The field of a pixel of the input."""


def image_size(shape: Shape) -> tuple[int, int]:
    """Height and width; a vector counts as a column."""
    return (shape[1], shape[2]) if is_map(shape) else (shape[0], 1)


def joined(fields: Sequence[Field], image: tuple[int, int], shape: Shape) -> Field:
    """The union of fields of a tensor of ``shape``."""
    first = fields[0] if fields else NOTHING
    if all(field is first for field in fields):
        return first
    seeing = [field for field in fields if field is not NOTHING]
    if len(seeing) == 1:
        return seeing[0]
    if any(f.whole for f in seeing):
        return _everything(image, (max(f.height.jump for f in seeing), max(f.width.jump for f in seeing)))
    rows, columns = image_size(shape)
    return Field(united([f.height for f in seeing], rows), united([f.width for f in seeing], columns))


def through(field: Field, window: Window, image: tuple[int, int], shape: Shape) -> Field:
    """The field after a window that gives a tensor of ``shape``. Statistics are left out."""
    if window is POINTWISE or window.statistics or field is NOTHING:
        return field
    if window.whole:
        return _everything(image, field.jump if is_map(shape) and shape[1:] != (1, 1) else image)
    if field.whole:
        height, width = (plain(j * s) for j, s in zip(field.jump, window.stride, strict=True))
        return _everything(image, (height, width))
    rows, columns = image_size(shape)
    return Field(slid(field.height, window, 0, rows), slid(field.width, window, 1, columns))


def _everything(image: tuple[int, int], jump: tuple[Number, Number]) -> Field:
    height, width = (Axis((0,), (n - 1,), j) for n, j in zip(image, jump, strict=True))
    return Field(height, width, whole=True)
