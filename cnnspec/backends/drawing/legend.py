"""What the fills of a drawing mean, for those that it has."""

from __future__ import annotations

from dataclasses import dataclass

from .model import Picture, frozen_fill
from .themes import Theme


@dataclass(frozen=True, slots=True)
class Entry:
    """``text`` in colour ``ink`` on ``fill`` ("": none)."""

    text: str
    fill: str
    ink: str
    dashed: bool = False


Row = tuple[str, list[Entry]]
"""A line above the entries ("": none), and the entries."""


def legend_rows(drawn: Picture, theme: Theme) -> list[Row]:
    """The legend: changes, warmth, or families and what is frozen; and dashes."""
    dashes = (
        [Entry("training only", "", theme.ink, dashed=True)] if any(b.auxiliary for b in drawn.boxes) else []
    )
    if any(box.state for box in drawn.boxes):
        return [("", _changes(drawn, theme) + dashes)]
    if drawn.heat:
        scale = zip(drawn.heat.classes, theme.heat, theme.heat_ink, strict=True)
        return [(drawn.heat.title, [Entry(text, fill, ink) for text, fill, ink in scale] + dashes)]
    entries = _families(drawn, theme) + _frozen(drawn, theme) + dashes
    return [("", entries)] if entries else []


def _families(drawn: Picture, theme: Theme) -> list[Entry]:
    used = {b.family for b in drawn.boxes if b.kind in ("layer", "part") and not b.frozen}
    return [Entry(f, fill, theme.ink) for f, fill in theme.fills.items() if f in used]


def _frozen(drawn: Picture, theme: Theme) -> list[Entry]:
    words = dict.fromkeys(b.frozen for b in drawn.boxes if b.frozen)
    return [
        Entry(w if w.endswith("frozen") else f"trained {w}", frozen_fill(theme, w), theme.frozen[2])
        for w in words
    ]


def _changes(drawn: Picture, theme: Theme) -> list[Entry]:
    used = {box.state for box in drawn.boxes} | {arrow.state for arrow in drawn.arrows}
    used |= {frame.state for box in drawn.boxes for frame in box.frames}
    return [
        Entry(f"{change.sign} {change.words}".strip(), change.fill, theme.ink)
        for state, change in theme.changes.items()
        if state in used
    ]
