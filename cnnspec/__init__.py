"""Declarative specs of convolutional networks: checked, summarised, drawn and trained.

What a program needs is here; ``docs/api.md`` shows it at work. Names are imported when they are first used, so that
``import cnnspec`` costs nothing.
"""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .api.callbacks import Callback as Callback
    from .api.drawing import Drawing as Drawing
    from .api.evaluation import Evaluation as Evaluation
    from .api.loading import load as load
    from .api.loading import loads as loads
    from .api.network import Network as Network
    from .api.predicting import Prediction as Prediction
    from .api.runs import Run as Run
    from .api.runs import open_run as open_run
    from .api.summary import Summary as Summary
    from .api.training import train as train
    from .backends.tinygrad.module import Module as Module
    from .elaborate import zoo_names as zoo_names
    from .source import Diagnostic as Diagnostic
    from .source import SpecError as SpecError
    from .train.interrupt import Interrupted as Interrupted
    from .train.interrupt import StopTraining as StopTraining
    from .train.reporter import Plan as Plan
    from .train.reporter import Progress as Progress
else:
    from . import train

_HOMES = {
    "Callback": ".api.callbacks",
    "Diagnostic": ".source",
    "Drawing": ".api.drawing",
    "Evaluation": ".api.evaluation",
    "Interrupted": ".train.interrupt",
    "Module": ".backends.tinygrad.module",
    "Network": ".api.network",
    "Plan": ".train.reporter",
    "Prediction": ".api.predicting",
    "Progress": ".train.reporter",
    "Run": ".api.runs",
    "SpecError": ".source",
    "StopTraining": ".train.interrupt",
    "Summary": ".api.summary",
    "load": ".api.loading",
    "loads": ".api.loading",
    "open_run": ".api.runs",
    "zoo_names": ".elaborate",
}

__all__ = [
    "Callback",
    "Diagnostic",
    "Drawing",
    "Evaluation",
    "Interrupted",
    "Module",
    "Network",
    "Plan",
    "Prediction",
    "Progress",
    "Run",
    "SpecError",
    "StopTraining",
    "Summary",
    "load",
    "loads",
    "open_run",
    "train",
    "zoo_names",
]


class _Train(ModuleType):
    """``cnnspec.train`` is a folder of modules and, by its name, also the function that trains."""

    @property
    def __doc__(self) -> str | None:  # type: ignore[override]
        doc: str | None = _function().__doc__
        return doc

    @property
    def __signature__(self) -> Any:
        from inspect import signature

        return signature(_function())

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return _function()(*arguments, **named)


def _function() -> Any:
    from .api.training import train

    return train


if not TYPE_CHECKING:
    train.__class__ = _Train


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_HOMES[name], __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
