"""A search as a table."""

from __future__ import annotations

from collections.abc import Sequence

from .search import Point, Search


def frontier_table(search: Search, objective: str, most: int) -> str:
    """The settings of the frontier with their figures; of many, those around the best and some of the others.

    ``*`` marks the best, ``-`` what does not satisfy a constraint.
    """
    points = _some([p for p in search.frontier if p.is_network], search.best, most)
    names = [variation.name for variation in search.problem.variations]
    own = [] if objective in names else [objective]
    heads = ["", *names, *own, *(claim.text for claim in search.problem.claims)]
    rows = [_row(search, point, bool(own)) for point in points]
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    lines = [
        "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        for row in (heads, *rows)
    ]
    return "\n".join([lines[0], "─" * len(lines[0]), *lines[1:]])


def _row(search: Search, point: Point, own: bool) -> list[str]:
    mark = "*" if point == search.best else "" if point.holds else "-"
    figures = [" x ".join(f"{number:,}" for number in figure) for figure in point.figures]
    return [mark, *map(str, point.setting), *([f"{point.objective:,}"] if own else []), *figures]


def _some(points: Sequence[Point], best: Point | None, most: int) -> list[Point]:
    if len(points) <= most:
        return list(points)
    step = -(-len(points) // (most // 2))
    near = points.index(best) if best in points else 0
    return [
        p for i, p in enumerate(points) if i % step == 0 or abs(i - near) <= most // 4 or i == len(points) - 1
    ]
