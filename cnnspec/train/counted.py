"""Measures of predictions that are counted already, whatever made them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..ir import OpError
from ..source import Diagnostic, Source, Span, SpecError
from .data.table import Table, read_table
from .measures import Axis, matrix_json
from .metrics.tables import ClassRow, Counts, baseline_note, class_table, confusion, largest_share, unequal
from .registries import METRICS
from .task_errors import BadMatrix, NoPredictions
from .tasks import ClassTask, Scored
from .tasks.making import class_number

if TYPE_CHECKING:
    import numpy as np

_ACTUAL = ("actual", "truth", "label", "class", "target")
_PREDICTED = ("predicted", "prediction", "class_1", "predicted_class", "answer")
_MOST = 10**8
"""Cells of (images x classes) that are held."""


@dataclass(frozen=True)
class Counted:
    """Predictions as a network's answers would be, of full probability each."""

    scored: Scored
    task: ClassTask

    @property
    def table(self) -> tuple[ClassRow, ...]:
        return class_table(self.scored)

    @property
    def values(self) -> dict[str, float | None]:
        """Every metric that needs no probabilities."""
        made = [METRICS.make(name) for name, cls in METRICS.entries.items() if "classes" in cls.kinds]
        fitting = [m for m in made if m.scalar and not m.joint and not m.ranks]
        return {metric.key: metric.compute(self.scored) for metric in fitting}

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be said where the accuracy is no better than naming the largest class."""
        truth, accuracy = self.scored.truth, self.values["accuracy"]
        if accuracy is None or not unequal(truth, self.task.classes):
            return ()
        number, share = largest_share(truth)
        note = baseline_note(accuracy, self.task.names[number], share)
        return (note,) if note else ()

    @property
    def counts(self) -> Counts:
        """True and false positives and negatives of the positive class."""
        matrix, place = confusion(self.scored), self.task.positive
        tp = int(matrix[place, place])
        fp, fn = int(matrix[place].sum()) - tp, int(matrix[:, place].sum()) - tp
        return Counts(tp, fp, fn, int(matrix.sum()) - tp - fp - fn)

    def worked(self) -> list[str]:
        """The measures, a line each; of two classes the formulas with the numbers put in."""
        number, share = largest_share(self.scored.truth)
        largest = f"share of the largest class ('{self.task.names[number]}')  {share:.4f}"
        if self.task.classes != 2:
            values = {name: value for name, value in self.values.items() if value is not None}
            width = max(map(len, values))
            return [*(f"{name:<{width}}  {value:.4f}" for name, value in values.items()), largest]
        c = self.counts
        total = c.tp + c.fp + c.fn + c.tn
        p, r = c.precision, c.recall
        name = self.task.names[self.task.positive]
        return [
            f"positive class '{name}': {c.tp} true positives, {c.fp} false positives, "
            f"{c.fn} false negatives, {c.tn} true negatives",
            f"accuracy   = (TP + TN) / all = ({c.tp} + {c.tn}) / {total} = {_figure(c.accuracy)}",
            f"precision  = TP / (TP + FP)  = {c.tp} / ({c.tp} + {c.fp}) = {_figure(p)}",
            f"recall     = TP / (TP + FN)  = {c.tp} / ({c.tp} + {c.fn}) = {_figure(r)}",
            f"F1         = 2 * precision * recall / (precision + recall) = {_put_in(p, r)}{_figure(c.f1)}",
            largest,
        ]

    def as_json(self, rows: Axis = "predicted") -> dict[str, Any]:
        """An object of plain values; ``rows`` says what a row of the confusion matrix is."""
        found: dict[str, Any] = {"images": len(self.scored), **self.values}
        if self.task.classes == 2:
            found["counts"] = asdict(self.counts)
        found["largest_class"] = largest_share(self.scored.truth)[1]
        found["classes"] = [asdict(row) for row in self.table]
        return {**found, **matrix_json(self.scored, rows), "notes": list(self.notes)}


def from_matrix(
    text: str, names: Sequence[str] | None, positive: str | None, rows: Axis = "predicted"
) -> Counted:
    """From counts row by row, a row a class of the kind ``rows``; raises :class:`SpecError` where they are none."""
    import numpy as np

    cells = [cell.strip() for cell in text.replace(";", ",").split(",")]
    for place, cell in enumerate(cells):
        if not cell.isascii() or not cell.isdigit():
            raise SpecError([_bad(text, f"'{cell}' is not a whole number of images", _cell(text, place))])
    side = math.isqrt(len(cells))
    if side * side != len(cells) or side < 2:
        raise SpecError([_bad(text, f"{len(cells)} counts are not a matrix of as many rows as columns")])
    named = tuple(names) if names else tuple(f"class {i}" for i in range(1, side + 1))
    if len(named) != side or len(set(named)) < side or not all(named):
        raise SpecError([_bad(text, f"a matrix of {side} classes takes {side} different names")])
    if sum(map(int, cells)) * side > _MOST or not any(map(int, cells)):
        raise SpecError(
            [_bad(text, "there are no images" if not any(map(int, cells)) else "these are too many images")]
        )
    counts = np.array([int(cell) for cell in cells]).reshape(side, side)
    first, second = (np.repeat(axis.ravel(), counts.ravel()) for axis in np.indices((side, side)))
    predicted, actual = (first, second) if rows == "predicted" else (second, first)
    return _counted(predicted, actual, named, positive)


def from_table(path: Path | None, actual: str | None, predicted: str | None, positive: str | None) -> Counted:
    """From a table with a row an image; raises :class:`SpecError` where it has not both columns."""
    import numpy as np

    if path is None:
        hints = ("give a table, or --confusion with counts: cnnspec measures --confusion 90,60,10,940",)
        raise SpecError([NoPredictions(problem="there is nothing to measure", hints=hints)])
    try:
        table = read_table(path, None)
        said, truth = (
            _cells(table, _column(table, name, usual, option))
            for name, usual, option in ((predicted, _PREDICTED, "predicted"), (actual, _ACTUAL, "actual"))
        )
    except OpError as error:
        raise SpecError([error.diagnostic]) from None
    names = tuple(sorted({*said, *truth}))
    numbers = {name: number for number, name in enumerate(names)}
    if len(names) < 2:
        raise SpecError([NoPredictions(problem=f"all images of '{path}' are of one class", file=str(path))])
    return _counted(
        np.array([numbers[n] for n in said]), np.array([numbers[n] for n in truth]), names, positive
    )


def _column(table: Table, name: str | None, usual: Sequence[str], option: str) -> int:
    if name is not None:
        return table.column(name, option)
    found = table.first_column(usual)
    if found is None:
        problem = f"'{table.path}' has no column of {option} classes, such as '{usual[0]}'"
        hints = (f"name it: --{option} COLUMN; there are: {table.columns}",)
        raise OpError(NoPredictions(problem=problem, span=table.header_span, hints=hints))
    return found


def _cells(table: Table, column: int) -> list[str]:
    """A column whose cells all hold something; raises ``OpError``."""
    cells = [row[column] for row in table.rows]
    if "" in cells:
        problem = f"a cell of the column '{table.header[column]}' is empty"
        raise OpError(NoPredictions(problem=problem, span=table.cell(cells.index(""), column)))
    return cells


def _counted(
    predicted: np.ndarray, actual: np.ndarray, names: tuple[str, ...], positive: str | None
) -> Counted:
    import numpy as np

    if positive is not None and len(names) > 2:
        problem = f"--positive chooses one of two classes, and there are {len(names)}"
        raise SpecError([NoPredictions(problem=problem, hints=("each class has a row in the table",))])
    try:
        place = class_number("measures", positive, names, 1)
    except OpError as error:
        raise SpecError([error.diagnostic]) from None
    task = ClassTask("output", names, len(names), place)
    scores = np.zeros((len(predicted), len(names)))
    scores[np.arange(len(predicted)), predicted] = 1
    return Counted(Scored(task, scores, actual.astype(np.int64)), task)


def _bad(text: str, problem: str, span: Span | None = None) -> Diagnostic:
    whole = Span(Source("--confusion", text), 0, len(text))
    return BadMatrix(problem=problem, span=span or whole)


def _cell(text: str, place: int) -> Span:
    parts = text.replace(";", ",").split(",")
    start = sum(len(part) + 1 for part in parts[:place])
    return Span(Source("--confusion", text), start, start + max(1, len(parts[place])))


def _put_in(precision: float | None, recall: float | None) -> str:
    """The numbers of F1's formula, where there are any."""
    if precision is None or recall is None or not precision + recall:
        return ""
    return f"2 * {precision:.4f} * {recall:.4f} / ({precision:.4f} + {recall:.4f}) = "


def _figure(value: float | None) -> str:
    return "not defined" if value is None else f"{value:.4f}"
