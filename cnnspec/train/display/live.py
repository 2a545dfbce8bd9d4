"""The live display of a terminal: a panel that is drawn anew, below the lines of the epochs gone by."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..records import first_measure, measure_text
from ..reporter import Plan, Progress, Reporter
from .epochs import EpochTable
from .panel import Smoothed, State, panel
from .texts import Pace, plan_lines

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult

_PER_SECOND = 5


class LiveReporter(Reporter):
    """Draws what it is told from a thread of rich's, so the seconds run on while a step is compiled.

    That thread reads ``state`` at any moment; it is frozen, and replaced as a whole.
    """

    def __init__(self, console: Console) -> None:
        from rich.live import Live

        self.state = State(time.monotonic())
        self._console = console
        self._percents: frozenset[str] = frozenset(("accuracy",))
        self._table = EpochTable(1, self._percents)
        self._pace, self._smoothed = Pace(), Smoothed()
        self._live = Live(
            self, console=console, transient=True, refresh_per_second=_PER_SECOND, vertical_overflow="crop"
        )
        self._live.start()

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield from panel(self.state, options.max_width, time.monotonic(), options.ascii_only)

    def plan(self, plan: Plan) -> None:
        self._percents = plan.percents
        self._table = EpochTable(plan.epochs, plan.percents)
        self.state = replace(self.state, epochs=plan.epochs)
        for line in plan_lines(plan):
            self._console.print(line, markup=False, highlight=False)

    def phase(self, what: str) -> None:
        self._pace = Pace()
        self.state = self.state.with_phase(what)

    def compiled(self, done: int, total: int) -> None:
        self.state = self.state.with_count(done, total, "kernel", self._pace.left(done, total))

    def note(self, text: str) -> None:
        self._console.print(f"note: {text}", markup=False, highlight=False)

    def step(self, progress: Progress) -> None:
        smoothed = self._smoothed.add((progress.epoch - 1) * progress.steps + progress.step, progress.loss)
        self.state = self.state.with_progress(progress, time.monotonic(), smoothed)

    def evaluated(self, done: int, total: int) -> None:
        self.state = self.state.with_count(done, total, "image")

    def epoch(self, record: Mapping[str, Any], best: bool) -> None:
        self.state = replace(self.state, over=record["epoch"])
        if best:
            key = first_measure(record)
            told = measure_text(key, record.get(key), self._percents)
            self.state = replace(self.state, best=f"epoch {record['epoch']}, {told}")
        head, line = self._table.lines(record, best, self._console.width - 1)
        for text in head:
            self._print(text, "dim")
        self._print(line, star=best)

    def _print(self, line: str, style: str = "", star: bool = False) -> None:
        """A line of the table: cut where the terminal is too narrow even for that."""
        from rich.text import Text

        text = Text(line, style, no_wrap=True)
        if star:
            text.stylize("bold green", len(line) - 1)
        text.truncate(max(1, self._console.width - 1))
        self._console.print(text, highlight=False)

    def close(self) -> None:
        self._live.stop()
