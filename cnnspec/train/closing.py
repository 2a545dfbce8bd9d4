"""The files that sum a run up."""

from __future__ import annotations

import csv
import io

from .figures import FigureOptions, curves
from .figures.matrix import ConfusionMatrix
from .figures.style import png, styled
from .measures import Axis, Measures
from .metrics.tables import oriented
from .report import report
from .run import CONFUSION, CONFUSION_TABLE, CURVES, REPORT, RunFolder
from .tasks import Scored


def close(folder: RunFolder, test: Measures | None, rows: Axis = "predicted") -> None:
    """Write curves, the confusion matrix with ``rows`` of that kind, the report in short; last of all ``run.json``."""
    info = folder.info
    if folder.records:
        folder.write_bytes(CURVES, curves(folder.records, info.model, (info.best or {}).get("epoch")))
    if test is not None and (scored := test.of_classes) is not None:
        title = f"{info.model}, test, epoch {(info.best or {}).get('epoch')}"
        folder.write_bytes(CONFUSION, _matrix(scored, FigureOptions(title, rows)))
        folder.write_bytes(CONFUSION_TABLE, confusion_table(scored, rows).encode())
    folder.write_bytes(REPORT, report(info, folder.records, test).encode())
    folder.write_info()


def _matrix(scored: Scored, options: FigureOptions) -> bytes:
    with styled():
        return png(ConfusionMatrix().draw(scored, options).page)


def confusion_table(scored: Scored, rows: Axis = "predicted") -> str:
    """The confusion matrix as CSV: a row a class as ``rows`` says, a column one of the other kind."""
    stream, names = io.StringIO(), scored.task.names
    matrix, columns = oriented(scored, rows)
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([f"{rows} \\ {columns}", *names])
    writer.writerows([name, *map(int, row)] for name, row in zip(names, matrix, strict=True))
    return stream.getvalue()
