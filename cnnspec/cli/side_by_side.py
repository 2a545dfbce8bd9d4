"""Networks that stand side by side: all of them opened, what they are called, and the columns that one asks for."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ..api.graphs import graph_of
from ..elaborate import Module, open_target
from ..elaborate.modules import SUFFIXES
from ..source import Diagnostics, SpecError, did_you_mean
from .compare_errors import WeightsAlone
from .output import sections

if TYPE_CHECKING:
    from ..ir import Graph

C = TypeVar("C")


def open_networks(
    specs: Sequence[str], overrides: Sequence[tuple[str, str]], spec_of: Callable[[str], str] = str
) -> list[tuple[Module, Graph]]:
    """``spec_of`` says what spec a text stands for. Raises :class:`SpecError` with all that is wrong in any of them."""
    found, opened = Diagnostics(), []
    for spec in specs:
        with found.stage():
            _refuse_weights(spec)
            module = open_target(spec_of(spec), overrides, sections)
            opened.append((module, graph_of(module)))
    found.raise_errors()
    return opened


def _refuse_weights(spec: str) -> None:
    if spec.endswith(SUFFIXES) or not Path(spec).is_file():
        return
    from ..train.weights.files import SUFFIXES as WEIGHTS

    if spec.endswith(WEIGHTS):
        hint = f"'cnnspec weights {spec} --for SPEC' says what of it fits a network"
        raise SpecError([WeightsAlone(file=spec, hints=(hint,))])


def titles_of(specs: Sequence[str], names: Sequence[str]) -> list[str]:
    """The ``names`` of models; what a person wrote of those that were called with arguments, and of models that share a
    name: of files the last part, where that tells them apart."""
    models = Counter(names)
    short = Counter(_last_part(spec) for spec in dict.fromkeys(specs))
    return [
        name
        if models[name] == 1 and not _arguments(spec)
        else _last_part(spec)
        if short[_last_part(spec)] == 1
        else spec
        for spec, name in zip(specs, names, strict=True)
    ]


def _last_part(spec: str) -> str:
    """``net.cnn(classes = 2)`` of ``specs/net.cnn(classes = 2)``."""
    given = _arguments(spec)
    return Path(spec.strip().removesuffix(given)).name + given


def _arguments(spec: str) -> str:
    """``(classes = 2)``, "" where a network is not called with arguments."""
    name, bracket, rest = spec.strip().partition("(")
    return bracket + rest if name and rest.endswith(")") and rest != ")" else ""


def columns(text: str, known: Mapping[str, C]) -> tuple[C, ...]:
    """The columns that an argument names, each once; raises :class:`argparse.ArgumentTypeError`."""
    names = [name for name in text.split(",") if name.strip()]
    if not names:
        raise argparse.ArgumentTypeError("it names no column")
    return tuple(dict.fromkeys(column(name, known) for name in names))


def column(text: str, known: Mapping[str, C]) -> C:
    """The column that an argument names; raises :class:`argparse.ArgumentTypeError`."""
    name = text.strip().lower()
    if name not in known:
        hints = did_you_mean(name, known) or (f"there are {', '.join(known)}",)
        raise argparse.ArgumentTypeError("; ".join([f"there is no column '{text.strip()}'", *hints]))
    return known[name]
