"""The column of classes in Parquet tables: numbers with or without names, or text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ...ir import OpError
from .archive_errors import MixedLabels, Unlabelled
from .arrays import Named, as_labels
from .class_labels import Labels
from .errors import BadLabels, DataEmpty
from .parquet_file import Table
from .places import require

if TYPE_CHECKING:
    import numpy as np

_LISTED = 5


def check_alike(tables: Sequence[Table]) -> None:
    """Raise ``OpError`` where tables have other kinds of labels than the first, or other names for them."""
    first = tables[0]
    for table in tables:
        if _described(table) != _described(first):
            raise OpError(
                MixedLabels(
                    where=f"'{table.path}'",
                    found=_described(table),
                    others=f"those in '{first.path}' are {_described(first)}",
                ),
                "label",
            )


def _described(table: Table) -> str:
    if table.labels_are_text:
        return "names"
    if not table.names:
        return "numbers"
    more = f" and {len(table.names) - _LISTED} more" if len(table.names) > _LISTED else ""
    return f"numbers of the classes {', '.join(table.names[:_LISTED])}{more}"


def labels_of(tables: Sequence[Table], column: str, training: bool) -> Labels:
    """The labels of one part; raises ``OpError`` where there are none, or they are no classes."""
    import numpy as np

    check_alike(tables)
    where = f"'{tables[0].path}'" + (f" and {len(tables) - 1} more" if len(tables) > 1 else "")
    filled = [table for table in tables if len(table.images)]
    if not filled:
        raise OpError(DataEmpty(where=where), "path")
    if not training:
        _check_labelled(filled)
    for table in filled:
        _check_complete(table, column)
    if filled[0].labels_are_text:
        return _from_text(filled, where)
    codes = [as_labels(Named(table.labels.to_numpy(), _where(table, column), "label")) for table in filled]
    return Labels(np.concatenate(codes), None, where, "label")


def _where(table: Table, column: str) -> str:
    return f"'{column}' of '{table.path}'"


def _check_labelled(tables: Sequence[Table]) -> None:
    """Test sets of competitions are published with -1, or nothing, in place of each label."""
    for table in tables:
        labels = table.labels
        empty = labels.null_count == len(labels)
        if not empty and (table.labels_are_text or labels.null_count or labels.to_numpy().max() >= 0):
            continue
        hint = "move the file elsewhere, and a share of the training images is taken: test = 0.1"
        found = "missing" if empty else str(labels.to_numpy().max())
        raise OpError(Unlabelled(path=str(table.path), found=found, hints=(hint,)), "path")


def _check_complete(table: Table, column: str) -> None:
    if table.labels.null_count:
        row = table.labels.is_null().index(True).as_py()
        raise OpError(BadLabels(where=_where(table, column), problem=f"row {row} has none"), "label")


def _from_text(tables: Sequence[Table], where: str) -> Labels:
    import numpy as np

    places: dict[str, int] = {}
    codes = [_codes(table.labels, places) for table in tables]
    return Labels(np.concatenate(codes), tuple(places), where, "label")


def _codes(labels: Any, places: dict[str, int]) -> np.ndarray:
    """(N,) of int64: where each of the ``labels`` stands in ``places``, which grows by what is new."""
    import numpy as np

    compute = require("pyarrow.compute", "pyarrow", "parquet")
    words = labels.unique()
    numbers = np.array([places.setdefault(word, len(places)) for word in words.to_pylist()], np.int64)
    found: np.ndarray = numbers[compute.index_in(labels, value_set=words).to_numpy()]
    return found
