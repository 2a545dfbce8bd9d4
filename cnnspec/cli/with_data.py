"""Specs with the data that ``--data`` names, and the recipe for what they lack."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..elaborate import Override, elaborate, open_target, overridden
from .output import sections

if TYPE_CHECKING:
    from ..elaborate import Module
    from ..train.data.dataset import Splits


def open_with_data(
    spec: str, data: str, overrides: Sequence[Override], tolerant: bool = False
) -> tuple[Module, Splits]:
    """``spec`` with ``data``, the recipe's sections where it has none, and as many classes as the data; and what was read.

    ``tolerant``: broken images are left out. Raises ``SpecError``.
    """
    from ..train.recipes import class_count, loaded, recipe, source_call, tolerating, with_recipe
    from ..train.sections import data_and_settings

    opened = open_target(spec, (), sections, as_use=True)
    channels = elaborate(opened).input_shape[0]
    base = overridden(opened, [("data", source_call(data, channels))], sections)
    early = [
        (name, value) for name, value in overrides if "." not in name or name.startswith(("data.", "train."))
    ]
    known = overridden(base, early, sections)
    graph, (source, settings, epochs) = elaborate(known), data_and_settings(known)
    splits = loaded(
        tolerating(source) if tolerant else source, graph.input_shape, settings.seed, known.folder
    )
    filled = with_recipe(base, recipe(graph, splits, epochs))
    return overridden(filled, [*class_count(base, overrides, splits), *overrides], sections), splits
