"""A search for the best setting as a picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from textwrap import fill
from typing import Any

from ..backends.palette import INK
from ..source import write_atomically
from ..studies.assertions import Claim
from ..studies.ordering import is_wide
from ..studies.problem import parameter_label
from ..studies.report import named
from ..studies.search import Point, Search

_FITS, _NOT = "#0072b2", "#d55e00"
_NOTED = 12
"""Points of two parameters that have the second's value written next to them."""


@dataclass(frozen=True)
class Height:
    """What is drawn upwards: a figure of a point, and the bound that a constraint sets it."""

    label: str
    of: Callable[[Point], float]
    bound: float | None = None


def draw_frontier(search: Search, path: Path) -> None:
    """Write a .png, .svg or .pdf: with one parameter what is sought against it, with two the frontier over the first.

    Where what is sought is the parameter that goes across, the first constraint's figure is drawn against it, and its
    bound as a line. Points that satisfy all constraints are filled circles, others crosses; the best has a ring.
    """
    import io

    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 4.0), layout="constrained")
    axes = figure.subplots()
    height = height_of(search)
    points = [point for point in search.frontier if point.is_measured]
    _scatter(axes, height, [p for p in points if p.holds], "o", _FITS, "satisfies all constraints")
    _scatter(axes, height, [p for p in points if not p.holds], "x", _NOT, "does not")
    if height.bound is not None:
        axes.axhline(height.bound, color=INK, lw=1, ls="--", zorder=1)
    if best := search.best:
        axes.plot(best.setting[0], height.of(best), "o", ms=13, mfc="none", mec=INK)
        own = "" if search.problem.own is not None else f": {search.problem.sought} {best.objective:,}"
        axes.set_title(f"{named(search, best)}{own}", fontsize=11)
    _label(axes, search, height, points)
    if search.problem.claims:
        title = "\n".join(claim.text for claim in search.problem.claims)
        figure.legend(loc="outside lower center", ncols=2, title=title, fontsize=9, title_fontsize=9)
    if len(search.problem.variations) == 2:
        _note(axes, search, height, points)
    data = io.BytesIO()
    figure.savefig(data, format=path.suffix.lower().lstrip("."), dpi=144, metadata=_dateless(path))
    write_atomically(path, data.getvalue())


def height_of(search: Search) -> Height:
    """What is drawn upwards for a search."""
    problem = search.problem
    if problem.own == 0:
        for place, claim in enumerate(problem.claims):
            if not claim.quantity.is_shape:
                side = " (smaller side)" if len(claim.quantity.sizes) > 1 else ""
                return Height(f"{_measure(claim)}{side}", partial(_figure, place), claim.bound[0])
    bounds = [
        c.bound[0]
        for c in problem.claims
        if len(c.bound) == 1 and _measure(c) == problem.sought.removesuffix("()")
    ]
    over = f", best over {problem.variations[1].name}" if len(problem.variations) == 2 else ""
    return Height(f"{problem.sought}{over}", lambda point: point.objective, *bounds[:1])


def _measure(claim: Claim) -> str:
    """The quantity of a claim as it is written."""
    return claim.text.split(claim.node.operator)[0].strip()


def _figure(place: int, point: Point) -> int:
    return min(point.figures[place])


def _scatter(
    axes: Any, height: Height, points: Sequence[Point], marker: str, colour: str, label: str
) -> None:
    if points:
        size = 5 if len(points) <= 60 else 2.5
        across, up = [p.setting[0] for p in points], [height.of(p) for p in points]
        axes.plot(across, up, marker, color=colour, label=label, ms=size)


def _note(axes: Any, search: Search, height: Height, points: Sequence[Point]) -> None:
    """Write the second parameter's value at the best point, and at others where nothing is in its way: first where it is
    another than at the point before."""
    axes.margins(x=0.08, y=0.12)
    axes.figure.draw_without_rendering()
    name = search.problem.variations[1].name
    dots = [axes.transData.transform((p.setting[0], height.of(p))) for p in points]
    changed = [p for before, p in pairwise(points) if before.setting[1] != p.setting[1]]
    taken: list[Any] = []
    for point in dict.fromkeys([*([search.best] if search.best else []), *changed, *points]):
        if len(taken) == _NOTED:
            break
        note = axes.annotate(
            f"{name} {point.setting[1]}", (point.setting[0], height.of(point)), xytext=(0, 9),
            textcoords="offset points", ha="center", fontsize=8, color=INK, zorder=1,
        )  # fmt: skip
        box = note.get_window_extent().expanded(1.1, 1.2)
        if point != search.best and (
            any(box.contains(*dot) for dot in dots) or any(box.overlaps(b) for b in taken)
        ):
            note.remove()
        else:
            taken.append(box)


def _label(axes: Any, search: Search, height: Height, points: Sequence[Point]) -> None:
    axes.set_xlabel(parameter_label(search.problem.variations[0].name))
    axes.set_ylabel(fill(height.label, 32))
    from matplotlib.ticker import MaxNLocator

    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.12g}")
    for axis, values in ((axes.xaxis, [p.setting[0] for p in points]), (axes.yaxis, map(height.of, points))):
        if all(isinstance(value, int) for value in values):
            axis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.grid(alpha=0.3)
    if is_wide(search.problem.variations[0].values):
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.12g}")
        if all(height.of(point) > 0 for point in points):
            axes.set_yscale("log")
            axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.12g}")


def _dateless(path: Path) -> dict[str, None] | None:
    """Equal searches are equal files."""
    return {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}.get(path.suffix.lower())
