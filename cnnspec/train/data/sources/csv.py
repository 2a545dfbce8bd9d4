"""Source ``csv``: a table of image paths and targets."""

from __future__ import annotations

from pathlib import Path

from ....ir import BadValue, Choice, ListOf, OpError, Shape, Text, arg
from ...registries import DATA_SOURCES, DataSource
from ..dataset import Splits
from ..fitting import fit_argument, mode_argument, skip_argument
from ..places import require
from ..selection import only_argument, per_class_argument
from ..split import fraction_argument

_Names = tuple[str, ...]


@DATA_SOURCES.register("csv")
class Csv(DataSource):
    """A table of images and what is known of them: a text file with a header line and a row an image.

    Cells stand between commas, tabs or semicolons and may be quoted; the text is UTF-8. White space
    around a cell is dropped, and blank rows are passed over. Without ``label``, ``labels``, ``numbers``,
    ``boxes`` and ``points`` the class is the first column called label, class, category, target or
    species. Classes are the values of the training rows, sorted: by value where all are numbers. Several
    labels are columns of 0 and 1 (or false and true, no and yes), or one column of names with
    ``separator`` between them. Boxes and points are in pixels; the first pixel of a row reaches from 0 to
    1. An image has one row, and one box at most. Wrong cells are shown in the table.
    """

    path: str = arg(Text(), "the table; a relative path starts at the spec file's folder")
    image: str | None = arg(
        Text(),
        "column of image paths; the first called path, file, filename, file_name, image, filepath or image_path",
        None,
    )
    label: str | None = arg(Text(), "column of classes, names or numbers", None)
    labels: _Names | None = arg(
        ListOf(Text()), "columns of 0 and 1, a label each, or one column of names", None
    )
    numbers: _Names | None = arg(ListOf(Text()), "columns of numbers to learn", None)
    boxes: _Names | None = arg(ListOf(Text(), 4), "columns of left, top, right and bottom, in pixels", None)
    points: _Names | None = arg(ListOf(Text()), "columns of x and y in turns, in pixels", None)
    split: str | None = arg(
        Text(),
        "column that gives rows to train, validation or test; one called split or subset that holds nothing else, or "
        "none: shares are taken",
        None,
    )
    root: str | None = arg(Text(), "folder where image paths start; that of the table", None)
    separator: str | None = arg(Text(), 'what stands between several labels of a cell; "|"', None)
    delimiter: str | None = arg(
        Choice("comma", "tab", "semicolon"),
        "what stands between cells; what the first line has most of",
        None,
    )
    validation: float = fraction_argument("share of the images to validate on, where no row is for it", 0.1)
    test: float = fraction_argument("share of the images to test on, where no row is for it", 0.1)
    fit: str = fit_argument()
    mode: str = mode_argument()
    skip_broken: bool = skip_argument()
    only: tuple[str | int, ...] | None = only_argument()
    per_class: int | None = per_class_argument()

    def __post_init__(self) -> None:
        for name in ("labels", "numbers", "boxes", "points"):
            _check_names(name, getattr(self, name))
        if self.points is not None and len(self.points) % 2:
            raise _bad("points", f"a point has an x and a y, but {len(self.points)} columns are not pairs")
        if self.separator == "":
            raise _bad("separator", "an empty separator separates nothing")

    @classmethod
    def suits(cls, path: Path) -> int:
        return 2 * (path.is_file() and path.suffix.lower() in (".csv", ".tsv"))

    def load(self, input_shape: Shape, seed: int) -> Splits:
        from ..table_data import load_table

        require("PIL.Image", "pillow", "csv")
        return load_table(self, seed)


def _check_names(argument: str, names: _Names | None) -> None:
    """Raise ``OpError`` where a list of columns is empty or names one twice."""
    if names is None:
        return
    if not names:
        raise _bad(argument, f"'{argument}' must name at least one column")
    double = next((name for place, name in enumerate(names) if name in names[:place]), None)
    if double is not None:
        raise _bad(argument, f"'{argument}' names the column '{double}' twice")


def _bad(argument: str, problem: str) -> OpError:
    return OpError(BadValue(call="csv", problem=problem), argument)
