"""Cells of a table as targets: classes, labels, numbers, boxes, points."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import TYPE_CHECKING

from ...ir import OpError
from .assemble import Part
from .pictures import EncodedPictures
from .table import Table, Wrong
from .table_errors import BadBox, CellValue, LabelSeparator, NotTrained

if TYPE_CHECKING:
    import numpy as np

_FLAGS = {"0": 0, "1": 1, "false": 0, "true": 1, "no": 0, "yes": 1, "0.0": 0, "1.0": 1}
_SEPARATORS = ("|", ";", ",")
_LARGEST = 3.4028234663852886e38
_TOLERANCE = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """The rows of ``table`` that are used, by number, and whether each one is for training."""

    table: Table
    numbers: Sequence[int]
    training: Sequence[bool]

    def column(self, column: int) -> list[str]:
        return [self.table.rows[row][column] for row in self.numbers]

    def titles(self, columns: Sequence[int]) -> tuple[str, ...]:
        return tuple(self.table.header[column] for column in columns)

    def wrong(self, argument: str) -> Wrong:
        return Wrong(self.table, argument)


def classes(rows: Rows, column: int) -> tuple[np.ndarray, tuple[str, ...]]:
    """(N,) of int64, and the classes' names: the values that training rows have, sorted.

    Raises ``OpError`` for an empty cell, and for a class that no training row has.
    """
    import numpy as np

    values = rows.column(column)
    _check_filled(rows, column, values)
    names = in_order({value for value, trains in zip(values, rows.training, strict=True) if trains})
    _check_trained(rows, column, [[value] for value in values], names, "class")
    numbers = {name: number for number, name in enumerate(names)}
    return np.array([numbers[value] for value in values], np.int64), names


def in_order(names: Iterable[str]) -> tuple[str, ...]:
    """Sorted by value where all are numbers, else as text.

    >>> in_order({"10", "9", "1"}), in_order({"10", "9", "b"})
    (('1', '9', '10'), ('10', '9', 'b'))
    """
    listed = sorted(names)
    values = {name: _number(name) for name in listed}
    if all(value is not None for value in values.values()):
        return tuple(sorted(listed, key=lambda name: (values[name] or 0.0, name)))
    return tuple(listed)


def _check_filled(rows: Rows, column: int, values: Sequence[str]) -> None:
    wrong = rows.wrong("label")
    for row, value in zip(rows.numbers, values, strict=True):
        if not value:
            title = rows.table.header[column]
            wrong.add(CellValue, row, column, column=title, expected="a class", found="nothing")
    wrong.check()


def _check_trained(
    rows: Rows, column: int, values: Sequence[Sequence[str]], names: Sequence[str], kind: str
) -> None:
    """Raise ``OpError`` where a row has a name that is not among ``names``, those of training."""
    wrong, known = rows.wrong("split"), set(names)
    for row, found in zip(rows.numbers, values, strict=True):
        unknown = next((name for name in found if name not in known), None)
        if unknown is not None:
            wrong.add(NotTrained, row, column, kind=kind, name=unknown)
    wrong.check()


def labels(rows: Rows, columns: Sequence[int], separator: str | None) -> tuple[np.ndarray, tuple[str, ...]]:
    """(N, K) of uint8 and the labels' names, from columns of 0 and 1, or from one that holds names.

    Raises ``OpError`` for cells that are neither 0 nor 1, and for a name that no training row has.
    """
    if len(columns) > 1 or all(cell.lower() in _FLAGS for cell in rows.column(columns[0])):
        return _flags(rows, columns), rows.titles(columns)
    if separator is None:
        _check_separator(rows, columns[0])
    return _named(rows, columns[0], separator or "|")


def _flags(rows: Rows, columns: Sequence[int]) -> np.ndarray:
    import numpy as np

    wrong = rows.wrong("labels")
    flags = np.zeros((len(rows.numbers), len(columns)), np.uint8)
    for k, column in enumerate(columns):
        for n, cell in enumerate(rows.column(column)):
            flag = _FLAGS.get(cell.lower())
            if flag is None:
                title, row = rows.table.header[column], rows.numbers[n]
                wrong.add(CellValue, row, column, column=title, expected="0 or 1", found=shown(cell))
            else:
                flags[n, k] = flag
    wrong.check()
    return flags


def _named(rows: Rows, column: int, separator: str) -> tuple[np.ndarray, tuple[str, ...]]:
    import numpy as np

    found = [_names(cell, separator) for cell in rows.column(column)]
    names = in_order(
        {name for some, trains in zip(found, rows.training, strict=True) if trains for name in some}
    )
    _check_trained(rows, column, found, names, "label")
    numbers = {name: number for number, name in enumerate(names)}
    flags = np.zeros((len(found), len(names)), np.uint8)
    for n, some in enumerate(found):
        flags[n, [numbers[name] for name in some]] = 1
    return flags, names


def _names(cell: str, separator: str) -> list[str]:
    return [name for part in cell.split(separator) if (name := part.strip())]


def _check_separator(rows: Rows, column: int) -> None:
    """Raise ``OpError`` where "|" separates nothing, though something else seems to."""
    cells = rows.column(column)
    if any("|" in cell for cell in cells):
        return
    for row, cell in zip(rows.numbers, cells, strict=True):
        other = next((symbol for symbol in _SEPARATORS if symbol in cell), None)
        if other is not None:
            title, span = rows.table.header[column], rows.table.cell(row, column)
            hint = f'separator = "{other}" takes it as one; separator = "|" leaves such names whole'
            raise OpError(LabelSeparator(column=title, found=other, span=span, hints=(hint,)), "labels")


def numbers(rows: Rows, columns: Sequence[int], argument: str) -> np.ndarray:
    """(N, K) of float32. Raises ``OpError`` for cells that are not finite numbers."""
    import numpy as np

    wrong = rows.wrong(argument)
    values = np.zeros((len(rows.numbers), len(columns)), np.float32)
    for k, column in enumerate(columns):
        for n, cell in enumerate(rows.column(column)):
            value = _number(cell)
            if value is None:
                title, hints = rows.table.header[column], _number_hints(cell)
                fields = {
                    "column": title,
                    "expected": "a finite number",
                    "found": shown(cell),
                    "hints": hints,
                }
                wrong.add(CellValue, rows.numbers[n], column, **fields)
            else:
                values[n, k] = value
    wrong.check()
    return values


def _number(cell: str) -> float | None:
    """The finite number that a cell holds, within the range of float32."""
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if abs(value) <= _LARGEST and "_" not in cell else None


def _number_hints(cell: str) -> tuple[str, ...]:
    decimal_comma = cell.count(",") == 1 and _number(cell.replace(",", ".")) is not None
    return ("write decimals with a point, not a comma",) if decimal_comma else ()


def shown(cell: str) -> str:
    """A cell as a message names it."""
    return f"'{cell[:40]}{'…' if len(cell) > 40 else ''}'" if cell else "nothing"


def boxes(rows: Rows, columns: Sequence[int]) -> np.ndarray:
    """(N, 4) of float32: left, top, right, bottom in pixels. Raises ``OpError`` for boxes without an area."""
    values = numbers(rows, columns, "boxes")
    wrong = rows.wrong("boxes")
    for row, box in zip(rows.numbers, values.tolist(), strict=True):
        problem, at = _box_problem(box)
        if problem:
            hint = "if the columns are left, top, width and height, add them up first"
            wrong.add(BadBox, row, columns[at], box=_box_text(box), problem=problem, hints=(hint,))
    wrong.check()
    if len(values) and values.max() <= 1:
        problem = "is no larger than one pixel, as all are; fractions must be multiplied by width and height"
        wrong.add(BadBox, rows.numbers[0], columns[0], box=_box_text(values[0].tolist()), problem=problem)
    wrong.check()
    return values


def _box_problem(box: Sequence[float]) -> tuple[str, int]:
    """What is wrong with a box by itself, and in which of its columns."""
    left, top, right, bottom = box
    if right <= left:
        return "ends left of where it begins" if right < left else "has no width", 2
    if bottom <= top:
        return "ends above where it begins" if bottom < top else "has no height", 3
    return "", 0


def _box_text(box: Sequence[float]) -> str:
    return ", ".join(f"{edge:g}" for edge in box)


def within(part: Part, rows: Sequence[int], columns: Sequence[int], wrong: Wrong) -> Part:
    """``part``, of these rows of the table, with boxes that end at the edges of their images.

    Those that are further outside than a pixel are added to ``wrong``.
    """
    import numpy as np

    given, pictures = part.targets.boxes, part.pictures
    assert given is not None and isinstance(pictures, EncodedPictures)
    height, width = pictures.shapes[:, 1].astype(np.float32), pictures.shapes[:, 2].astype(np.float32)
    ends = np.stack([width, height, width, height], axis=1)
    inside = np.clip(given, 0, ends)
    off = (np.abs(inside - given) > _TOLERANCE) | (inside[:, [2, 3, 2, 3]] <= inside[:, [0, 1, 0, 1]])
    for n in np.flatnonzero(off.any(axis=1)).tolist():
        problem = f"is not within its image, which is {width[n]:g} pixels wide and {height[n]:g} high"
        row, column = rows[int(pictures.rows[n])], columns[int(off[n].argmax())]
        wrong.add(BadBox, row, column, box=_box_text(given[n].tolist()), problem=problem)
    return replace(part, targets=replace(part.targets, boxes=inside))


def points(rows: Rows, columns: Sequence[int]) -> tuple[np.ndarray, tuple[str, ...]]:
    """(N, K, 2) of float32 from columns of x and y in turns, and what the points are called."""
    values = numbers(rows, columns, "points").reshape(len(rows.numbers), -1, 2)
    titles = rows.titles(columns)
    return values, tuple(map(point_name, titles[::2], titles[1::2]))


def point_name(x: str, y: str) -> str:
    """What the names of a point's two columns begin with.

    >>> point_name("left_eye_x", "left_eye_y"), point_name("x1", "y1")
    ('left_eye', 'x1, y1')
    """
    same = "".join(a for a, _ in takewhile(lambda pair: pair[0] == pair[1], zip(x, y, strict=False)))
    return same.rstrip(" _-.:") or f"{x}, {y}"
