"""Arrays as images and labels: layout, value range, counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...ir import OpError, Shape, show
from ...source import Diagnostic
from .assemble import Part
from .errors import BadLabels, CountMismatch, DataEmpty, DataTooLarge, ImageArray, SingleClass
from .pictures import ArrayPictures
from .places import needs_classes
from .targets import Targets

if TYPE_CHECKING:
    import numpy as np

MAX_BYTES = 16 * 2**30
DEFLATE_LIMIT = 1032  # deflate (gzip, zip) packs at most so many bytes into one
_COLOURS = (1, 3, 4)


@dataclass(frozen=True, slots=True)
class Named:
    """An array, what diagnostics call it, and the argument that led to it."""

    array: np.ndarray
    where: str
    argument: str | None = None

    def error(self, diagnostic: Diagnostic) -> OpError:
        return OpError(diagnostic, self.argument)


def check_bytes(count: int, where: str, argument: str | None) -> None:
    """Raise ``OpError`` where an array of ``count`` bytes is more than is read into memory."""
    if count > MAX_BYTES:
        hint = "a set of this size is better kept as a folder of images: data folder(…)"
        size, limit = f"{count / 2**30:.3g} GiB", f"{MAX_BYTES // 2**30} GiB"
        raise OpError(DataTooLarge(where=where, size=size, limit=limit, hints=(hint,)), argument)


def make_part(images: Named, labels: Named, wanted: Shape, title: str) -> Part:
    """Check a pair of arrays against each other; ``wanted``, the network's input, helps to tell channels from rows."""
    numbers = as_labels(labels)
    pixels = as_images(images, wanted)
    if len(pixels) != len(numbers):
        raise labels.error(
            CountMismatch(
                images=len(pixels),
                images_where=images.where,
                labels=len(numbers),
                labels_where=labels.where,
            )
        )
    return Part(ArrayPictures(pixels, title, f"the images in {images.where}"), Targets(classes=numbers))


def as_labels(named: Named) -> np.ndarray:
    """(N,) of int64, at least one, none negative; (N, 1) and whole floats are taken too."""
    import numpy as np

    array = named.array
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1:
        hint = "one-hot labels become class numbers by argmax(axis = 1)" if array.ndim == 2 else ""
        shape = show(array.shape) or "that of a single number"
        raise _bad_labels(named, f"their shape is {shape}, not N", hint)
    if not len(array):
        raise named.error(DataEmpty(where=named.where))
    if array.dtype.kind not in "biuf":
        raise _bad_labels(named, f"they are of type {array.dtype}")
    whole = np.isfinite(array) & (array == np.floor(array)) if array.dtype.kind == "f" else array == array
    if not whole.all():
        row = int(np.flatnonzero(~whole)[0])
        raise _bad_labels(named, f"number {row} is {array[row]}")
    row = int(array.argmin())
    if array[row] < 0:
        raise _bad_labels(named, f"number {row} is {array[row]}")
    row = int(array.argmax())
    if float(array[row]) >= 2**31:
        raise _bad_labels(named, f"number {row} is {array[row]}")
    return array.astype(np.int64)


def _bad_labels(named: Named, problem: str, hint: str = "") -> OpError:
    return named.error(BadLabels(where=named.where, problem=problem, hints=(hint,) if hint else ()))


def as_images(named: Named, wanted: Shape) -> np.ndarray:
    """(N, H, W, C) of uint8 (0 to 255) or float32 (0 to 1); a view where that is possible."""
    array = named.array
    if array.ndim not in (3, 4):
        shape = show(array.shape) or "that of a single number"
        raise named.error(ImageArray(where=named.where, problem=f"their shape is {shape}, not N x H x W"))
    if not array.size:
        raise named.error(DataEmpty(where=named.where))
    return _as_pixels(named, _channels_last(named, wanted))


def _channels_last(named: Named, wanted: Shape) -> np.ndarray:
    """As the network's input has it; else the channels are the axis that can be colours, or the last."""
    array = named.array
    if array.ndim == 3:
        return array[..., None]
    if array.shape[1:] == wanted:
        return array.transpose(0, 2, 3, 1)
    last = array.shape[3] in _COLOURS or (array.shape[3], *array.shape[1:3]) == wanted
    if not last and array.shape[1] not in _COLOURS:
        problem = f"neither end of {show(array.shape[1:])} is 1, 3 or 4 channels"
        raise named.error(ImageArray(where=named.where, problem=problem))
    return array if last else array.transpose(0, 2, 3, 1)


def _as_pixels(named: Named, array: np.ndarray) -> np.ndarray:
    import numpy as np

    kind = array.dtype.kind
    if array.dtype == np.uint8:
        return array
    if kind == "b":
        return array.astype(np.uint8) * np.uint8(255)
    if kind not in "iuf":
        raise named.error(ImageArray(where=named.where, problem=f"they are of type {array.dtype}"))
    low, high = array.min(), array.max()
    if not (np.isfinite(low) and np.isfinite(high)):
        raise named.error(ImageArray(where=named.where, problem="some values are infinite or not a number"))
    if low >= 0 and high <= 255 and (kind in "iu" or (high > 1 and bool((array == np.floor(array)).all()))):
        return array.astype(np.uint8)
    if kind == "f" and low >= 0 and high <= 1:
        return array.astype(np.float32)
    limits = "0 to 1 (or whole numbers 0 to 255)" if kind == "f" else "0 to 255"
    problem = f"values go from {low:g} to {high:g}, not {limits}"
    hint = "save the pixels as they were before any standardising; training measures mean and deviation"
    raise named.error(ImageArray(where=named.where, problem=problem, hints=(hint,)))


def check_range(labels: Named, classes: int, reason: str) -> None:
    """Raise ``OpError`` where a label is not below ``classes``."""
    array = labels.array.reshape(-1)
    if len(array) and array.max() >= classes:
        row = int(array.argmax())
        raise _bad_labels(labels, f"number {row} is {array[row]}, {reason}")


def numbered_classes(labels: Named) -> tuple[str, ...]:
    """Names "0", "1", … up to the highest label; raises ``OpError`` for a single class.

    As every class should have an image, a label beyond the number of images is a mistake.
    """
    highest = int(labels.array.max())
    if needs_classes():
        check_range(labels, max(2, len(labels.array)), f"but there are only {len(labels.array)} images")
    if labels.array.min() == highest and needs_classes():
        raise labels.error(SingleClass(where=labels.where, name=str(highest)))
    return tuple(map(str, range(highest + 1)))
