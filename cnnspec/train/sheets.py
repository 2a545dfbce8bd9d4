"""Contact sheets as PNG."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..backends.palette import GREEN, GREY
from .figures.style import new_figure, png
from .figures.text import literal
from .preview import Row, Shown

_CELL = 1.55  # inches
_TITLE = 0.42
_LEAST = 6
"""Columns at least, so that titles have room."""
_DPI = 110


def contact_sheet(rows: Sequence[Row], heading: str) -> bytes:
    """A row of pictures a step: its title above, what was drawn below each."""
    columns = max(_LEAST, *(len(row.pictures) for row in rows))
    tall = sum(_height(row) for row in rows)
    made = new_figure(columns * _CELL, tall + 0.5, tight=False, dpi=_DPI)
    made.text(
        0.08 / (columns * _CELL),
        1 - 0.14 / (tall + 0.5),
        literal(heading),
        va="top",
        fontsize=11,
        weight="bold",
    )
    top = 1 - 0.45 / (tall + 0.5)
    for row in rows:
        top = _draw_row(made, row, columns, top, tall + 0.5)
    return png(made)


def _height(row: Row) -> float:
    """Inches that a row takes."""
    aspect: float = max(min(1.2, p.pixels.shape[0] / p.pixels.shape[1]) for p in row.pictures)
    return _title(row) + (_CELL - 0.12) * aspect + _below(row)


def _below(row: Row) -> float:
    """Inches below the pictures, for what is said of them."""
    return 0.12 + 0.1 * max(len(_wrapped(p.caption).splitlines()) for p in row.pictures)


def _title(row: Row) -> float:
    return _TITLE if row.title else 0.06


def _draw_row(made: Any, row: Row, columns: int, top: float, tall: float) -> float:
    wide, height = columns * _CELL, _height(row)
    made.text(
        0.08 / wide,
        top - 0.1 / tall,
        literal(_cut(row.title, int(wide * 13))),
        va="top",
        fontsize=9,
        family="monospace",
    )
    for place, shown in enumerate(row.pictures):
        left = (place * _CELL + 0.06) / wide
        bottom = top - (height - _below(row)) / tall
        axes = made.add_axes(
            (left, bottom, (_CELL - 0.12) / wide, (height - _below(row) - _title(row) + 0.04) / tall)
        )
        draw_picture(axes, shown)
    return top - height / tall


def draw_picture(axes: Any, shown: Shown) -> None:
    """A picture with its caption below it, and with its boxes and points."""
    pixels = shown.pixels
    gray = pixels.shape[2] not in (3, 4)
    axes.imshow(
        pixels[..., 0] if gray else pixels,
        cmap="gray",
        vmin=0,
        vmax=255,
        interpolation="nearest",
        aspect="equal",
    )
    axes.set_anchor("N")
    axes.set_autoscale_on(False)  # what lies outside of the picture does not make room for itself
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_linewidth(0.4)
        spine.set_color(GREY)
    axes.set_xlabel(literal(_wrapped(shown.caption)), fontsize=6.3, labelpad=2, loc="left")
    for left, top, right, bottom in shown.boxes:
        axes.plot(
            [left - 0.5, right - 0.5, right - 0.5, left - 0.5, left - 0.5],
            [top - 0.5, top - 0.5, bottom - 0.5, bottom - 0.5, top - 0.5],
            color=GREEN,
            linewidth=1.2,
        )
    for x, y in shown.points:
        axes.plot([x - 0.5], [y - 0.5], marker="+", color=GREEN, markersize=6)


def _wrapped(text: str, width: int = 30, lines: int = 5) -> str:
    from textwrap import wrap

    found = wrap(text, width)
    return "\n".join([*found[: lines - 1], _cut(" ".join(found[lines - 1 :]), width)])


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
