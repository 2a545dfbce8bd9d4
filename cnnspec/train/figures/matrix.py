"""Which classes are taken for which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from ...backends.palette import GREY
from ..metrics.tables import confusion
from .base import Drawing, Figure, FigureOptions, figure, images, percent
from .style import POINTS, SIZE, SMALL, WIDE, headed, new_figure, shades, whole
from .text import plain, shortened, wide

if TYPE_CHECKING:
    import numpy as np

    from ..tasks import Scored

_NUMBERED = 20
"""Up to so many classes, each cell shows its count."""
_NAMED = 30
"""Up to so many classes, each tick shows its name."""
_SHARED = 5
"""Up to so many classes, each cell shows its share too."""
_NAME = 84.0
"""Points that a name may take."""
_CELL = 84.0
"""Points that a cell may take."""


@figure
class ConfusionMatrix(Figure):
    name: ClassVar[str] = "confusion_matrix"
    title: ClassVar[str] = "Confusion matrix"
    kinds: ClassVar[tuple[str, ...]] = ("classes",)
    about: ClassVar[str] = (
        "Each cell counts the images of one actual class that the network put into one predicted class; a good network has "
        "nearly all of them on the diagonal. A cell's shade is its share of the images of its actual class, so rare "
        "classes can be compared with frequent ones."
    )
    place: ClassVar[int] = 10

    def draw(self, scored: Scored, options: FigureOptions) -> Drawing:
        made = _Matrix.of(scored, options.rows)
        page = new_figure(WIDE, made.height / 72, dpi=144 if len(made.names) <= 10 else 216)
        headed(page, self.title, options.title)
        axes = page.subplots()
        axes.grid(False)
        shown = axes.imshow(made.shares, cmap=shades(), vmin=0, vmax=1)
        _mark(axes, made)
        if len(made.names) <= _NUMBERED:
            _number(axes, made)
        bar = page.colorbar(shown, ax=axes, location="bottom", shrink=0.6, aspect=30, pad=0.03)
        bar.set_label("share of the actual class", fontsize=SMALL)
        bar.set_ticks([0, 0.5, 1], labels=["0", "50%", "100%"])
        return Drawing(page, _alt(scored, options))


@dataclass(frozen=True)
class _Matrix:
    """Counts and shares as they are drawn, and how much room, in points, names and cells have."""

    counts: np.ndarray
    shares: np.ndarray
    rows: str
    names: tuple[str, ...]
    size: float
    """Font size of the names."""
    longest: float
    """The width of the longest name."""

    @classmethod
    def of(cls, scored: Scored, rows: str) -> _Matrix:
        import numpy as np

        counts = confusion(scored)
        shares = counts / np.maximum(counts.sum(0, keepdims=True), 1)
        if rows == "actual":
            counts, shares = counts.T, shares.T
        named = len(counts) <= _NAMED
        size = min(SIZE, max(5.5, 210 / len(counts)))
        names = tuple(shortened(each, _NAME, size) for each in scored.task.names) if named else ()
        longest = max((wide(each, size) for each in names), default=0.0)
        return cls(counts, shares, rows, names or ("",) * len(counts), size, longest)

    @property
    def cell(self) -> float:
        return min(_CELL, (POINTS - 52 - self.longest) / len(self.names))

    @property
    def turn(self) -> int:
        """Degrees by which the names below the matrix are turned."""
        return 0 if self.longest < self.cell - 4 else 45 if self.cell > 24 else 90

    @property
    def height(self) -> float:
        below = {0: 12.0, 45: 0.75 * self.longest + 8, 90: self.longest}[self.turn]
        return self.cell * len(self.names) + below + 112


def _mark(axes: Any, made: _Matrix) -> None:
    columns = "predicted" if made.rows == "actual" else "actual"
    count = len(made.names)
    many = " (number)" if count > _NAMED else ""
    axes.set_ylabel(f"{made.rows} class{many}")
    axes.set_xlabel(f"{columns} class{many}")
    axes.spines[:].set_visible(True)
    if many:
        whole(axes.xaxis)
        whole(axes.yaxis)
        return
    axes.tick_params(length=2, labelsize=made.size)
    aligned = {"ha": "right", "rotation_mode": "anchor", "va": "center"} if made.turn else {}
    axes.set_xticks(range(count), made.names, rotation=made.turn, **aligned)
    axes.set_yticks(range(count), made.names)


def _number(axes: Any, made: _Matrix) -> None:
    shared = len(made.names) <= _SHARED
    for (row, column), count in ((at, made.counts[at]) for at in _cells(len(made.names))):
        share = made.shares[row, column]
        text = f"{count:,}\n{percent(share)}" if shared and count else str(count)
        size = min(SIZE + 1, 0.62 * made.cell, 1.35 * made.cell / len(text)) if not shared else SIZE + 1
        color = "white" if share > 0.6 else GREY if not count else "black"
        axes.text(column, row, text, ha="center", va="center", color=color, fontsize=size)


def _cells(count: int) -> list[tuple[int, int]]:
    return [(row, column) for row in range(count) for column in range(count)]


def _alt(scored: Scored, options: FigureOptions) -> str:
    import numpy as np

    counts = confusion(scored)
    right = np.trace(counts) / max(1, counts.sum())
    text = (
        f"Confusion matrix, rows {options.rows}, of {len(counts)} class{'es' if len(counts) > 1 else ''} and "
        f"{images(int(counts.sum()))}: {percent(right)} on the diagonal"
    )
    wrong = counts - np.diag(np.diag(counts))
    if not wrong.any():
        return text + "."
    predicted, actual = np.unravel_index(int(wrong.argmax()), wrong.shape)
    names = [plain(scored.task.names[place]) for place in (actual, predicted)]
    often = images(int(wrong.max()))
    return f"{text}; the most frequent mistake is {names[0]} taken for {names[1]}, {often}."
