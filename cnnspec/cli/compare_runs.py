"""Trained runs side by side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..source import Diagnostics, SpecError, write_atomically
from ..train.wording import figure, printable
from .errors import MixedComparison, NoCurves
from .output import print_json

_WIDE = 10_000

if TYPE_CHECKING:
    from rich.text import Text

    from ..train.comparing import Line, RunFigures
    from ..train.experiment import Experiment
    from ..train.reading import Run

    Opened = tuple[Run, Experiment] | None
    """A run; None for a baseline."""


def are_runs(targets: Sequence[str]) -> bool:
    """Whether all are folders of runs or baselines; raises :class:`SpecError` where only some are."""
    from ..train.run import BASELINE, RUN

    runs = [any((Path(target) / name).is_file() for name in (RUN, BASELINE)) for target in targets]
    if any(runs) and not all(runs):
        raise SpecError([MixedComparison(run=targets[runs.index(True)], spec=targets[runs.index(False)])])
    return all(runs)


def compare_runs(targets: Sequence[str], as_json: bool, output: Path | None) -> int:
    """Print the table (or JSON) of runs, and draw their curves where ``output`` is given."""
    from ..train.comparing import compared_lines

    found = Diagnostics()
    figures: list[RunFigures] = []
    opened: list[tuple[Run, Experiment]] = []
    for target in targets:
        with found.stage():
            each, run = _figures(Path(target))
            figures.append(each)
            opened += [run] if run else []
    found.raise_errors()
    if output and not opened:
        raise SpecError([NoCurves(spec=targets[0])])
    if as_json:
        print_json(
            [
                {"run": target, **each.figures, **each.measures, "settings": dict(each.settings)}
                for target, each in zip(targets, figures, strict=True)
            ]
        )
    else:
        print_lines([str(Path(target)) for target in targets], compared_lines(figures))
    if output:
        _draw(opened, output)
        print(f"wrote {output}")
    return 0


def _figures(path: Path) -> tuple[RunFigures, Opened]:
    """What is compared of the run or baseline at ``path``; raises :class:`SpecError`."""
    from ..train.baseline.folder import is_baseline, open_baseline
    from ..train.comparing import baseline_figures, run_figures
    from .run_folders import run_experiment

    if is_baseline(path):
        return baseline_figures(path, open_baseline(path)), None
    opened = run_experiment(path)
    return run_figures(*opened), opened


def _draw(opened: Sequence[tuple[Run, Experiment]], output: Path) -> None:
    from ..train.comparing import first_measure
    from ..train.figures import compared

    wanted = [f"val_{first_measure(experiment, run)}" for run, experiment in opened[:1]]
    measure = next((m for m in (*wanted, "val_loss") if all(_has(run, m) for run, _ in opened)), "train_loss")
    named = [(each.path.name, each.records) for each, _ in opened]
    write_atomically(output, compared(named, measure))


def _has(run: Run, measure: str) -> bool:
    return any(record.get(measure) is not None for record in run.records)


def print_lines(names: Sequence[str], lines: Sequence[Line]) -> None:
    """A column a run; the best of each measure is marked."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, header_style="bold")
    table.add_column("", no_wrap=True)
    for name in names:
        table.add_column(Text(printable(name)), justify="right", no_wrap=True)
    for line in lines:
        cells = [_cell(value) + (" *" if i in line.best else "") for i, value in enumerate(line.values)]
        table.add_row(Text(printable(line.title)), *(_text(cell) for cell in cells))
    # A terminal's own line breaks are easier to read than names and values that are cut.
    wide = Console(highlight=False, width=_WIDE)
    wide.print(table, soft_wrap=True)
    if any(line.best for line in lines):
        print("* the best of the row")


def _text(cell: str) -> Text:
    from rich.text import Text

    return Text("\n".join(map(printable, cell.splitlines())))


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, int):
        return f"{value:,}"
    # The calls of a section that is a list stand under one another.
    return figure(value) if isinstance(value, float) else "\n".join(str(value).split("  "))
