"""The parts of a data set in Parquet tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

from .assemble import Part, encoded_part, splits_of
from .class_labels import class_names
from .dataset import Splits
from .parquet_file import Cells, Columns, Table, read_tables
from .parquet_labels import check_alike, labels_of
from .selection import Selection
from .shards import part_files
from .split import check_fractions
from .targets import TargetNames, Targets

if TYPE_CHECKING:
    from .sources.parquet import Parquet


def parquet_splits(source: Parquet, seed: int) -> Splits:
    """Raises ``OpError``."""
    others = {"validation_files": source.validation_files, "test_files": source.test_files}
    files = part_files(source.path, others, ".parquet")
    check_fractions("parquet", 0 if files.validation else source.validation, 0 if files.test else source.test)
    columns = Columns(source.image, source.label, source.skip_broken)
    train = read_tables(files.train, columns)
    names = class_names(labels_of(train, source.label, training=True), train[0].names)
    reader = _PartReader(columns, train[0], names)
    validation, test = (
        reader.read(paths) if paths else share
        for paths, share in ((files.validation, source.validation), (files.test, source.test))
    )
    first = reader.part(train, training=True)
    return splits_of(first, validation, test, seed, TargetNames(names), Selection.of(source))


@dataclass(frozen=True, slots=True)
class _PartReader:
    """Reads further parts, whose labels must be of the same kind as those of ``first``, a training table."""

    columns: Columns
    first: Table
    names: tuple[str, ...]

    def read(self, paths: Sequence[Path]) -> Part:
        tables = read_tables(paths, self.columns)
        check_alike((self.first, *tables))
        return self.part(tables, training=False)

    def part(self, tables: tuple[Table, ...], training: bool) -> Part:
        labels = labels_of(tables, self.columns.label, training)
        classes = labels.numbered(self.names, "those of the training images")
        cells = Cells(tables, tuple(accumulate(len(table.images) for table in tables)))
        return encoded_part(cells, Targets(classes=classes), self.columns.skip_broken, labels.where)
