"""A confusion matrix on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..train.wording import printable

if TYPE_CHECKING:
    from ..train.tasks import Scored

_NAME = 14
MOST = 20
"""Up to so many classes the matrix is printed."""


def print_matrix(scored: Scored, rows: str) -> None:
    """Counts of images; ``rows`` says whether a row is a predicted or an actual class. The axes are always written."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from ..train.metrics.tables import oriented

    matrix, columns = oriented(scored, rows)
    names = [_short(name) for name in scored.task.names]
    table = Table(box=None, header_style="bold")
    table.add_column(f"{rows} \\ {columns}")
    for name in names:
        table.add_column(Text(name), justify="right")
    for place, (name, row) in enumerate(zip(names, matrix.tolist(), strict=True)):
        cells = [Text(str(n) if n else "·", style="bold" if i == place else "") for i, n in enumerate(row)]
        table.add_row(Text(name), *cells)
    console = Console(highlight=False, soft_wrap=True)
    console.print(
        Text(f"confusion matrix: each row is {_kind(rows)} class, each column {_kind(columns)} one")
    )
    console.print(table)


def _kind(axis: str) -> str:
    return f"a{'n' if axis == 'actual' else ''} {axis}"


def _short(name: str) -> str:
    shown = printable(name)
    return shown if len(shown) <= _NAME else shown[: _NAME - 1] + "…"
