"""One instance of a block or model while its body is walked."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..source import Note, Span
from ..source.values import Value
from .builtins import Defaults
from .evaluate import Environment
from .modules import Definition, Module
from .names import Container
from .values import Tensor

MAX_NODES = 100_000
MAX_STEPS = 1_000_000
MAX_DEPTH = 50


@dataclass(slots=True, eq=False, repr=False)
class Frame:
    """One instance of a block or model: its names, where it is, and how it was reached."""

    module: Module
    environment: Environment
    container: Container
    definitions: tuple[Definition, ...]
    origin: tuple[Note, ...] = ()
    in_loop: bool = False
    defaults: Defaults = field(default_factory=dict)
    stopped: bool = False  # by a requirement that does not hold

    @property
    def current(self) -> Tensor:
        assert self.environment.current is not None
        return self.environment.current

    @current.setter
    def current(self, tensor: Tensor) -> None:
        self.environment.current = tensor


class TooLarge(Exception):
    """Expansion passed its bound; nothing after it is looked at."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class NamedOutput(Value):
    name: str
    tensor: Tensor
    auxiliary: bool
    span: Span | None
