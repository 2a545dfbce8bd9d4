"""The seeded, stratified split."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ...ir import BadValue, Float, OpError, arg

if TYPE_CHECKING:
    import numpy as np


def fraction_argument(doc: str, default: float) -> Any:
    """A field that is a share of the images, such as ``validation = 0.1``."""
    return arg(Float(minimum=0, below=1), doc, default)


def stratified(labels: np.ndarray, fractions: Sequence[float], seed: int) -> list[np.ndarray]:
    """Rows of the training part, then of a part for each of ``fractions``; each part ascending.

    Each class is divided on its own, to the nearest image, so all parts have the classes in about
    the same proportions. A class with at least as many images as there are parts is in every part;
    one with fewer is in training first, then in the other parts in their order. A part of fraction
    0 is empty. The same labels, fractions and seed give the same rows.
    """
    import numpy as np

    # RandomState's stream is frozen, Generator's may change with NumPy: a resumed run needs its split.
    random = np.random.RandomState(seed)
    parts: list[list[np.ndarray]] = [[] for _ in range(len(fractions) + 1)]
    for label in np.unique(labels):
        rows = random.permutation(np.flatnonzero(labels == label))
        ends = np.cumsum(counts(len(rows), fractions))
        for part, chunk in zip([*parts[1:], parts[0]], np.split(rows, ends), strict=True):
            part.append(chunk)
    return [np.sort(np.concatenate(chunks or [np.empty(0, np.int64)])) for chunks in parts]


def counts(images: int, fractions: Sequence[float]) -> list[int]:
    """Images of one class for each of ``fractions``; at least one is left for training."""
    found = [max(1, int(images * f + 0.5)) if f > 0 else 0 for f in fractions]
    while sum(found) > max(0, images - 1):
        largest = max(range(len(found)), key=lambda i: (found[i], i))
        found[largest] -= 1
    return found


def check_fractions(call: str, validation: float, test: float) -> None:
    """Raise ``OpError`` where the parts leave nothing to train on."""
    if validation + test >= 1:
        problem = f"validation = {validation:g} and test = {test:g} leave no images to train on"
        raise OpError(BadValue(call=call, problem=problem), "validation")
