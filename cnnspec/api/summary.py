"""The figures of a network as text, rows, plain values and a notebook's table."""

from __future__ import annotations

from dataclasses import dataclass
from shutil import get_terminal_size
from typing import Any

from ..analyses.rows import Row, rows
from ..analyses.summary import Summary as Figures
from ..analyses.summary import summary_json
from .summary_table import HEAD, cells, summary_text, title, totals


@dataclass(frozen=True, eq=False, repr=False)
class Summary:
    """What :meth:`cnnspec.Network.summary` gives; ``figures`` holds everything, for one image.

    As text it is the table of ``cnnspec summary``, as wide as the terminal. Parts nested deeper than ``depth`` levels
    are one row each.
    """

    figures: Figures
    depth: int | None = None

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows of the table: layers, headings of open parts, and folded parts."""
        return rows(self.figures, self._levels)

    @property
    def _levels(self) -> int | None:
        return None if self.depth is None else self.depth - 1

    def to_dict(self) -> dict[str, Any]:
        """The object of ``cnnspec summary --json``: plain values, all layers whatever ``depth`` is."""
        return summary_json(self.figures)

    def text(self, width: int) -> str:
        """The table in so many columns."""
        return summary_text(self.figures, width, self._levels)

    def __str__(self) -> str:
        return self.text(get_terminal_size().columns)

    def __repr__(self) -> str:
        return f"<Summary {title(self.figures)}, {len(self.figures.layers)} layers>"

    def _repr_html_(self) -> str:
        from .html import escaped, lines, table

        head: tuple[str, ...] = HEAD
        body = [cells(row, 1) for row in self.rows]
        if self.figures.tuned:
            head = (*head, "")
            body = [(*each, row.frozen) for each, row in zip(body, self.rows, strict=True)]
        shown = table(head, body, 2)
        return f"<p><b>{escaped(title(self.figures))}</b></p>\n{shown}\n{lines(totals(self.figures))}"
