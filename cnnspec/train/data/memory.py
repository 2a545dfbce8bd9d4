"""Images and labels that a Python program holds, as the parts of a data set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, fields
from typing import TYPE_CHECKING, Any

from ...ir import OpError, Shape
from .arrays import Named, check_range, make_part, numbered_classes
from .assemble import Part, splits_of
from .dataset import Splits
from .errors import DataEmpty, ImageArray, ObjectArray, SingleClass
from .memory_errors import LabelUnknown
from .places import needs_classes
from .sources.memory import Memory
from .split import check_fractions
from .targets import TargetNames

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[Any]]

Pair = tuple[Any, Any]
"""Images and their labels: arrays, or whatever becomes an array of NumPy."""
PARTS = ("train", "validation", "test")


class HeldMemory(Memory):
    """The source with what it stands for: a pair of arrays a part. ``train`` must be among the parts."""

    parts: Mapping[str, tuple[Named, Named]] = field(default_factory=dict, compare=False, repr=False)

    def load(self, input_shape: Shape, seed: int) -> Splits:
        given = {name: 0.0 if name in self.parts else getattr(self, name) for name in PARTS[1:]}
        check_fractions("memory", given["validation"], given["test"])
        classes, numbers = _numbered(self.parts)
        made = {
            name: make_part(images, numbers[name], input_shape, name)
            for name, (images, _) in self.parts.items()
        }
        others: list[Part | float] = [made.get(name) or given[name] for name in PARTS[1:]]
        return splits_of(made["train"], others[0], others[1], seed, TargetNames(classes))


def held(source: Memory, parts: Mapping[str, tuple[Named, Named]]) -> HeldMemory:
    """``source`` with its arrays."""
    return HeldMemory(**{f.name: getattr(source, f.name) for f in fields(Memory)}, parts=parts)


def named_parts(given: Mapping[str, Pair]) -> dict[str, tuple[Named, Named]]:
    """Pairs of arrays with what diagnostics call them; raises ``OpError`` where something is no array of numbers."""
    found = {}
    for part, (images, labels) in given.items():
        of = f" of '{part}'" if len(given) > 1 else ""
        found[part] = (_named(images, f"'images'{of}"), _named(labels, f"'labels'{of}"))
    return found


def named_images(images: Any) -> Named:
    """Images alone."""
    return _named(images, "'images'")


def _named(value: Any, where: str) -> Named:
    import numpy as np

    try:
        array = np.asarray(value.numpy() if hasattr(value, "numpy") else value)
    except ValueError:
        raise OpError(ImageArray(where=where, problem="they are of different sizes")) from None
    if not array.dtype.hasobject:
        return Named(array, where)
    if not _all_texts(array):
        raise OpError(ObjectArray(where=where))
    return Named(array.astype(str), where)


def _all_texts(array: Array) -> bool:
    return array.ndim == 1 and all(isinstance(item, str) for item in array.tolist())


def _numbered(parts: Mapping[str, tuple[Named, Named]]) -> tuple[tuple[str, ...], dict[str, Named]]:
    """Names of the classes, and the labels of each part as their numbers."""
    labels = {part: pair[1] for part, pair in parts.items()}
    if labels["train"].array.dtype.kind == "U":
        return _by_name(labels)
    classes = numbered_classes(_not_empty(labels["train"]))
    for part, each in labels.items():
        if part != "train" and each.array.dtype.kind in "iuf":
            check_range(each, len(classes), f"but the training labels end at {len(classes) - 1}")
    return classes, labels


def _by_name(labels: Mapping[str, Named]) -> tuple[tuple[str, ...], dict[str, Named]]:
    """Classes that are called by names, in the order of these."""
    import numpy as np

    train = _not_empty(labels["train"])
    classes: tuple[str, ...] = tuple(np.unique(train.array).tolist())
    if len(classes) == 1 and needs_classes():
        raise train.error(SingleClass(where=train.where, name=classes[0]))
    numbers = {name: number for number, name in enumerate(classes)}
    return classes, {part: _in_numbers(each, numbers) for part, each in labels.items()}


def _in_numbers(labels: Named, numbers: Mapping[str, int]) -> Named:
    import numpy as np

    found: Sequence[Any] = labels.array.reshape(-1).tolist()
    strange = next((name for name in found if name not in numbers), None)
    if strange is not None:
        raise labels.error(
            LabelUnknown(where=labels.where, name=str(strange), known=", ".join(list(numbers)[:12]))
        )
    array = np.array([numbers[name] for name in found], np.int64).reshape(labels.array.shape)
    return Named(array, labels.where)


def _not_empty(labels: Named) -> Named:
    if not labels.array.size:
        raise labels.error(DataEmpty(where=labels.where))
    return labels
