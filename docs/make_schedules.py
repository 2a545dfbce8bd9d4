"""Draws docs/images/schedules.png, the factor of every schedule over a run: ``python docs/make_schedules.py``."""

from __future__ import annotations

import sys
from math import exp
from pathlib import Path
from typing import Any

from cnnspec.elaborate import Environment, bind_entry
from cnnspec.source import Diagnostics, Source
from cnnspec.syntax import parse_call
from cnnspec.train import schedules  # noqa: F401
from cnnspec.train.figures.style import look, new_figure, png, shares, styled
from cnnspec.train.registries import SCHEDULES, Moment, Schedule

PICTURE = Path(__file__).parent / "images" / "schedules.png"
STEPS, EPOCHS = 20, 30
PANELS = (
    ("constant", "constant(warmup = 5)"),
    ("cosine(warmup = 5)", "cosine(minimum = 0.2)"),
    ("linear(warmup = 5)", "polynomial(power = 2)"),
    ("cosine_restarts(10)", "cosine_restarts(4, growth = 2, warmup = 2)"),
    ("one_cycle", "one_cycle(rise = 0.5, shape = linear)"),
    ("step(10)", "step(3, gamma = 0.7, warmup = 5)"),
    ("multi_step([15, 25])", "exponential(0.9)"),
    ("plateau(gamma = 0.5, patience = 2)",),
)
LOSSES = tuple(
    max(0.52, 0.5 + 0.45 * exp(-epoch / 2)) if epoch < 12 else max(0.27, 0.25 + 0.25 * exp((11 - epoch) / 2))
    for epoch in range(EPOCHS)
)
"""Of a training that stands still twice, for ``plateau``."""


def made(text: str) -> Schedule:
    """The schedule that a spec would write so."""
    found = Diagnostics()
    schedule = bind_entry(SCHEDULES, parse_call(Source("example", text)), Environment(), found)
    found.raise_errors()
    assert schedule is not None
    return schedule


def drawn(axes: Any, texts: tuple[str, ...]) -> None:
    """The curves of some schedules, and what each is written as."""
    moments = [Moment(step, STEPS, EPOCHS, LOSSES[: step // STEPS]) for step in range(STEPS * EPOCHS)]
    for place, text in enumerate(texts):
        values = [made(text).factor(moment) for moment in moments]
        axes.plot([moment.progress for moment in moments], values, label=text, **look(place))
    if texts[0].startswith("plateau"):
        loss = [LOSSES[moment.epoch] for moment in moments]
        axes.plot([moment.progress for moment in moments], loss, label="validation loss", **look(1))
    axes.set_xlim(0, EPOCHS)
    shares(axes.yaxis)
    axes.legend(loc="lower left", bbox_to_anchor=(-0.02, 1.0), borderaxespad=0.1)


def main() -> int:
    missing = {*SCHEDULES.entries} - {made(text).call_name for texts in PANELS for text in texts}
    assert not missing, f"not drawn: {missing}"
    with styled():
        figure = new_figure(8.2, 8.6)
        places = figure.subplots(len(PANELS) // 2, 2, sharex=True, sharey=True)
        for axes, texts in zip(places.flat, PANELS, strict=True):
            drawn(axes, texts)
        for axes in places[-1]:
            axes.set_xlabel("epoch")
        for axes in places[:, 0]:
            axes.set_ylabel("factor on lr")
        PICTURE.write_bytes(png(figure))
    return 0


if __name__ == "__main__":
    sys.exit(main())
