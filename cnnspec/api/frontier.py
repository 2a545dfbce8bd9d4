"""A search for the best setting as a picture."""

from __future__ import annotations

from pathlib import Path

from ..backends.palette import INK
from ..source import write_atomically
from ..studies.problem import Wish
from ..studies.search import Point, Search

_FITS, _NOT = "#0072b2", "#d55e00"


def draw_frontier(search: Search, wish: Wish, path: Path) -> None:
    """Write a .png, .svg or .pdf: with one parameter what is sought against it, with two the frontier over the first.

    Points that satisfy all constraints are filled circles, others crosses; the best has a ring.
    """
    import io

    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 4.0), layout="constrained")
    axes = figure.subplots()
    points = [point for point in search.frontier if point.is_network]
    names = [variation.name for variation in search.problem.variations]
    _scatter(axes, [p for p in points if p.holds], "o", _FITS, "satisfies all constraints")
    _scatter(axes, [p for p in points if not p.holds], "x", _NOT, "does not")
    if best := search.best:
        axes.plot(best.setting[0], best.objective, "o", ms=13, mfc="none", mec=INK)
        told = ", ".join(f"{name} = {value}" for name, value in zip(names, best.setting, strict=True))
        axes.set_title(f"{told}: {wish.objective} {best.objective:,}", fontsize=11)
    axes.set_xlabel(names[0])
    axes.set_ylabel(wish.objective if len(names) == 1 else f"{wish.objective}, best over {names[1]}")
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.grid(alpha=0.3)
    if search.problem.claims:
        axes.legend(
            title="\n".join(claim.text for claim in search.problem.claims), fontsize=9, title_fontsize=9
        )
    data = io.BytesIO()
    figure.savefig(data, format=path.suffix.lower().lstrip("."), dpi=144, metadata=_dateless(path))
    write_atomically(path, data.getvalue())


def _scatter(axes: object, points: list[Point], marker: str, colour: str, label: str) -> None:
    if points:
        across, up = [p.setting[0] for p in points], [p.objective for p in points]
        axes.plot(across, up, marker, color=colour, label=label, ms=5)  # type: ignore[attr-defined]


def _dateless(path: Path) -> dict[str, None] | None:
    """Equal searches are equal files."""
    return {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}.get(path.suffix.lower())
