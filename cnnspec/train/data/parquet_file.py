"""Tables of images in Parquet files, as Hugging Face's ``datasets`` writes them.

https://huggingface.co/docs/datasets: an image is a struct of ``bytes`` and ``path``; the schema's metadata
``huggingface`` is JSON that describes the columns, with the names of a ``ClassLabel``. Arrow's tables hold the
encoded images; nothing is made a Python object before it is read.
"""

from __future__ import annotations

import io
import json
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from ...ir import OpError
from ...source import did_you_mean
from .archive_errors import BrokenParquet, ColumnMissing, ColumnType, ImageElsewhere
from .arrays import check_bytes
from .places import need_file, require, unreadable

_ROWS = 256
_LISTED = 12
_IMAGE = "images as encoded bytes"
_LABEL = "whole numbers or text"


@dataclass(frozen=True, slots=True)
class Columns:
    """The names of the columns that are read; ``skip_broken`` lets rows without an image pass."""

    image: str
    label: str
    skip_broken: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A file: ``images`` of Arrow's type binary and ``labels`` of numbers or text, as long as each other.

    ``names`` are those of the classes, where the file has them.
    """

    path: Path
    images: Any
    labels: Any
    names: tuple[str, ...] | None

    @property
    def labels_are_text(self) -> bool:
        return bool(_types().is_string(self.labels.type) or _types().is_large_string(self.labels.type))


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """The encoded images of several tables, one after another; ``ends`` are their last rows' numbers + 1."""

    tables: tuple[Table, ...]
    ends: tuple[int, ...]

    def __len__(self) -> int:
        return self.ends[-1]

    def open(self, index: int) -> IO[bytes]:
        table, row = self._at(index)
        data = table.images[row].as_buffer()
        if data is None:
            raise OSError(0, "it holds no image")
        return io.BytesIO(data)

    def name(self, index: int) -> str:
        table, row = self._at(index)
        return f"{table.path.name} row {row}"

    def place(self, index: int) -> str:
        table, row = self._at(index)
        return f"{table.path}: row {row}"

    def _at(self, index: int) -> tuple[Table, int]:
        number = bisect_right(self.ends, index)
        return self.tables[number], index - (self.ends[number - 1] if number else 0)


def read_tables(paths: Sequence[Path], columns: Columns) -> tuple[Table, ...]:
    """The tables of one part; raises ``OpError`` where one is damaged, too large, or lacks what is read."""
    tables: list[Table] = []
    total = 0
    for path in paths:
        table, size = _Reader(path, columns).read(total)
        tables.append(table)
        total += size
    return tuple(tables)


@dataclass(frozen=True, slots=True)
class _Reader:
    path: Path
    columns: Columns

    def read(self, before: int) -> tuple[Table, int]:
        """The table and its bytes in memory; ``before`` is what others have taken."""
        need_file(self.path, "path")
        try:
            return self._read(before)
        except OpError:
            raise
        except Exception as error:  # Arrow raises most kinds on damaged files
            if isinstance(error, OSError) and error.errno:
                raise unreadable(self.path, error, "path") from None
            reason = " ".join(str(error).split())[:160] or type(error).__name__
            broken = BrokenParquet(path=str(self.path), reason=reason, file=str(self.path))
            raise OpError(broken, "path") from None

    def _read(self, before: int) -> tuple[Table, int]:
        parquet = require("pyarrow.parquet", "pyarrow", "parquet")
        with parquet.ParquetFile(self.path, page_checksum_verification=True) as file:
            self._check_schema(file.schema_arrow)
            images: list[Any] = []
            labels: list[Any] = []
            size = rows = 0
            names = [self.columns.image, self.columns.label]
            for batch in file.iter_batches(batch_size=_ROWS, columns=names):
                batch.validate(full=True)
                size += batch.nbytes
                check_bytes(before + size, f"'{self.path}'", "path")
                images.append(self._encoded(batch.column(names[0]), rows))
                labels.append(_plain(batch.column(names[1])))
                rows += len(batch)
            table = self._table(images, labels, file.schema_arrow)
        return table, size

    def _table(self, images: list[Any], labels: list[Any], schema: Any) -> Table:
        arrow = require("pyarrow", "pyarrow", "parquet")
        if not images:
            images.append(arrow.array([], arrow.binary()))
            labels.append(_plain(arrow.array([], schema.field(self.columns.label).type)))
        names = class_label(schema.metadata, self.columns.label)
        return Table(self.path, arrow.chunked_array(images), arrow.chunked_array(labels), names)

    def _check_schema(self, schema: Any) -> None:
        for argument, name in (("image", self.columns.image), ("label", self.columns.label)):
            if name not in schema.names:
                raise self._missing(schema.names, argument, name)
        image, label = (schema.field(name).type for name in (self.columns.image, self.columns.label))
        if not _holds_images(image):
            raise self._wrong_type("image", self.columns.image, image, _IMAGE)
        if not _holds_labels(label):
            raise self._wrong_type("label", self.columns.label, label, _LABEL)

    def _missing(self, names: Sequence[str], argument: str, name: str) -> OpError:
        listed = ", ".join(f"'{n}'" for n in names[:_LISTED]) + (" …" if len(names) > _LISTED else "")
        hints = did_you_mean(name, names) or (f'{argument} = "…" says which one',)
        missing = ColumnMissing(path=str(self.path), column=name, found=listed or "none", hints=hints)
        return OpError(missing, argument)

    def _wrong_type(self, argument: str, column: str, found: Any, expected: str) -> OpError:
        wrong = ColumnType(path=str(self.path), column=column, found=str(found)[:80], expected=expected)
        return OpError(wrong, argument)

    def _encoded(self, cells: Any, first: int) -> Any:
        """The bytes of a batch of images, whose first row is number ``first`` of the file."""
        compute = require("pyarrow.compute", "pyarrow", "parquet")
        found = compute.struct_field(cells, "bytes") if _is_struct(cells.type) else cells
        if found.null_count and not self.columns.skip_broken:
            row = found.is_null().index(True).as_py()
            raise self._elsewhere(first + row, cells[row].as_py())
        return found

    def _elsewhere(self, row: int, cell: Any) -> OpError:
        path = cell.get("path") if isinstance(cell, dict) else None
        found = f"only the path of an image, '{path}'" if path else "no image"
        skip = "leave such rows out: --skip-broken, or skip_broken = true in the spec"
        hint = "paths are not followed; write the table with the images' bytes inside" if path else skip
        elsewhere = ImageElsewhere(path=str(self.path), row=row, found=found, hints=(hint,))
        return OpError(elsewhere, "path")


def class_label(metadata: dict[bytes, bytes] | None, column: str) -> tuple[str, ...] | None:
    """The classes' names of a ``ClassLabel``, by Hugging Face's description of the columns."""
    try:
        names = json.loads((metadata or {})[b"huggingface"])["info"]["features"][column]["names"]
    except (LookupError, TypeError, ValueError, RecursionError):
        return None
    if not isinstance(names, list) or not all(isinstance(n, str) for n in names):
        return None
    return tuple(names) if len(set(names)) == len(names) else None


def _types() -> Any:
    return require("pyarrow", "pyarrow", "parquet").types


def _is_struct(kind: Any) -> bool:
    return bool(_types().is_struct(kind))


def _holds_images(kind: Any) -> bool:
    if _is_struct(kind):
        place = kind.get_field_index("bytes")
        return place >= 0 and _is_bytes(kind.field(place).type)
    return _is_bytes(kind)


def _is_bytes(kind: Any) -> bool:
    return bool(_types().is_binary(kind) or _types().is_large_binary(kind))


def _holds_labels(kind: Any) -> bool:
    types = _types()
    if types.is_dictionary(kind):
        kind = kind.value_type
    tests = (types.is_integer, types.is_boolean, types.is_floating, types.is_string, types.is_large_string)
    return any(test(kind) for test in tests)


def _plain(column: Any) -> Any:
    """A column whose values are written once and referred to, as those values."""
    return column.dictionary_decode() if _types().is_dictionary(column.type) else column
