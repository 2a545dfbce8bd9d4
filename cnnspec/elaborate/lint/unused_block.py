"""A block that nothing calls."""

from __future__ import annotations

from collections.abc import Iterator

from .base import SpecLint, Written


class UnusedBlock(SpecLint):
    """The spec has a model, and a block that neither the model calls nor a block that it calls.

    Take it out, or call it. Blocks for other specs to use are better in a file without a model, of which none is told.
    """

    code = "unused-block"
    message = "nothing that the model is made of calls the block '{name}'"
    bad = "model net { input 1 x 8 x 8  flatten  linear(10) }  block down(n) { conv(n, 3)  relu }"
    good = "model net { input 1 x 8 x 8  down(8)  flatten  linear(10) }  block down(n) { conv(n, 3)  relu }"
    name: str

    @classmethod
    def find(cls, written: Written) -> Iterator[SpecLint]:
        model = written.spec.model
        if model is None and not written.spec.uses:
            return
        if model is None and not any(each.spec.model for each in written.module.all()):
            return
        called = set(written.read_elsewhere) | {model.name if model else ""}
        waiting = list(called)
        while waiting:
            more = written.reads.get(waiting.pop(), frozenset()) - called
            called |= more
            waiting += more
        for block in written.spec.blocks:
            if block.name not in called:
                hints = ("take it out, or call it",)
                span = block.name_span or block.span
                yield cls(name=block.name, subjects=(block.name,), span=span, hints=hints)
