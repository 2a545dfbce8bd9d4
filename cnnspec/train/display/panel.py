"""The live panel: what training does at this moment, in a few lines of fixed width."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..reporter import Progress
from ..wording import duration, loss_text, rate_text

if TYPE_CHECKING:
    from rich.text import Text

_WIDEST = 100
"""Wider lines are harder to read, and break where the window is made smaller."""
_BESIDE = len("1,234/5,678  12,345 images/s")
"""Room beside a bar, so that bars keep their length from phase to phase."""
_LABEL = len("kernels")
_GAP = "  "
_SPIN = ("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏", "|/-\\")
_FULL, _HALF, _REST = ("━", "#"), ("╸", "#"), ("─", "-")
"""In Unicode and in ASCII."""

Piece = tuple[int, str, str]
"""Rank (the highest is left out first), label and value."""


@dataclass(frozen=True)
class State:
    """What is known; times are those of a monotonic clock.

    ``done`` of ``total`` are kernels or images (``unit``) of the phase. ``over`` is how many epochs have ended,
    ``best`` the best of them with its measure.
    """

    started: float
    phase: str = "starting"
    done: int = 0
    total: int = 0
    unit: str = ""
    pace: str = ""
    epochs: int = 0
    over: int = 0
    progress: Progress | None = None
    told: float = 0.0
    smoothed: float | None = None
    best: str = ""

    def with_progress(self, progress: Progress, now: float, smoothed: float) -> State:
        """After a few steps more."""
        started = self.started if progress.seconds is None else now - progress.seconds
        return replace(
            self, progress=progress, told=now, started=started, smoothed=smoothed, epochs=progress.epochs
        )

    def with_count(self, done: int, total: int, noun: str, pace: str = "") -> State:
        """So many kernels, or images, of the phase are done."""
        return replace(self, done=done, total=total, unit=noun if total == 1 else f"{noun}s", pace=pace)

    def with_phase(self, what: str) -> State:
        """Something else begins."""
        return replace(self, phase=what, done=0, total=0, unit="", pace="")

    def seconds_left(self, now: float) -> float | None:
        """What training will still take, counted down since the loop told; None as long as that is not known."""
        if self.progress is None or self.progress.seconds_left is None or self.over >= self.epochs:
            return None
        left = self.progress.seconds_left - (now - self.told)
        return left if left >= 1 else None


class Smoothed:
    """A running mean of the loss in which a step counts half as much after 35 more."""

    _DECAY = 0.98

    def __init__(self) -> None:
        self._sum = self._weight = 0.0
        self._step = 0

    def add(self, step: int, loss: float) -> float:
        """The mean with the ``loss`` of the steps up to ``step``, counted over all epochs."""
        kept = self._DECAY ** max(1, step - self._step)
        self._step = step
        self._sum = self._sum * kept + loss * (1 - kept)
        self._weight = self._weight * kept + 1 - kept
        return self._sum / self._weight


def panel(state: State, width: int, now: float, ascii_only: bool = False) -> list[Text]:
    """The lines, none of them wider than ``width``."""
    # A full last column makes some terminals go on to the next line.
    width = max(1, min(width - 1, _WIDEST))
    lines = [_head(state, width, now, ascii_only), *_bars(state, width, ascii_only)]
    if state.progress is not None:
        lines.append(_pieces(_figures(state), width))
    if state.best:
        lines.append(_pieces([(0, "best", state.best)], width))
    for line in lines:
        line.no_wrap = True
        line.truncate(width, overflow="crop" if ascii_only else "ellipsis")
    return lines


def _head(state: State, width: int, now: float, ascii_only: bool) -> Text:
    """What is done, on the left; times, on the right, as far as there is room."""
    from rich.text import Text

    frames = _SPIN[ascii_only]
    line = Text.assemble((frames[int(now * 8) % len(frames)], "cyan"), " ", (state.phase, "bold"))
    if state.over < state.epochs and (epoch := state.progress.epoch if state.progress else 0):
        line.append(f"{_GAP}epoch {epoch}/{state.epochs}")
    elapsed, left = duration(max(0.0, now - state.started)), state.seconds_left(now)
    times = (
        [elapsed] if left is None else [f"{elapsed}, about {duration(left)} left", f"{duration(left)} left"]
    )
    for text in times:
        if line.cell_len + len(_GAP) + len(text) <= width:
            line.append(" " * (width - line.cell_len - len(text)))
            line.append(text, "" if left is not None else "dim")
            break
    return line


def _bars(state: State, width: int, ascii_only: bool) -> list[Text]:
    rows = [row for row in (_all_epochs(state), _this_phase(state)) if row]
    room = width - _LABEL - 1 - len(_GAP) - max(_BESIDE, *(len(text) for *_, text in rows), 0)
    return [_bar_line(label, share, text, room, ascii_only) for label, share, text in rows]


def _all_epochs(state: State) -> tuple[str, float, str] | None:
    if not state.epochs:
        return None
    share = float(state.over) / state.epochs
    if (at := state.progress) is not None:
        share = max(share, (at.epoch - 1 + at.step / max(1, at.steps)) / state.epochs)
    # 100 % is for when all epochs have ended.
    text = f"{min(int(100 * share), 100 if state.over >= state.epochs else 99)}%"
    return "epochs", min(1.0, share), text


def _this_phase(state: State) -> tuple[str, float, str] | None:
    at = state.progress
    if state.total:
        text = f"{state.done:,}/{state.total:,}" + (f"{_GAP}{state.pace}" if state.pace else "")
        return state.unit, state.done / state.total, text
    if state.phase == "training" and at is not None:
        speed = f"{_GAP}{at.images_per_second:,.0f} images/s" if at.images_per_second else ""
        return "steps", at.step / max(1, at.steps), f"{at.step:,}/{at.steps:,}{speed}"
    # The panel keeps its height while nothing is counted yet.
    return ("", 0.0, "") if state.epochs else None


def _bar_line(label: str, share: float, text: str, room: int, ascii_only: bool) -> Text:
    from rich.text import Text

    line = Text.assemble((f"{label.ljust(_LABEL)} ", "dim"))
    if room >= 4:
        halves = min(2 * room, int(2 * room * share))
        line.append(_FULL[ascii_only] * (halves // 2) + _HALF[ascii_only] * (halves % 2), "green")
        line.append(_REST[ascii_only] * (room - (halves + 1) // 2), "dim")
        line.append(_GAP)
    return line.append(text)


def _figures(state: State) -> list[Piece]:
    at = state.progress
    assert at is not None
    pieces = [(0, "loss", loss_text(at.loss))]
    if state.smoothed is not None:
        pieces.append((3, "smoothed", loss_text(state.smoothed)))
    if at.accuracy is not None:
        pieces.append((1, "accuracy", f"{at.accuracy:.1%}"))
    if at.learning_rate is not None:
        pieces.append((2, "lr", rate_text(at.learning_rate)))
    return pieces


def _pieces(pieces: Sequence[Piece], width: int) -> Text:
    """As many of the pieces as fit, in their order; the first label stands under those of the bars."""
    from rich.text import Text

    (_, first, value), rest = pieces[0], list(pieces[1:])
    start = f"{first.ljust(_LABEL)} "
    while rest and len(start + value) + sum(len(f"{_GAP}{name} {text}") for _, name, text in rest) > width:
        rest.remove(max(rest))
    line = Text.assemble((start, "dim"), value)
    for _, name, text in rest:
        line.append(_GAP).append(f"{name} ", "dim").append(text)
    return line
