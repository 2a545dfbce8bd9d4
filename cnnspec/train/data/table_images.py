"""The images that the rows of a table name, and the part of the data that each row is for."""

from __future__ import annotations

import ntpath
import os
import posixpath
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ...ir import OpError
from ...source import Note
from .errors import DataEmpty
from .pictures import Problem
from .table import Table, Wrong
from .table_errors import CellValue, ImageMissing, ImagePath, ImageTwice, NoTrainingRows
from .table_targets import shown

PARTS = {
    **dict.fromkeys(("train", "training"), 0),
    **dict.fromkeys(("val", "valid", "validation"), 1),
    **dict.fromkeys(("test", "testing"), 2),
}
_TITLES = ("training", "validation", "testing")


@dataclass(frozen=True, slots=True)
class NamedImages:
    """``rows`` of the table whose images are there, with their paths; ``missing`` are the others."""

    rows: list[int]
    paths: list[Path]
    root: Path
    missing: tuple[Problem, ...]

    def of(self, parts: Sequence[int], part: int) -> tuple[list[int], tuple[Path, ...]]:
        """Places in ``rows`` of the images for ``part``, and their paths; ``parts`` has one for each row."""
        places = [n for n, row in enumerate(self.rows) if parts[row] == part]
        return places, tuple(self.paths[n] for n in places)


def named_images(table: Table, column: int, root: Path, skip_missing: bool) -> NamedImages:
    """The images that ``column`` names, below ``root``; each may be named once.

    Raises ``OpError`` about paths that are wrong, and about missing files unless they are to be left out.
    """
    wrong, found = Wrong(table, "image"), NamedImages([], [], root, ())
    seen: dict[str, int] = {}
    missing = []
    for row, cells in enumerate(table.rows):
        name = os.path.normpath(cells[column])
        path, problem = root / name, _path_problem(cells[column])
        if problem:
            hints = (f"paths start at '{root}'; root = \"…\" names another folder",)
            wrong.add(ImagePath, row, column, name=cells[column], problem=problem, hints=hints)
        elif name in seen:
            _add_twice(wrong, column, seen[name], row)
        elif os.path.isfile(path):
            found.rows.append(row)
            found.paths.append(path)
        elif skip_missing:
            missing.append(
                Problem(str(path), f"it is not there; line {table.line(row)} of '{table.path}' names it")
            )
        else:
            wrong.add(ImageMissing, row, column, path=str(path), hints=_missing_hints(root, cells[column]))
        seen.setdefault(name, row)
    wrong.check()
    return NamedImages(found.rows, found.paths, root, tuple(missing))


def _path_problem(cell: str) -> str:
    """Why a path cannot be taken, or nothing; either system's absolute paths are refused on both."""
    if not cell:
        return "is empty"
    if cell.startswith(("/", "\\")) or ntpath.splitdrive(cell)[0]:
        return "is absolute"
    normal = posixpath.normpath(cell.replace("\\", "/"))
    return "leads out of the folder of the images" if normal == ".." or normal.startswith("../") else ""


def _add_twice(wrong: Wrong, column: int, first: int, row: int) -> None:
    table = wrong.table
    notes = (Note("it was named before", table.cell(first, column)),)
    name, lines = table.rows[row][column], (table.line(first), table.line(row))
    wrong.add(ImageTwice, row, column, name=name, first=lines[0], second=lines[1], notes=notes)


def _missing_hints(root: Path, cell: str) -> tuple[str, ...]:
    if "\\" in cell:
        return ("write '/' between folders, which works on every system",)
    return (
        f"paths start at '{root}'; root = \"…\" names another folder, skip_broken = true leaves such rows out",
    )


def parts_of(table: Table, column: int | None) -> list[int]:
    """What each row is for: 0 training, 1 validation, 2 testing. Raises ``OpError`` for other values."""
    if column is None:
        return [0] * len(table.rows)
    wrong, title = Wrong(table, "split"), table.header[column]
    parts = [PARTS.get(cells[column].lower(), -1) for cells in table.rows]
    for row, part in enumerate(parts):
        if part < 0:
            found = shown(table.rows[row][column])
            wrong.add(CellValue, row, column, column=title, expected="train, validation or test", found=found)
    wrong.check()
    if 0 not in parts:
        raise OpError(NoTrainingRows(column=title, path=table.path, span=table.title(column)), "split")
    return parts


def check_none_lost(parts: Sequence[int], rows: Sequence[int], table: Table) -> None:
    """Raise ``OpError`` where all images of a part were left out, because they are missing."""
    left = {parts[row] for row in rows}
    for part in sorted(set(parts) - left):
        where = f"the {_TITLES[part]} part of '{table.path}', where every image is missing,"
        raise OpError(DataEmpty(where=where, file=table.path), "path")
