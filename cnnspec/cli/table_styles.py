"""The tables of ``summary`` as others lay them out, by their names."""

from __future__ import annotations

from collections.abc import Callable

from ..ir import Graph
from .field_table import field_table
from .keras_table import keras
from .lecture_table import lecture

_STYLES: dict[str, Callable[[Graph], str]] = {"keras": keras, "lecture": lecture, "field": field_table}


def table_in(graph: Graph, style: str) -> str:
    """The table in a style of :data:`cnnspec.cli.summary.STYLES`."""
    return _STYLES[style](graph)
