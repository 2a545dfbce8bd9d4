"""How far predicted points and boxes are from the true ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from ...backends.palette import INK, PALE_BLUE
from ..tasks import overlaps
from .base import Drawing, Figure, FigureOptions, figure, images, percent
from .numbers import histogram
from .style import WIDE, headed, new_figure, panels, said, shares, titled, whole
from .text import plain

if TYPE_CHECKING:
    import numpy as np

    from ..tasks import Scored

_PANELS = 6


@figure
class Places(Figure):
    name: ClassVar[str] = "places"
    title: ClassVar[str] = "Distances of points"
    kinds: ClassVar[tuple[str, ...]] = ("points",)
    about: ClassVar[str] = (
        "How many pixels of the network's input lie between a predicted point and the true one, counted over the images. "
        "The nearer the heap is to 0, the better."
    )
    place: ClassVar[int] = 120

    def suits(self, scored: Scored) -> bool:
        return super().suits(scored) and scored.truth.shape[1] >= 2

    def draw(self, scored: Scored, options: FigureOptions) -> Drawing:
        parts = _distances(scored)
        columns = min(2, len(parts))
        page, made = panels(len(parts), 1.9 if len(parts) > 1 else 2.6)
        headed(page, self.title, options.title)
        for axes, (name, far) in zip(made, parts, strict=True):
            histogram(axes, far, columns, low=0.0)
            axes.set_xlim(0, None)
            titled(axes, name, columns, f"median {_median(far)}")
        page.supxlabel("distance in pixels", fontsize=9)
        page.supylabel("images" if len(parts) == scored.truth.shape[1] // 2 else "points", fontsize=9)
        words = ", ".join(f"{plain(name)} {_median(far)}" for name, far in parts)
        return Drawing(
            page, f"Histograms of the distances between predicted and true points; medians: {words}."
        )


@figure
class Overlap(Figure):
    name: ClassVar[str] = "overlap"
    title: ClassVar[str] = "Overlap of boxes"
    kinds: ClassVar[tuple[str, ...]] = ("boxes",)
    about: ClassVar[str] = (
        "How much of the area that a predicted or the true box covers is covered by both (intersection over union): 1 where "
        "they are the same, 0 where they do not meet. Above 0.5 an object usually counts as found."
    )
    place: ClassVar[int] = 130

    def draw(self, scored: Scored, options: FigureOptions) -> Drawing:
        found = overlaps(scored.scores, scored.truth).clip(0, 1)
        page = new_figure(WIDE, 3.2)
        headed(page, self.title, options.title)
        axes = page.subplots()
        axes.hist(found, bins=20, range=(0, 1), color=PALE_BLUE, edgecolor=INK)
        axes.axvline(0.5, color=INK, linewidth=1.2, linestyle="--")
        axes.set(xlabel="intersection over union", ylabel="images")
        shares(axes.xaxis)
        whole(axes.yaxis)
        words = f"{percent(float((found > 0.5).mean()))} of {images(len(found))} above 0.5, mean {found.mean():.3f}"
        said(axes, words)
        return Drawing(page, f"Histogram of the overlap of predicted and true boxes: {words}.")


def _distances(scored: Scored) -> list[tuple[str, np.ndarray]]:
    """Each point's name and distances; all points in one where they are many."""
    import numpy as np

    off = (scored.scores - scored.truth).reshape(len(scored), -1, 2)
    far = np.hypot(off[..., 0], off[..., 1])
    if far.shape[1] > _PANELS:
        return [(f"all {far.shape[1]} points", far.ravel())]
    names = [name.removesuffix(" x") for name in scored.task.names[::2]]
    return list(zip(names, far.T, strict=True))


def _median(far: np.ndarray) -> str:
    import numpy as np

    return f"{np.median(far):.3g}"
