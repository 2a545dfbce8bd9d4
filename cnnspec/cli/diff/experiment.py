"""What differs in the experiments of two specs, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...train.wording import printable
from .folding import paragraph
from .words import MINUS, became

if TYPE_CHECKING:
    from ...train.section_changes import SectionChange


def experiment_lines(changes: tuple[SectionChange, ...], titles: tuple[str, str], width: int) -> list[str]:
    """A line a change; one sentence where only one of the specs has an experiment."""
    if not changes:
        return []
    owner = next((t for t, side in zip(titles, _sides(changes), strict=True) if side), "")
    head = f"Experiment, only in {printable(owner)}:" if owner else "Experiment:"
    lines = [text for change in changes for text in _told(change, bool(owner), width)]
    return ["", head, *lines]


def _sides(changes: Sequence[SectionChange]) -> tuple[bool, bool]:
    """Whether only the first, or only the second, has an experiment at all; one always has a loss and an optimizer."""
    alone = any(change.section == "optimizer" and not (change.before and change.after) for change in changes)
    first = alone and all(change.before for change in changes)
    return first, alone and not first


def _told(change: SectionChange, alone: bool, width: int) -> list[str]:
    signs = ("", "") if alone else (f"{MINUS} ", "+ ")
    if change.before and change.after:
        text = f"{'order ' * change.order}{became(change.before, change.after)}"
    else:
        text = f"{signs[0]}{change.before}" if change.before else f"{signs[1]}{change.after}"
    return paragraph(f"{change.section} {printable(text)}", width)
