"""Stored numbers as weights: float32, and finite."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ...source import SpecError
from .errors import BadTensor

if TYPE_CHECKING:
    import numpy as np

    from .files import Stored

BOOKKEEPING = ("num_batches_tracked",)
"""Last parts of names of PyTorch's tensors that count, and belong to no parameter."""
FLOATS = ("float32", "float64", "float16", "bfloat16")
_KINDS = {
    "bool": "truth values",
    "complex": "complex numbers",
    "q": "quantised numbers",
    "float8": "8-bit floating point numbers, which need scales that the file does not name",
    "int": "whole numbers",
    "uint": "whole numbers",
}


def is_bookkeeping(name: str) -> bool:
    """Whether PyTorch keeps a tensor of this name beside the weights, which nothing here needs."""
    return name.rpartition(".")[2] in BOOKKEEPING


def check_kind(stored: Stored, path: Path) -> None:
    """Raise :class:`SpecError` where a tensor is of a type that no weight has; PyTorch's counters may be whole numbers."""
    if stored.dtype in FLOATS or (is_bookkeeping(stored.name) and stored.dtype.startswith(("int", "uint"))):
        return
    problem = f"holds {_words(stored.dtype)} ({stored.dtype}), which are no weights"
    raise bad_tensor(stored.name, path, problem)


def as_weight(value: np.ndarray, stored: Stored, path: Path) -> np.ndarray:
    """``value`` as it is stored (bfloat16: its bits) as float32; raises :class:`SpecError` where it is not finite."""
    import numpy as np

    if stored.dtype == "bfloat16":
        result = (value.astype(np.uint32) << 16).view(np.float32)
    else:
        with np.errstate(over="ignore"):
            result = np.require(
                value, np.float32, ["C", "W", "O"]
            )  # not a view of a storage that is far larger
    _check_finite(result, stored.name, path)
    return result


def _check_finite(result: np.ndarray, name: str, path: Path) -> None:
    import numpy as np

    wrong = result.size - int(np.isfinite(result).sum())
    if not wrong:
        return
    missing = int(np.isnan(result).sum())
    parts = []
    if missing:
        parts.append(f"{missing} {'are' if missing > 1 else 'is'} no number (nan)")
    if wrong > missing:
        parts.append(f"{wrong - missing} {'are' if wrong - missing > 1 else 'is'} infinite in float32")
    hint = "the network that was saved had diverged, or the file is damaged"
    raise bad_tensor(name, path, f"is not finite: of {result.size} values {' and '.join(parts)}", hint)


def bad_tensor(name: str, path: Path, problem: str, *hints: str) -> SpecError:
    """The error that a tensor cannot be a weight."""
    return SpecError([BadTensor(name=name, path=str(path), problem=problem, file=str(path), hints=hints)])


def _words(dtype: str) -> str:
    return next((words for kind, words in _KINDS.items() if dtype.startswith(kind)), "values of another kind")
