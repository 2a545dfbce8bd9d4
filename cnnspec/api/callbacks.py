"""Callbacks: what a program hears of training while it goes on."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from ..train.progress import reporter_for
from ..train.reporter import Reporter, Reporters


class Callback(Reporter):
    """What is called while a network is trained; subclass it and override what is of interest.

    In order: ``phase`` when something long begins, ``plan`` once, with what is about to be trained (a
    :class:`cnnspec.Plan`), ``note`` for remarks, ``compiled`` while kernels are compiled, ``step`` every few steps (a
    :class:`cnnspec.Progress`), ``evaluated`` while images are evaluated, ``epoch`` after each epoch, ``close`` at the end,
    whatever happened.

    ``epoch`` gets the epoch's record, its line in ``metrics.jsonl`` (``epoch``, ``train_loss``, ``val_accuracy`` …), and
    whether it is the best one so far. A callback that raises :class:`cnnspec.StopTraining` ends training in order: the
    best epoch is kept and tested. Any other exception ends it as a failure, and comes out of :func:`cnnspec.train`.

    >>> class Patience(Callback):
    ...     def epoch(self, record, best):
    ...         if record["epoch"] >= 10 and not best:
    ...             raise cnnspec.StopTraining
    """


OnEpoch: TypeAlias = Callable[[Mapping[str, Any]], object]
"""A function that is called with the record of each epoch."""
AnyCallback: TypeAlias = Reporter | OnEpoch


class _EpochFunction(Callback):
    """A function of an epoch's record as a callback."""

    def __init__(self, function: OnEpoch) -> None:
        self._function = function

    def epoch(self, record: Mapping[str, Any], best: bool) -> None:
        self._function(record)


def reporters_of(callbacks: AnyCallback | Iterable[AnyCallback]) -> list[Reporter]:
    """One callback or several as reporters; raises :class:`TypeError` for what is none."""
    if isinstance(callbacks, Reporter) or callable(callbacks):
        return [_reporter(callbacks)]
    if not isinstance(callbacks, Iterable):
        raise TypeError(f"callbacks must be a list of them, not {callbacks!r}")
    return [_reporter(each) for each in callbacks]


def _reporter(callback: object) -> Reporter:
    if isinstance(callback, Reporter):
        return callback
    if isinstance(callback, type) and issubclass(callback, Reporter):
        raise TypeError(f"a callback must be an object: {callback.__name__}(), not the class itself")
    if not callable(callback):
        raise TypeError(
            f"a callback is a cnnspec.Callback or a function of an epoch's record, not {callback!r}"
        )
    return _EpochFunction(callback)


def reporter_of(callbacks: AnyCallback | Iterable[AnyCallback], quiet: bool) -> Reporter:
    """All that hears of training: what is shown on standard output, unless ``quiet``, and the callbacks."""
    shown = [] if quiet else [reporter_for(sys.stdout)]
    return Reporters([*shown, *reporters_of(callbacks)])
