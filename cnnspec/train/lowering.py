"""What a user may ask of the lowering for a run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from ..backends.tinygrad.plan import DEFAULT
from .reporter import Reporter

_BEAM = 2
"""Candidates that tinygrad's search goes on with; its documentation's own example."""


@dataclass(frozen=True)
class Lowering:
    """``without`` names passes that are off; ``optimize`` has tinygrad time variants of each of its own kernels."""

    without: tuple[str, ...] = ()
    optimize: bool = False

    @property
    def passes(self) -> tuple[str, ...]:
        """The passes that are on."""
        return tuple(name for name in DEFAULT if name not in self.without)

    @property
    def note(self) -> str:
        """What a report should say of it, if anything."""
        return f"passes of the lowering that were off: {', '.join(self.without)}" if self.without else ""


@contextmanager
def compiling(lowering: Lowering, reporter: Reporter) -> Iterator[None]:
    """Whatever is compiled meanwhile is told of, and searched for where the user asked; tinygrad keeps what it finds."""
    from tinygrad import Context

    from ..backends.tinygrad.programs import watched

    with ExitStack() as stack:
        stack.enter_context(watched(reporter.compiled))
        if lowering.optimize:
            stack.enter_context(Context(BEAM=_BEAM))
        yield
