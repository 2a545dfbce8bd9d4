"""A summary as a table on the terminal. rich is imported only when a table is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..analyses.receptive_field import Field
from ..analyses.rows import Row, rows, shares
from ..analyses.summary import Summary
from ..ir import Shape

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

_MEGA = 10**6


def print_summary(summary: Summary, console: Console, depth: int | None = None) -> None:
    """Draw the table and its totals; ``depth`` levels of scopes are open, all of them if None."""
    from rich.text import Text

    console.print(Text(_title(summary), style="bold"), highlight=False)
    console.print(_table(summary, depth), highlight=False)
    console.print()
    for line in totals(summary):
        console.print(Text(line), highlight=False)


def totals(summary: Summary) -> tuple[str, ...]:
    """The lines under the table: parameters, who holds them, multiply-adds, memory."""
    count, memory = summary.params, summary.memory
    parts = [("weights", count.weights), ("biases", count.biases), ("norm", count.norm)]
    detail = ", ".join(f"{name} {number:,}" for name, number in parts if number)
    held = ", ".join(f"{s.kind}: {_words(s.params)} ({_percent(s.part)})" for s in shares(summary))
    buffers = f"{count.buffers:,} running statistics, not among the parameters" if count.buffers else ""
    lines = [
        ("parameters", f"{count.total:,}"),
        ("", detail if sum(1 for _, number in parts if number) > 1 else ""),
        ("", held),
        ("trainable", f"{count.trainable:,}" if count.trainable != count.total else ""),
        ("buffers", buffers),
        ("MACs", f"{summary.macs:,} ({summary.flops:,} FLOPs)"),
        ("memory", f"{_megabytes(memory.parameters)} parameters"),
        ("", f"{_megabytes(memory.activations_inference)} activations of a sample at inference"),
        ("", f"{_megabytes(memory.activations_training)} activations of a sample in training"),
    ]
    return tuple(f"{name:<12}{text}" for name, text in lines if text)


def _title(summary: Summary) -> str:
    outputs = ", ".join(_output(o.name, o.shape, o.auxiliary, len(summary.outputs)) for o in summary.outputs)
    return f"{_clean(summary.model)}: {_shape(summary.input)} -> {outputs}"


def _output(name: str, shape: Shape, auxiliary: bool, number: int) -> str:
    text = _shape(shape) if number == 1 else f"{_clean(name)} {_shape(shape)}"
    return text + (" (training only)" if auxiliary else "")


def _table(summary: Summary, depth: int | None) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    unit = _MEGA if summary.macs >= 100 * _MEGA else 1
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False)
    table.add_column("layer", overflow="fold")
    table.add_column("op", overflow="fold")
    for heading in ("output", "params", "MACs" if unit == 1 else "MACs (M)", "receptive\nfield"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in rows(summary, depth):
        style = "bold" if row.heading else "dim" if not row.params and not row.macs else ""
        table.add_row(*(Text(cell, style=style) for cell in _cells(row, unit)))
    return table


def _cells(row: Row, unit: int) -> tuple[str, ...]:
    name = "  " * row.level + _clean(row.name)
    what = _clean(row.what) or f"{row.layers} layers"
    if row.output is None or row.field is None:
        return name, _clean(row.what)
    return name, what, _shape(row.output), _count(row.params), _macs(row.macs, unit), _field(row.field)


def _shape(shape: Shape) -> str:
    return "x".join(map(str, shape))


def _count(number: int | None) -> str:
    return f"{number:,}" if number else "-"


def _macs(number: int | None, unit: int) -> str:
    if not number or unit == 1:
        return _count(number)
    return f"{number / unit:,.1f}"


def _field(field: Field) -> str:
    if field.whole:
        return "all"
    height, width = field.size
    return str(height) if height == width else f"{height}x{width}"


def _words(number: int) -> str:
    """3.7 million, as one says it."""
    for size, word in ((10**9, "billion"), (10**6, "million"), (10**3, "thousand")):
        if number >= size:
            return f"{number / size:.1f} {word}"
    return str(number)


def _percent(part: float) -> str:
    return "below 1 %" if 0 < part < 0.005 else f"{100 * part:.0f} %"


def _megabytes(number: int) -> str:
    return f"{number / _MEGA:,.1f} MB" if number >= _MEGA / 10 else f"{number / 1000:,.1f} kB"


def _clean(text: str) -> str:
    """Without line ends and control characters, which would break the table or the terminal."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
