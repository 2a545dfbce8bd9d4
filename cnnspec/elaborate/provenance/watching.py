"""Elaboration once more, keeping what is in sight at some layers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ...source.values import Value
from ...syntax import tree
from ..body import Builder
from ..builtins import Defaults
from ..evaluate import Environment
from ..frame import Frame
from ..modules import Definition
from ..replay import Recorder
from ..values import Tensor


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Seen(Value):
    """A layer's call, and what was in sight around it: ``calls`` are those of the blocks around, outermost first."""

    call: tree.Call
    definitions: tuple[Definition, ...]
    environments: tuple[Environment, ...]  # of each definition, outermost first
    calls: tuple[tree.Call, ...]
    defaults: Defaults


class Everything(Recorder):
    """Copies nothing, so that every layer's call is walked."""

    def ask(self, *_: Any) -> None:
        return None


@dataclass(slots=True, eq=False, repr=False)
class Watcher(Builder):
    """Grows the graph, and keeps what was in sight at the layers ``wanted``."""

    wanted: frozenset[str] = frozenset()
    seen: dict[str, Seen] = field(default_factory=dict)
    calls: list[tuple[tree.Call, Frame]] = field(default_factory=list)

    def _instance(self, call: tree.Call, frame: Frame, label: str | None) -> None:
        self.calls.append((call, frame))
        try:
            Builder._instance(self, call, frame, label)
        finally:
            self.calls.pop()

    def _add(self, name: str, op: Any, inputs: Any, call: tree.Call, frame: Frame) -> Tensor:
        if name in self.wanted:
            frames = (*(outer for _, outer in self.calls), frame)
            environments = tuple(_copied(each.environment) for each in frames)
            calls = tuple(outer for outer, _ in self.calls)
            self.seen[name] = Seen(call, frame.definitions, environments, calls, frame.defaults)
        return Builder._add(self, name, op, inputs, call, frame)


def _copied(environment: Environment) -> Environment:
    return Environment(
        dict(environment.values), dict(environment.labels), environment.entry, environment.current
    )
