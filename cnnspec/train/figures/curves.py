"""Measures over the epochs of one run, or of several."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ...backends.palette import BLUE, FAINT, RED
from . import style
from .style import Entry
from .text import shortened, unknown_letters

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Page

Record = Mapping[str, Any]

_PANELS = 5
_MARKED = 30
"""Up to so many epochs, each has a mark."""
_TRAINING: dict[str, Any] = {"color": BLUE, "linestyle": (0, (4, 1.5)), "marker": "s"}
_VALIDATION: dict[str, Any] = {"color": RED, "linestyle": "-", "marker": "o"}
_PARTS = {"train": ("training", _TRAINING), "val": ("validation", _VALIDATION)}


def curves(records: Sequence[Record], title: str, best: int | None = None) -> bytes:
    """Loss and up to four other measures over the epochs, as PNG; ``best`` is the epoch whose weights were kept."""
    with style.styled(), unknown_letters():
        return style.png(curves_page(records, title, best))


def compared(runs: Sequence[tuple[str, Sequence[Record]]], measure: str, title: str = "") -> bytes:
    """A measure over the epochs of several runs, each with its name, as PNG: on the validation images, unless it is
    called by its key in the records, such as train_loss."""
    with style.styled(), unknown_letters():
        return style.png(compared_page(runs, measure, title))


def curves_page(records: Sequence[Record], title: str, best: int | None = None) -> Page:
    """The figure of :func:`curves`."""
    names = measures(records)[:_PANELS]
    page, made = style.panels(len(names), 1.9 if len(names) > 1 else 2.8, 0.9)
    style.headed(page, title)
    entries: dict[str, Entry] = {}
    for axes, name in zip(made, names, strict=True):
        entries |= _panel(axes, records, name)
        style.titled(axes, called(name), min(2, len(names)))
        if best is not None:
            drawn = axes.axvline(best, color=FAINT, linewidth=1.1, linestyle=(0, (2, 2)), zorder=1.5)
            entries["best"] = Entry(drawn, f"best epoch ({best})")
    _finish(page, made, list(entries.values()), 3)
    return page


def compared_page(runs: Sequence[tuple[str, Sequence[Record]]], measure: str, title: str = "") -> Page:
    """The figure of :func:`compared`."""
    part, measure = _part(measure)
    found = [(name, points(records, f"{part}_{measure}")) for name, records in runs]
    words = f"{_PARTS[part][0]} {called(measure)}"
    page = style.new_figure(style.WIDE, 3.4 + 0.17 * ((len(found) + 1) // 2))
    style.headed(page, title or words)
    axes = page.subplots()
    axes.set_ylabel(shortened(words, 180, style.SIZE))
    entries = [
        _line(axes, there, style.look(number) | {"marker": style.MARKERS[number % 8]}, name)
        for number, (name, there) in enumerate(found)
    ]
    if not any(there for _, there in found):
        _empty(axes)
    _finish(page, [axes], entries, 2)
    return page


def measures(records: Sequence[Record]) -> list[str]:
    """Names of what was measured, the loss first, others in the order in which they occur."""
    keys = dict.fromkeys(key for record in records for key in record)
    prefixed = [key.split("_", 1) for key in keys if key.startswith(tuple(f"{part}_" for part in _PARTS))]
    names = dict.fromkeys(name for part, name in prefixed if points(records, f"{part}_{name}"))
    return list(dict.fromkeys(["loss", *names]))


def points(records: Sequence[Record], key: str) -> list[tuple[int, float]]:
    """Epochs and values, where there is a value and it is a number."""
    found = [(record["epoch"], record.get(key)) for record in records]
    return [
        (epoch, value) for epoch, value in found if isinstance(value, (int, float)) and math.isfinite(value)
    ]


def called(name: str) -> str:
    """A measure's name in words."""
    return name.replace("_", " ")


def _part(measure: str) -> tuple[str, str]:
    part, _, name = measure.partition("_")
    return (part, name) if part in _PARTS else ("val", measure)


def _panel(axes: Any, records: Sequence[Record], name: str) -> dict[str, Entry]:
    found = {part: points(records, f"{part}_{name}") for part in _PARTS}
    if not any(found.values()):
        _empty(axes)
    return {
        part: _line(axes, there, _PARTS[part][1], words=_PARTS[part][0])
        for part, there in found.items()
        if there
    }


def _line(
    axes: Any, there: Sequence[tuple[int, float]], look: Mapping[str, Any], name: str = "", words: str = ""
) -> Entry:
    marked = {} if len(there) <= _MARKED else {"marker": ""}
    across, up = zip(*there, strict=True) if there else ((), ())
    (drawn,) = axes.plot(across, up, **{**look, "markersize": 3.5, **marked})
    return Entry(drawn, words if there else "no values", name)


def _empty(axes: Any) -> None:
    axes.set_yticks([])
    axes.text(0.5, 0.5, "no values", transform=axes.transAxes, ha="center", color=FAINT)


def _finish(page: Page, made: Sequence[Any], entries: Sequence[Entry], columns: int) -> None:
    for axes in made:
        _epochs(axes)
    if entries:
        style.legend_below(page, entries, columns)


def _epochs(axes: Any) -> None:
    axes.set_xlabel("epoch")
    style.whole(axes.xaxis)
    across = [x for line in axes.lines for x in line.get_xdata()]
    first, last = min(across, default=1), max(across, default=1)
    room = max(0.5, 0.03 * (last - first))
    axes.set_xlim(first - room, last + room)
