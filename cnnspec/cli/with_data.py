"""Specs with the data that ``--data`` names, and the recipe for what they lack."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..elaborate import Override, elaborate, open_target
from .output import sections

if TYPE_CHECKING:
    from ..elaborate import Module
    from ..train.data.dataset import Splits


def open_with_data(
    spec: str,
    data: str,
    overrides: Sequence[Override],
    tolerant: bool = False,
    weights: str | None = None,
) -> tuple[Module, Splits]:
    """``spec`` with ``data``, the recipe's sections where it has none, and as many classes as the data; and what was read.

    ``tolerant``: broken images are left out. ``weights`` are those to begin with. Raises ``SpecError``.
    """
    from ..train.recipes import source_call, tolerating, with_data

    opened = open_target(spec, (), sections, as_use=True)
    call = source_call(data, elaborate(opened).input_shape[0])
    adapted = tolerating if tolerant else (lambda source: source)
    return with_data(opened, call, overrides, sections, adapted, weights)
