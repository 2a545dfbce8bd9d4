"""A summary as a table of text.

Laid out here: a table library takes as long to import as all the rest of ``cnnspec summary`` takes.
"""

from __future__ import annotations

from itertools import zip_longest
from textwrap import wrap

from ..analyses.receptive_field import Field
from ..analyses.rows import Row, rows, shares
from ..analyses.sizes import bytes_text
from ..analyses.summary import Summary
from ..ir import Shape
from ..train.wording import printable

_MEGA = 10**6
_NARROWEST = 12
_GAP = "  "
HEAD = ("layer", "op", "output", "params", "MACs", "receptive field")


def summary_text(summary: Summary, width: int, depth: int | None = None) -> str:
    """The table and its totals, in ``width`` columns; ``depth`` levels of scopes are open, all if None."""
    return "\n".join([title(summary), *_table(summary, width, depth), "", *totals(summary)])


def totals(summary: Summary) -> tuple[str, ...]:
    """The lines under the table: parameters, who holds them, multiply-adds, memory."""
    count, memory = summary.params, summary.memory
    parts = [("weights", count.weights), ("biases", count.biases), ("norm", count.norm)]
    detail = ", ".join(f"{name} {number:,}" for name, number in parts if number)
    held = ", ".join(f"{s.kind}: {number_words(s.params)} ({percent(s.part)})" for s in shares(summary))
    buffers = f"{count.buffers:,} running statistics, not among the parameters" if count.buffers else ""
    lines = [
        ("parameters", f"{count.total:,}"),
        ("", detail if sum(1 for _, number in parts if number) > 1 else ""),
        ("", held),
        *_trained(summary),
        ("buffers", buffers),
        ("MACs", f"{summary.macs:,} ({summary.flops:,} FLOPs)"),
        *_with_auxiliary(summary),
        ("memory", f"{bytes_text(memory.parameters)} parameters"),
        ("", f"{bytes_text(memory.activations_inference)} activations of a sample at inference"),
        ("", f"{bytes_text(memory.activations_training)} activations of a sample in training"),
    ]
    return tuple(f"{name:<12}{text}" for name, text in lines if text)


def _trained(summary: Summary) -> list[tuple[str, str]]:
    """How many parameters are trained from which epoch on, and how many are not at all."""
    if not summary.tuned:
        return []
    times = len(summary.stages) > 1
    told = [f"{number:,}{f' from epoch {first}' if times else ''}" for first, number in summary.stages]
    frozen = summary.params.total - summary.params.trainable
    lines = [("trained", ", ".join(told))]
    return [*lines, ("frozen", f"{frozen:,}{' for good' if times else ''}")] if frozen else lines


def _with_auxiliary(summary: Summary) -> list[tuple[str, str]]:
    return [("in training", summary.in_training.text)] if summary.in_training else []


def title(summary: Summary) -> str:
    """``lenet5: 1x32x32 -> 10``."""
    outputs = ", ".join(_output(o.name, o.shape, o.auxiliary, len(summary.outputs)) for o in summary.outputs)
    return f"{printable(summary.model)}: {_shape(summary.input)} -> {outputs}"


def _output(name: str, shape: Shape, auxiliary: bool, number: int) -> str:
    text = _shape(shape) if number == 1 else f"{printable(name)} {_shape(shape)}"
    return text + (" (training only)" if auxiliary else "")


def _table(summary: Summary, width: int, depth: int | None) -> list[str]:
    """The table; its last column says what is frozen, where something is."""
    unit = _MEGA if summary.macs >= 100 * _MEGA else 1
    macs = "MACs" if unit == 1 else "MACs (M)"
    head: list[tuple[str, ...]] = [
        ("", "", "", "", "", "receptive"),
        ("layer", "op", "output", "params", macs, "field"),
    ]
    shown = rows(summary, depth)
    body = [cells(row, unit) for row in shown]
    if summary.tuned:
        head = [(*head[0], ""), (*head[1], "")]
        body = [(*each, row.frozen) for each, row in zip(body, shown, strict=True)]
    widths = [max(map(len, column)) for column in zip(*head, *body, strict=True)]
    _shrink(widths, width)
    lines = [line for cells in (*head, *body) for line in _lines(cells, widths)]
    return [*lines[:2], "─" * _total(widths), *lines[2:]]


def _total(widths: list[int]) -> int:
    return sum(widths) + len(_GAP) * (len(widths) - 1)


def _shrink(widths: list[int], width: int) -> None:
    """Narrow the two columns of text until all fit ``width``, the wider one first."""
    while _total(widths) > width and max(widths[:2]) > _NARROWEST:
        widths[widths.index(max(widths[:2]))] -= 1


def _lines(cells: tuple[str, ...], widths: list[int]) -> list[str]:
    """One row; text that is too wide goes on in the next line, under where it began."""
    folded = [_fold(cell, width) for cell, width in zip(cells[:2], widths, strict=False)]
    rest = _GAP.join(cell.rjust(width) for cell, width in zip(cells[2:], widths[2:], strict=True))
    lines = []
    for name, what in zip_longest(*folded, fillvalue=""):
        lines.append(_GAP.join((name.ljust(widths[0]), what.ljust(widths[1]), rest)).rstrip())
        rest = ""
    return lines


def _fold(text: str, width: int) -> list[str]:
    indent = " " * (len(text) - len(text.lstrip()))
    return wrap(text.lstrip(), width, initial_indent=indent, subsequent_indent=indent) or [""]


def cells(row: Row, unit: int) -> tuple[str, ...]:
    """The six texts of a row; multiply-adds are in millions where ``unit`` is 10**6."""
    name = "  " * row.level + printable(row.name)
    what = printable(row.what) or f"{row.layers} layers"
    if row.output is None or row.field is None:
        return name, printable(row.what), "", "", "", ""
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


def number_words(number: int) -> str:
    """3.7 million, as one says it."""
    for size, word in ((10**9, "billion"), (10**6, "million"), (10**3, "thousand")):
        if number >= size:
            return f"{number / size:.1f} {word}"
    return str(number)


def percent(part: float, between: str = " ") -> str:
    """``6 %``, of a part of 1."""
    return f"below 1{between}%" if 0 < part < 0.005 else f"{100 * part:.0f}{between}%"
