"""A table of images and targets as the parts of a data set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ...ir import OpError
from . import table_targets
from .assemble import Part, encoded_part, splits_of
from .dataset import Splits
from .errors import SingleClass
from .pictures import Files
from .places import need_folder, needs_classes, resolve
from .selection import Selection
from .split import check_fractions
from .table import Table, read_table
from .table_errors import NoImageColumn, NoTargetColumn
from .table_images import PARTS, NamedImages, check_none_lost, named_images, parts_of
from .table_targets import Rows
from .targets import TargetNames, Targets

if TYPE_CHECKING:
    from .sources.csv import Csv

_IMAGES = ("path", "file", "filename", "file_name", "image", "filepath", "image_path")
_SPLITS = ("split", "subset")
_LABELS = ("label", "class", "category", "target", "species")
_LISTS = ("labels", "numbers", "boxes", "points")


@dataclass(frozen=True, slots=True)
class Columns:
    """The numbers of the columns that are read."""

    image: int
    label: int | None
    labels: tuple[int, ...]
    numbers: tuple[int, ...]
    boxes: tuple[int, ...]
    points: tuple[int, ...]
    split: int | None


def load_table(source: Csv, seed: int) -> Splits:
    """The data that ``source`` describes, all read but the pixels; raises ``OpError``, with the place in the table."""
    table = read_table(resolve(source.path), source.delimiter)
    columns = columns_of(source, table)
    which = parts_of(table, columns.split)
    root = Path(table.path).parent if source.root is None else need_folder(resolve(source.root), "root")
    images = named_images(table, columns.image, root, source.skip_broken)
    check_none_lost(which, images.rows, table)
    check_fractions("csv", 0 if 1 in which else source.validation, 0 if 2 in which else source.test)
    rows = Rows(table, images.rows, [which[row] == 0 for row in images.rows])
    targets, names = targets_of(rows, columns, source.separator)
    train, validation, test = _parts(images, rows, targets, which, columns.boxes, source.skip_broken)
    assert train is not None
    train = replace(train, skipped=(*images.missing, *train.skipped))
    others = (validation or source.validation, test or source.test)
    return splits_of(train, *others, seed, names, Selection.of(source))


def columns_of(source: Csv, table: Table) -> Columns:
    """The columns that the arguments name, or that are found by their names; ``OpError`` where there are none."""
    image = table.first_column(_IMAGES) if source.image is None else table.column(source.image, "image")
    if image is None:
        hints = (table.columns, 'image = "…" names the one')
        raise OpError(NoImageColumn(path=table.path, span=table.header_span, hints=hints), "path")
    lists = {key: tuple(table.column(n, key) for n in getattr(source, key) or ()) for key in _LISTS}
    label = None if source.label is None else table.column(source.label, "label")
    if label is None and not any(lists.values()):
        label = _label_column(table)
    split = _split_column(table) if source.split is None else table.column(source.split, "split")
    return Columns(image=image, label=label, split=split, **lists)


def _split_column(table: Table) -> int | None:
    """The column called split or subset, where all it holds are names of parts, and some rows are for training."""
    column = table.first_column(_SPLITS)
    if column is None:
        return None
    found = {PARTS.get(cells[column].lower()) for cells in table.rows}
    return column if None not in found and 0 in found else None


def _label_column(table: Table) -> int:
    label = table.first_column(_LABELS)
    if label is None:
        name = Path(table.path).name
        hints = (
            table.columns,
            f'say what is to be learnt, e.g.: csv("{name}", label = "…")',
            'or labels = ["…"], numbers = ["…"], boxes = ["…", "…", "…", "…"] or points = ["…", "…"]',
        )
        raise OpError(NoTargetColumn(path=table.path, span=table.header_span, hints=hints), "path")
    return label


def targets_of(rows: Rows, columns: Columns, separator: str | None) -> tuple[Targets, TargetNames]:
    """What the rows hold, and what it is called; raises ``OpError`` about cells that are wrong."""
    targets, names = Targets(), TargetNames(numbers=rows.titles(columns.numbers))
    if columns.label is not None:
        numbers, classes = table_targets.classes(rows, columns.label)
        targets, names = replace(targets, classes=numbers), replace(names, classes=classes)
    if columns.labels:
        flags, labels = table_targets.labels(rows, columns.labels, separator)
        targets, names = replace(targets, labels=flags), replace(names, labels=labels)
    if columns.numbers:
        targets = replace(targets, numbers=table_targets.numbers(rows, columns.numbers, "numbers"))
    if columns.boxes:
        targets = replace(targets, boxes=table_targets.boxes(rows, columns.boxes))
    if columns.points:
        places, points = table_targets.points(rows, columns.points)
        targets, names = replace(targets, points=places), replace(names, points=points)
    _check_not_single(rows.table, columns, targets, names)
    return targets, names


def _check_not_single(table: Table, columns: Columns, targets: Targets, names: TargetNames) -> None:
    """Raise ``OpError`` where there is a single class and nothing else to learn."""
    alone = columns.label is not None and targets.kinds == ("classes",) and len(names.classes) == 1
    if columns.label is not None and alone and needs_classes():
        span = table.title(columns.label)
        raise OpError(SingleClass(where=f"'{table.path}'", name=names.classes[0], span=span), "label")


def _parts(
    images: NamedImages,
    rows: Rows,
    targets: Targets,
    which: Sequence[int],
    boxes: Sequence[int],
    skip_broken: bool,
) -> list[Part | None]:
    """Training, validation and test part, all headers read; None where no row is for one."""
    import numpy as np

    wrong, parts = rows.wrong("boxes"), list[Part | None]()
    for number in range(3):
        places, paths = images.of(which, number)
        if not places:
            parts.append(None)
            continue
        files, found = Files(paths, images.root), targets[np.array(places)]
        part = encoded_part(files, found, skip_broken, f"'{rows.table.path}'")
        numbers = [images.rows[n] for n in places]
        parts.append(table_targets.within(part, numbers, boxes, wrong) if boxes else part)
    wrong.check()
    return parts
