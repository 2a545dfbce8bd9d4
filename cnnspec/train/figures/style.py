"""How the figures of a report look: colours, lines, fonts, and the page that they stand on.

Figures are five inches wide, which are 360 points: where a page shows one 360 pixels wide, a point is a pixel.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...backends.palette import BLUE, FAINT, GREEN, GREY, GRID, INK, ORANGE, PALE_BLUE, PINK, RED, SKY, WINE
from .text import literal, shortened, unknown_letters, wide, wrapped

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Page

WIDE = 5.0
_FROM_LEFT = "\u200e"
"""Before a name that may be written from the right: the words after it stay on its right."""
POINTS = 72 * WIDE
DPI = 144

COLOURS = (BLUE, RED, GREEN, PINK, ORANGE, SKY, WINE, GREY)
"""Those of the curves, in the order in which they are taken; black is the mean's."""
DASHES: tuple[Any, ...] = (
    "-", (0, (5, 1.5)), (0, (1.2, 1.2)), (0, (6, 1.5, 1.2, 1.5)),
    (0, (3, 1)), (0, (8, 2.5)), (0, (6, 1.2, 1.2, 1.2, 1.2, 1.2)), (0, (1, 2.5)),
)  # fmt: skip
"""A line a colour, so that curves can be told apart in grey."""
MARKERS = "osD^vP<X"

_SHADES = ("#ffffff", PALE_BLUE, "#7fb8dd", "#2c86bd", "#0a4f80", "#062c4a")

HEADING, SIZE, SMALL = 11.0, 9.0, 8.0
"""Font sizes: the heading, axes, and what is less."""

_STYLE = {
    "font.size": SIZE, "axes.titlesize": SIZE, "axes.labelsize": SIZE, "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL, "legend.fontsize": SMALL, "figure.titlesize": HEADING,
    "axes.edgecolor": INK, "axes.labelcolor": INK, "axes.titlecolor": INK, "text.color": "#202020",
    "xtick.color": INK, "ytick.color": INK, "axes.linewidth": 0.7, "xtick.major.width": 0.7,
    "ytick.major.width": 0.7, "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True,
    "axes.axisbelow": True, "grid.color": GRID, "grid.linewidth": 0.7, "lines.linewidth": 1.7,
    "lines.markersize": 4.5, "patch.linewidth": 0.6, "legend.frameon": False, "legend.handlelength": 2.6,
    "axes.formatter.limits": (-3, 5), "figure.constrained_layout.w_pad": 0.07,
    "figure.constrained_layout.h_pad": 0.05,
}  # fmt: skip
_FONTS = (
    "Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans SC", "Noto Sans JP", "Source Han Sans SC", "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei", "Droid Sans Fallback", "PingFang SC", "Hiragino Sans", "Arial Unicode MS", "Microsoft YaHei",
    "Malgun Gothic", "Noto Sans Devanagari", "Noto Sans Thai", "Noto Sans Bengali", "Noto Sans Tamil",
)  # fmt: skip
"""Where they are installed, letters that matplotlib's own font lacks are taken from these."""


@contextmanager
def styled() -> Iterator[None]:
    """Inside, figures are made and drawn in this style, whatever a person's own settings are."""
    import matplotlib
    from matplotlib.font_manager import fontManager

    there = {font.name for font in fontManager.ttflist}
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        family = ["DejaVu Sans", *(font for font in _FONTS if font in there)]
        matplotlib.rcParams.update(_STYLE | {"font.family": family})
        yield


def new_figure(width: float, height: float, tight: bool = True, dpi: int = DPI) -> Page:
    """An empty figure, in inches; with ``tight`` its axes are laid out so that nothing is cut off."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=dpi, layout="constrained" if tight else None)
    FigureCanvasAgg(figure)
    return figure


def png(figure: Page) -> bytes:
    """The figure as a file; the same bytes each time."""
    stream = io.BytesIO()
    with unknown_letters(), styled():
        figure.savefig(stream, format="png", dpi=figure.dpi, metadata={"Software": None})
    return stream.getvalue()


def headed(figure: Page, *parts: str, lines: int = 3) -> None:
    """Put the parts that are not empty above all axes, and make the figure higher where they need several lines."""
    text = wrapped(" – ".join(part for part in parts if part), POINTS - 24, HEADING, lines)
    figure.set_figheight(figure.get_figheight() + 1.25 * HEADING / 72 * text.count("\n"))
    figure.suptitle(text)


def panels(count: int, height: float, extra: float = 0.6, share: Any = False) -> tuple[Page, list[Any]]:
    """A figure with so many axes, two in a row, each row ``height`` inches high, and ``extra`` for all that is not axes."""
    columns = min(2, count)
    rows = -(-count // columns)
    figure = new_figure(WIDE, rows * height + extra)
    made = list(figure.subplots(rows, columns, squeeze=False, sharex=share).flat)
    for axes in made[count:]:
        axes.remove()
    return figure, made[:count]


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a legend: what is drawn, the name of a user's thing if it is about one, and the words after it."""

    drawn: Any
    words: str
    name: str = ""


def legend_below(figure: Page, entries: Sequence[Entry], columns: int = 2) -> None:
    """A legend below all axes."""
    columns = min(columns, len(entries))
    room = POINTS / columns - 44
    # Matplotlib hides what begins with "_"; numbers stand in until the legend is there.
    numbers = [str(number) for number in range(len(entries))]
    drawn = [entry.drawn for entry in entries]
    legend = figure.legend(drawn, numbers, loc="outside lower center", ncols=columns, columnspacing=1.2)
    for text, entry in zip(legend.get_texts(), entries, strict=True):
        text.set_text(_entry_text(entry, room))


def _entry_text(entry: Entry, room: float) -> str:
    if not entry.name:
        return literal(entry.words)
    words = f"  {entry.words}" if entry.words else ""
    return _FROM_LEFT + shortened(entry.name, room - wide(words, SMALL), SMALL) + words


def shades() -> Any:
    """From white to dark blue, darker with each step in grey too."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("shades", _SHADES)


def look(number: int) -> dict[str, Any]:
    """Colour and dashes of curve ``number``; after all of them have been used they come in other pairs."""
    turn, place = divmod(number, len(COLOURS))
    return {"color": COLOURS[place], "linestyle": DASHES[(place + turn) % len(DASHES)]}


def shares(axis: Any) -> None:
    """Mark an axis from 0 to 1, with a little room so that lines at its ends are seen whole."""
    axis.set_major_locator(_fixed((0, 0.2, 0.4, 0.6, 0.8, 1)))
    set_limits = axis.axes.set_xlim if axis.axis_name == "x" else axis.axes.set_ylim
    set_limits(-0.02, 1.02)


def _fixed(places: Sequence[float]) -> Any:
    from matplotlib.ticker import FixedLocator

    return FixedLocator(places)


def whole(axis: Any, most: int = 6) -> None:
    """Mark whole numbers only."""
    from matplotlib.ticker import MaxNLocator

    axis.set_major_locator(MaxNLocator(nbins=most, integer=True, min_n_ticks=1, steps=[1, 2, 5, 10]))


def few(axis: Any, columns: int) -> None:
    """Few marks, for panels of which so many stand in a row."""
    from matplotlib.ticker import MaxNLocator

    axis.set_major_locator(MaxNLocator(nbins=9 // columns, steps=[1, 2, 2.5, 5, 10]))


def said(axes: Any, text: str) -> None:
    """A line of facts right above the axes."""
    axes.set_title(text, fontsize=SMALL, color=FAINT)


def titled(axes: Any, name: str, columns: int, words: str = "") -> None:
    """The name of a panel, one of so many in a row, and a line of facts below it."""
    text = shortened(name, POINTS / columns - 60, SMALL + 0.5)
    # A factor of the y axis, such as 1e6, stands right above it.
    formatter = axes.yaxis.get_major_formatter()
    formatter.format_ticks(axes.yaxis.get_major_locator()())
    pad = 15 if formatter.get_offset() else 5
    axes.set_title(f"{text}\n{words}" if words else text, fontsize=SMALL + 0.5, pad=pad)
