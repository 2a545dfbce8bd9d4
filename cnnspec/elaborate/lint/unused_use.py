"""A spec that is used for nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ...source import SpecError
from ..choice import chosen_model
from .base import SpecLint, Written


class UnusedUse(SpecLint):
    """A line ``use`` brings blocks or a model, and the spec calls none of them.

    Take it out, or call what it brings.
    """

    code = "unused-use"
    message = "nothing that '{target}' brings is used"
    bad = "use blocks_vgg  model net { input 1 x 8 x 8  flatten  linear(10) }"
    good = "use blocks_vgg  model net { input 1 x 8 x 8  vgg_block(1, 8)  flatten  linear(10) }"
    target: str

    @classmethod
    def find(cls, written: Written) -> Iterator[SpecLint]:
        module = written.module
        if not written.definitions:
            return  # it hands on what it uses
        chosen = _chosen(written)
        for place, used in module.used.items():
            brought = {name for name in used.names if name in module.names}
            if place != chosen and not brought & written.everywhere:
                use = module.spec.uses[place]
                hints = ("take it out, or call what it brings",)
                subjects = tuple(dict.fromkeys((use.target, Path(use.target).stem)))
                yield cls(target=use.target, subjects=subjects, span=use.span, hints=hints)


def _chosen(written: Written) -> int | None:
    """The place of the use that brings the spec's model."""
    try:
        uses = chosen_model(written.module).uses
    except SpecError:
        return None  # blocks alone
    return uses[0] if uses else None
