"""Data that a program names or holds, and what a spec becomes with it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, Union

from ..elaborate import Module, Override, elaborate
from ..ir import Shape
from ..source import SpecError, did_you_mean
from ..train.data.dataset import Splits
from ..train.data.memory import PARTS, HeldMemory, held, named_parts
from ..train.data.sources.memory import Memory
from ..train.recipes import bound_source, source_call
from ..train.recipes import with_data as filled
from ..train.registries import DataSource
from .errors import BadData
from .network import Opened, sections

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from ..train.data.arrays import Named
    from ..train.evaluate import Other

Pair: TypeAlias = "tuple[ArrayLike, ArrayLike]"
Data: TypeAlias = Union[str, "os.PathLike[str]", "Pair", "Mapping[str, Pair]"]
"""A path or the call of a source, as ``--data`` takes; images and labels; or such a pair a split."""

_MODES = {1: "gray", 3: "rgb"}


def with_data(
    opened: Opened, data: Data, overrides: Sequence[Override], weights: str | None = None
) -> tuple[Module, Splits]:
    """The spec with ``data``, the recipe's sections where it has none, and as many classes as the data; and what was read.

    ``overrides`` come on top of those that the spec was opened with, of which those of its own data are left out: ``data``
    takes its place. ``weights`` are those to begin with. Raises :class:`SpecError`.
    """
    bare, parts = opened.as_use(), arrays_of(data)
    if any(name == "data" for name, _ in overrides):
        raise _bad("the settings name other data")
    overrides = [*(o for o in opened.overrides if o[0].partition(".")[0] != "data"), *overrides]
    channels = elaborate(bare).input_shape[0]
    call = _call_of(channels) if parts else source_call(_path_or_call(data), channels, "data")

    def adapted(source: DataSource) -> DataSource:
        return held(source, parts) if parts and isinstance(source, Memory) else source

    return filled(bare, call, overrides, sections, adapted, weights, "weights")


def other_data(data: Data, own: DataSource | None, shape: Shape) -> Other:
    """``data`` to evaluate a network on whose input is ``shape``; arrays are divided as those of ``own`` were, if any."""
    from ..train.evaluate import Other

    parts = arrays_of(data)
    if parts is None:
        given = _path_or_call(data)
        return Other(bound_source(source_call(given, shape[0], "data")), fitted="(" not in given)
    return Other(_held_like(own, parts, shape[0]), fitted=True)


def _held_like(own: DataSource | None, parts: Mapping[str, tuple[Named, Named]], channels: int) -> HeldMemory:
    shares = {n: getattr(own, n) for n in PARTS[1:]} if isinstance(own, Memory) else {}
    mode = own.mode if isinstance(own, Memory) else _MODES.get(channels, "as_is")
    return held(Memory(mode=mode, **shares), parts)


def arrays_of(data: Data) -> dict[str, tuple[Named, Named]] | None:
    """The arrays of each part with their names; None where ``data`` names a place. Raises :class:`SpecError`."""
    if isinstance(data, (str, os.PathLike)):
        return None
    if isinstance(data, Mapping):
        unknown = next((name for name in data if name not in PARTS), None)
        if unknown is not None:
            raise _bad(f"there is no split {unknown!r}", did_you_mean(str(unknown), PARTS))
        if "train" not in data:
            raise _bad("the split 'train' is missing")
        return named_parts({name: _pair(pair, name) for name, pair in data.items()})
    return named_parts({"train": _pair(data, None)})


def _pair(value: Any, split: str | None) -> tuple[Any, Any]:
    of = f"'{split}' is" if split else "it is"
    if not isinstance(value, (tuple, list)):
        raise _bad(f"{of} {_called(value)}, not a pair of images and labels")
    if len(value) != 2:
        raise _bad(f"{of} a sequence of {len(value)}, not a pair of images and labels")
    return value[0], value[1]


def _called(value: Any) -> str:
    shape = getattr(value, "shape", None)
    return "one array" if shape is not None else f"of the type '{type(value).__name__}'"


def _bad(problem: str, hints: Sequence[str] = ()) -> SpecError:
    return SpecError([BadData(problem=problem, hints=tuple(hints))])


def _path_or_call(data: Any) -> str:
    return os.fspath(data) if not isinstance(data, Path) else str(data)


def _call_of(channels: int) -> str:
    """The source that stands for arrays in a spec."""
    return f"memory(mode = {_MODES[channels]})" if channels in _MODES else "memory"


def given_again(data: Data, own: DataSource | None) -> DataSource:
    """The arrays that a run was trained on, for ``own``; raises :class:`SpecError` where it was not on any."""
    parts = arrays_of(data)
    if not isinstance(own, Memory):
        raise _bad(f"the run goes on with its own, '{own.call_name if own else 'none'}'; leave it out")
    if parts is None:
        raise _bad("the run goes on with the arrays that it was trained on")
    return held(own, parts)
