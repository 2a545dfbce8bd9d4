"""Writes docs/images/live.svg, the picture of the live display: ``python docs/make_live.py``."""

from __future__ import annotations

import io
import re
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.terminal_theme import MONOKAI

from cnnspec.train.display.live import LiveReporter
from cnnspec.train.reporter import Plan, Progress

IMAGE = Path(__file__).parent / "images" / "live.svg"
WIDTH = 90
EPOCHS = (
    (2.0065, 0.1892, 1.8523, 0.2783, 0.00197, 1015, 14.0),
    (1.4526, 0.4067, 1.6546, 0.3667, 0.00200, 975, 4.6),
    (1.0162, 0.5613, 1.0594, 0.5300, 0.00199, 906, 4.9),
    (0.7546, 0.6795, 1.0602, 0.5133, 0.00197, 824, 5.3),
    (0.5043, 0.7727, 0.5907, 0.7333, 0.00195, 855, 5.2),
)
"""Of a real run, on two cores that had other work too."""
KEYS = (
    "train_loss",
    "train_accuracy",
    "val_loss",
    "val_accuracy",
    "learning_rate",
    "images_per_second",
    "seconds",
)


def picture() -> str:
    """An SVG that needs no font from elsewhere."""
    console = Console(
        record=True, force_terminal=True, width=WIDTH, file=io.StringIO(), color_system="truecolor"
    )
    reporter = LiveReporter(console)
    reporter.close()  # nothing is drawn but what is asked for below
    console.export_text()
    images, steps = (4200, 600, 1200), ("as they are", "as they are")
    reporter.plan(Plan("shape_net", "CPU", 138424, images, 40, 66, 64, "runs/shape_net-1", steps))
    for epoch, figures in enumerate(EPOCHS, 1):
        record = {"epoch": epoch, **dict(zip(KEYS, figures, strict=True))}
        reporter.epoch(record, best=all(figures[3] > before[3] for before in EPOCHS[: epoch - 1]))
    reporter.phase("training")
    for step, loss in ((10, 0.4900), (20, 0.3696)):
        reporter.step(Progress(6, 40, step, 66, loss, 0.847, 1191.0, 168.4, 0.00194, 35.8))
    console.print(reporter)
    style = re.sub(r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
    style = style.replace("Fira Code, monospace", "DejaVu Sans Mono, Menlo, Consolas, monospace")
    return console.export_svg(
        title="cnnspec train examples/shapes.cnn --epochs 40",
        theme=MONOKAI,
        code_format=style,
        unique_id="live",
    )


if __name__ == "__main__":
    IMAGE.write_text(picture(), encoding="utf-8")
