"""The shapes that operations of the tensor protocol give, for a batch of unknown size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .symbols import BATCH, REST, Dim, Dims, Untraceable, count


def broadcast(*shapes: Dims) -> Dims:
    """The common shape, as NumPy finds it."""
    rank = max(map(len, shapes))
    wide = [(1,) * (rank - len(shape)) + tuple(shape) for shape in shapes]
    return tuple(_common(column) for column in zip(*wide, strict=True))


def _common(sizes: Sequence[Any]) -> Any:
    found: Any = 1
    for size in sizes:
        if BATCH in (size, found) and not {size, found} <= {1, BATCH}:
            raise Untraceable("it combines the images of a batch with a number that is not 1")
        if size is not BATCH and found is not BATCH and 1 not in (size, found) and size != found:
            raise Untraceable(f"sizes {int(found)} and {int(size)} do not go together")
        if _is_one(found) and not (_is_one(size) and isinstance(found, Dim)):
            found = size
    return found


def _is_one(size: Any) -> bool:
    return size is not BATCH and size == 1


def reshaped(shape: Dims, wanted: Dims) -> Dims:
    """The shape after ``reshape(wanted)``, one of whose sizes may be -1. The batch stays the first axis."""
    batched = BATCH in shape
    open_axes = [i for i, size in enumerate(wanted) if size is not BATCH and size == -1]
    known = count(tuple(size for size in wanted if size is BATCH or size != -1))
    if len(open_axes) > 1:
        raise Untraceable("a reshape leaves two sizes open")
    if batched and (shape[0] is not BATCH or shape.count(BATCH) > 1):
        raise Untraceable("it reshapes a tensor in which images are not the first axis")
    if batched and BATCH not in wanted:
        if open_axes != [0] or known != count(shape):
            raise Untraceable("it reshapes the images of a batch into each other")
        return (BATCH, *wanted[1:])
    if batched != (BATCH in wanted) or (batched and wanted[0] is not BATCH):
        raise Untraceable("it reshapes the images of a batch into each other")
    filled = wanted
    if open_axes:
        rest = count(shape) // known if known else 0
        filled = tuple(Dim(rest, REST) if i == open_axes[0] else size for i, size in enumerate(wanted))
    if count(filled) != count(shape):
        raise Untraceable(f"it reshapes {count(shape)} elements into {count(filled)}")
    return filled


def expanded(shape: Dims, wanted: Dims) -> Dims:
    """The shape after ``expand(wanted)``, in which -1 keeps a size."""
    if len(wanted) != len(shape):
        raise Untraceable("an expand changes the number of axes")
    kept = tuple(
        old if new is not BATCH and new == -1 else new for old, new in zip(shape, wanted, strict=True)
    )
    for old, new in zip(shape, kept, strict=True):
        if new is BATCH and old is not BATCH:
            raise Untraceable("it repeats a tensor for each image")
        if (old is BATCH and new is not BATCH) or (not _is_one(old) and old != new):
            raise Untraceable("an expand changes a size that is not 1")
    return kept


def shrunk(shape: Dims, bounds: Sequence[tuple[int, int] | None]) -> Dims:
    """The shape after ``shrink(bounds)``."""
    if len(bounds) != len(shape):
        raise Untraceable("a shrink does not say what to keep of each axis")
    found = []
    for size, kept in zip(shape, bounds, strict=True):
        if kept is not None and (size is BATCH or not 0 <= kept[0] < kept[1] <= size):
            raise Untraceable("a shrink takes some images of a batch, or keeps what is not there")
        found.append(size if kept is None else int(kept[1]) - int(kept[0]))
    return tuple(found)


def padded(shape: Dims, sides: Sequence[int]) -> Dims:
    """The shape after padding the last two axes by (left, right, top, bottom)."""
    left, right, top, bottom = map(int, sides)
    if len(shape) < 3 or BATCH in shape[-2:]:
        raise Untraceable("it pads something that is no map")
    return (*shape[:-2], int(shape[-2]) + top + bottom, int(shape[-1]) + left + right)


def joined(shapes: Sequence[Dims], axis: int) -> Dims:
    """The shape of tensors one after the other along ``axis``."""
    first = shapes[0]
    if first[axis] is BATCH:
        raise Untraceable("it puts images behind each other in the batch")
    alike = {(*shape[:axis], *shape[axis + 1 :]) for shape in shapes}
    if len(alike) > 1:
        raise Untraceable("it joins tensors of different shapes")
    return (*first[:axis], sum(int(shape[axis]) for shape in shapes), *first[axis + 1 :])


def reduced(shape: Dims, axes: Sequence[int], keepdim: bool) -> Dims:
    """The shape after a reduction of ``axes``."""
    if any(shape[axis] is BATCH for axis in axes):
        raise Untraceable("it mixes the images of a batch")
    if keepdim:
        return tuple(1 if i in axes else size for i, size in enumerate(shape))
    return tuple(size for i, size in enumerate(shape) if i not in axes)


def windows(
    shape: Dims,
    kernel: Sequence[int],
    stride: Sequence[int],
    dilation: Sequence[int],
    sides: Sequence[int],
    ceil_mode: bool = False,
) -> tuple[int, int]:
    """How many windows fit over (height, width).

    With ``ceil_mode`` the number is rounded up, and a last window that would start in the far padding is dropped, as in
    PyTorch.
    """
    left, right, top, bottom = map(int, sides)
    found = []
    for axis, (before, after) in enumerate(((top, bottom), (left, right))):
        size, step = int(shape[axis - 2]), int(stride[axis])
        room = size + before + after - int(dilation[axis]) * (int(kernel[axis]) - 1) - 1
        steps = (-(-room // step) if ceil_mode else room // step) + 1
        if ceil_mode and (steps - 1) * step >= size + before:
            steps -= 1
        found.append(steps)
    return found[0], found[1]
