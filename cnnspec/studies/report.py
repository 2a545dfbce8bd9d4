"""A search in words and as a table."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from .assertions import shown
from .ordering import steps
from .problem import parameter_label
from .search import Point, Search


def headline(search: Search, best: Point) -> str:
    """The best setting, and whether it is the best of all or of those that were tried."""
    problem = search.problem
    if search.is_complete:
        told = f"{'largest' if problem.largest else 'smallest'} {problem.sought}, {best.objective:,}"
    else:
        told = f"best of those tried, {problem.sought} {best.objective:,}"
    equals = search.equals(best)
    if equals:
        told += f", as {'one other has' if equals == 1 else f'{equals:,} others have'}"
    return f"{named(search, best)}: {told}"


def named(search: Search, point: Point) -> str:
    """A setting as one reads it: ``width = 64, depth = 3``."""
    names = (variation.name for variation in search.problem.variations)
    return ", ".join(f"{name} = {value}" for name, value in zip(names, point.setting, strict=True))


def nearest(search: Search, point: Point) -> str:
    """The setting that comes nearest to satisfying the constraints, with what each constraint wants."""
    claims = [
        f"{claim.text}, {'and' if claim.holds(figure) else 'but'} it is {shown(claim, figure)}"
        for claim, figure in zip(search.problem.claims, point.figures, strict=True)
    ]
    return f"nearest is {named(search, point)}: {'; '.join(claims)}"


def course(search: Search) -> str:
    """How it was looked for, and what that means for the result."""
    built, all_of_them = len(search.points), search.problem.settings
    if search.is_complete:
        text = f"all {built:,} settings built" if built > 1 else "the one setting built"
    else:
        text = "; ".join([f"{built:,} of {all_of_them:,} settings built", *_skipped(search)])
    broken = [(point, point.error) for point in search.ordered if point.error is not None]
    for point, error in broken[:1]:
        text += f"; {len(broken):,} of them are no network, or lack what is asked about, such as "
        text += f"{named(search, point)}: {error.line}"
    return text


def _skipped(search: Search) -> list[str]:
    first, *others = search.problem.variations
    tried = len({point.setting[0] for point in search.ordered})
    words = ["all would have taken too long"]
    if others and tried < len(first.values):
        words.append(f"{tried:,} of the {len(first.values):,} values of {first.name} were tried")
    if search.bisected:
        assumed = "every figure rises or falls all along, as it does at those built"
        words.append(f"edges found by bisection, on the assumption that {assumed}")
    return words


def frontier_table(search: Search, most: int, width: int) -> str:
    """The settings of the frontier with their figures; of many, those around the best and some of the others.

    ``*`` marks the best, ``-`` what does not satisfy a constraint. Headings take several lines where one would be wider
    than ``width``.
    """
    problem = search.problem
    points = _some([p for p in search.frontier if p.is_measured], search.best, most)
    names = [parameter_label(variation.name) for variation in problem.variations]
    sought = [problem.sought] if _tells_objective(search) else []
    heads = ["", *names, *sought, *(claim.text for claim in problem.claims)]
    rows = [_row(search, point) for point in points]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    folded = _folded(heads, widths, width)
    widths = [max(width, *map(len, head)) for head, width in zip(folded, widths, strict=True)]
    above = list(zip(*folded, strict=True))
    lines = [
        "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (*above, *rows)
    ]
    rule = "─" * max(map(len, lines))
    return "\n".join([*lines[: len(above)], rule, *lines[len(above) :]])


def _folded(heads: Sequence[str], cells: Sequence[int], width: int) -> list[list[str]]:
    """Headings as equally many lines each, at the foot; folded as far as the table is wider than ``width``."""
    rooms = [max(len(head), cell) for head, cell in zip(heads, cells, strict=True)]
    while sum(rooms) + 2 * len(rooms) - 2 > width:
        widest = max(range(len(rooms)), key=lambda i: rooms[i] - cells[i])
        narrower = max(
            map(len, wrap(heads[widest], max(rooms[widest] - 1, 1), break_long_words=False)), default=0
        )
        if narrower >= rooms[widest] or rooms[widest] <= cells[widest]:
            break
        rooms[widest] = max(narrower, cells[widest])
    lines = [
        wrap(head, room, break_long_words=False) or [""] for head, room in zip(heads, rooms, strict=True)
    ]
    most = max(map(len, lines))
    return [[""] * (most - len(each)) + each for each in lines]


def _tells_objective(search: Search) -> bool:
    """Whether what is sought has a column of its own: it is neither a parameter nor in a constraint."""
    problem = search.problem
    told = {claim.text.split(claim.node.operator)[0].strip() for claim in problem.claims}
    return problem.own is None and problem.sought not in told


def _row(search: Search, point: Point) -> list[str]:
    mark = "*" if point == search.best else "" if point.holds else "-"
    sought = [f"{point.objective:,}"] if _tells_objective(search) else []
    figures = [" x ".join(f"{number:,}" for number in figure) for figure in point.figures]
    return [mark, *map(str, point.setting), *sought, *figures]


def _some(points: Sequence[Point], best: Point | None, most: int) -> list[Point]:
    if len(points) <= most:
        return list(points)
    near = points.index(best) if best in points else 0
    around = range(near - most // 4, near + most // 4 + 1)
    others = steps([point.setting[0] for point in points], most // 2)
    return [point for place, point in enumerate(points) if place in around or place in others]
