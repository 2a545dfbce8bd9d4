"""The state dict among all that a program has saved in one file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ....source import SpecError, did_you_mean
from ...data.safe_pickle import Array
from ..errors import SeveralStates
from ..values import is_bookkeeping
from .torch_names import Tensor

PREFIXES = ("module.", "_orig_mod.")
"""What wrappers (DataParallel, torch.compile) put before every name."""
_BESIDE = ("optim", "sched", "lr_sched", "scaler", "grad_scaler", "_metadata")
_DEEPEST = 4
_FORMAT = "PyTorch"


@dataclass(frozen=True)
class State:
    """Tensors by name, ``prefix`` taken off each; ``part`` is where in the file they were, "" at the top."""

    tensors: Mapping[str, Tensor | Array]
    part: str = ""
    prefix: str = ""


def state_in(value: Any, path: Path, part: str) -> State:
    """The tensors of ``value``: of its ``part``, or the only ones there are. Raises :class:`SpecError`."""
    found = dict(_states(value, "", 0))
    if part:
        if part not in found:
            hints = did_you_mean(part, found) if found else ()
            raise _several(path, f"has no tensors under '{part}'", hints)
        return _stripped(found[part], part)
    if not found:
        raise _several(path, f"holds no tensors with names, but {_described(value)}")
    if len(found) > 1:
        listed = ", ".join(f"'{name}' ({len(tensors)} tensors)" for name, tensors in list(found.items())[:12])
        first = next(iter(found))
        hint = f"say which is meant after the file's name: '#{first}'"
        raise _several(path, f"holds {len(found)} sets of tensors: {listed}", (hint,))
    (name, tensors) = next(iter(found.items()))
    return _stripped(tensors, name)


def _states(value: Any, name: str, depth: int) -> Iterator[tuple[str, Mapping[str, Tensor | Array]]]:
    """All dictionaries of named tensors in ``value``, by the keys that lead to them."""
    if not isinstance(value, dict) or depth > _DEEPEST:
        return
    tensors = {key: each for key, each in value.items() if isinstance(key, str) and _is_tensor(each)}
    if any(_axes(each) for each in tensors.values()):
        yield name, tensors
        return
    for key, each in value.items():
        if isinstance(key, str) and not key.lower().startswith(_BESIDE):
            yield from _states(each, f"{name}.{key}" if name else key, depth + 1)


def _is_tensor(value: Any) -> bool:
    return isinstance(value, Tensor) or (isinstance(value, Array) and value.stored is not None)


def _axes(value: Tensor | Array) -> int:
    if isinstance(value, Tensor):
        return len(value.shape)
    return len(value.stored.shape) if value.stored else 0


def _stripped(tensors: Mapping[str, Tensor | Array], part: str) -> State:
    """Without the prefixes that all names have."""
    prefix = ""
    while True:
        names = [name[len(prefix) :] for name in tensors if not is_bookkeeping(name)]
        more = next((p for p in PREFIXES if names and all(n.startswith(p) and n != p for n in names)), None)
        if more is None or not all(name.startswith(prefix + more) for name in tensors):
            break
        prefix += more
    return State({name[len(prefix) :]: each for name, each in tensors.items()}, part, prefix)


def _several(path: Path, problem: str, hints: tuple[str, ...] = ()) -> SpecError:
    return SpecError([SeveralStates(path=str(path), problem=problem, file=str(path), hints=hints)])


def _described(value: Any) -> str:
    """What a pickle holds that has no tensors, in a few words."""
    if isinstance(value, dict):
        keys = ", ".join(f"'{key}'" for key in list(value)[:6] if isinstance(key, str))
        return f"a dictionary with {keys}" if keys else "an empty dictionary" if not value else "a dictionary"
    if isinstance(value, list | tuple):
        tensors = sum(map(_is_tensor, value))
        return (
            f"a list of {len(value)} tensors without names" if tensors else f"a list of {len(value)} values"
        )
    if _is_tensor(value):
        return "a single tensor"
    return "something else"
