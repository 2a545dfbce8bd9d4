"""A sheet of workings as text, for a terminal and for a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from textwrap import wrap

from ..analyses.working.sheet import Entry, Equation, Known, Sheet, Sum, Table
from ..train.wording import printable
from .places import place

_INDENT = "  "
ANSWERS = "Answers"
_LEAST = 12
"""Columns that how a number comes about needs beside a name."""


def text(sheet: Sheet, width: int) -> str:
    """The sheet in ``width`` columns; answers after a rule."""
    lines: list[str] = []
    for number, entry in enumerate(sheet.entries):
        lines += ["", ""] if number else []
        lines += _entry(entry, width)
    if sheet.answers:
        lines += ["", "", f"{'─' * 4} {ANSWERS} {'─' * (width - len(ANSWERS) - 6)}"[:width], ""]
        lines += _answers(sheet, width)
    return "\n".join(lines)


def pages(sheet: Sheet, width: int) -> str:
    """The same for a file that is printed: answers on a page of their own."""
    rule = f"\n{'─' * 4} {ANSWERS} "
    return (text(sheet, width) + "\n").replace(rule, "\f" + rule)


def answers(sheet: Sheet, width: int) -> str:
    """The answers alone."""
    return "\n".join([f"{ANSWERS}: {printable(sheet.model)}", "", *_answers(sheet, width), ""])


def _answers(sheet: Sheet, width: int) -> Iterator[str]:
    edge = len(f"({len(sheet.answers)})")
    for number, answer in enumerate(sheet.answers, 1):
        head = f"{f'({number})':>{edge}} "
        yield from wrap(answer, width, initial_indent=head, subsequent_indent=" " * len(head))


def _entry(entry: Entry, width: int) -> Iterator[str]:
    head = f"{printable(entry.title)}: {printable(entry.what)}"
    where = place(entry.span)
    yield from wrap(f"{head}   {where}" if where else head, width, subsequent_indent=_INDENT)
    if entry.knowns:
        yield from ["", "Given"]
        yield from _knowns(entry.knowns, width)
    for section in entry.sections:
        yield from ["", section.title]
        for item in section.items:
            yield from _item(item, width)


def _item(item: Equation | Sum | Table, width: int) -> Iterable[str]:
    if isinstance(item, Equation):
        return _equation(item, width)
    return _sum(item, width) if isinstance(item, Sum) else _table(item, width)


def _knowns(knowns: Sequence[Known], width: int) -> Iterator[str]:
    """``k = 11  kernel: alexnet.cnn:7``, and under it the rest of the way that the number has come."""
    heads = [f"{known.symbol} = {known.value}" for known in knowns]
    edge = max(map(len, heads)) + 2 * len(_INDENT)
    before: tuple[str, ...] = ()
    for head, known in zip(heads, knowns, strict=True):
        places = ("likewise",) if known.place and known.place == before else known.place
        before = known.place
        first = ": ".join((known.words, *places[:1]))
        start = f"{_INDENT}{head}".ljust(edge)
        yield from wrap(printable(first), width, initial_indent=start, subsequent_indent=" " * (edge + 2))
        for line in places[1:]:
            indent = " " * (edge + len(_INDENT))
            yield from wrap(printable(line), width, initial_indent=indent, subsequent_indent=indent + _INDENT)


def _equation(equation: Equation, width: int) -> Iterator[str]:
    words = equation.words + (", by the same numbers" if equation.same else "")
    line = f"{_INDENT}{capital(words)}: {equation.symbol} = {equation.sides[0]}"
    if equation.same and len(line) <= width:
        yield line
    else:
        yield from _words(words, width)
        yield from _sides(equation, width)
    if equation.note:
        yield from wrap(equation.note, width, initial_indent=_INDENT * 2, subsequent_indent=_INDENT * 2)


def _words(words: str, width: int) -> list[str]:
    """What follows, as a heading of its own."""
    return wrap(f"{capital(words)}:", width, initial_indent=_INDENT, subsequent_indent=_INDENT)


def _sides(equation: Equation, width: int) -> Iterator[str]:
    """All in one line if there is room, else a line each, the equal signs under each other."""
    start = f"{_INDENT * 2}{equation.symbol}"
    line = " = ".join((start, *equation.sides))
    if len(line) <= width:
        yield line
        return
    for number, side in enumerate(equation.sides):
        head = f"{start if not number else ' ' * len(start)} = "
        yield from wrap(side, width, initial_indent=head, subsequent_indent=" " * len(head))


def capital(words: str) -> str:
    """With a capital at the beginning."""
    return words[:1].upper() + words[1:]


def _sum(addition: Sum, width: int) -> Iterator[str]:
    """The numbers in a column, a line under them, and the total; long names have lines of their own."""
    yield from _words(addition.words, width)
    names, hows, numbers = zip(*addition.rows, strict=True)
    last = max(map(len, [*numbers, addition.total]))
    first, middle = max(map(len, names)), max(map(len, hows))
    room = width - last - 4 * len(_INDENT)
    alone = first + min(middle, _LEAST) > room
    if alone:
        first = 0
    middle = max(min(middle, room - first), len(addition.symbol) - first - len(_INDENT), 1)
    for row in addition.rows:
        yield from _term(row, (first, middle, last), alone)
    edge = len(_INDENT) * 4 + first + middle
    yield " " * edge + "─" * last
    yield f"{_INDENT * 2}{addition.symbol}".ljust(edge) + addition.total.rjust(last)


def _term(row: tuple[str, str, str], widths: tuple[int, int, int], alone: bool) -> Iterator[str]:
    """A number beside the last line of how it comes about."""
    name, how, number = row
    if alone:
        yield f"{_INDENT * 2}{name}"
    *before, end = wrap(how, widths[1]) or [""]
    for turn, part in enumerate((*before, end)):
        cells = (
            ("" if alone or turn else name).ljust(widths[0]),
            part.ljust(widths[1]),
            (number if turn == len(before) else "").rjust(widths[2]),
        )
        yield f"{_INDENT * 2}{_INDENT.join(cells)}".rstrip()


def _table(table: Table, width: int) -> Iterator[str]:
    """The second column is folded where there is no room; where that is not enough, names have lines of their own."""
    rows = [table.head, *table.rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    widths[0] = max(len(row[0]) for row in rows if row[1])
    room = width - len(_INDENT) * (len(widths) + 1)
    words = max(len(word) for row in rows for word in row[1].split())
    alone = sum(widths) - widths[1] + words > room
    if alone:
        widths[0] = 0
    widths[1] = max(min(widths[1], room - (sum(widths) - widths[1])), min(words, room // 2), 1)
    for row in rows:
        yield from _row(row, widths, alone)


def _row(row: Sequence[str], widths: Sequence[int], alone: bool) -> Iterator[str]:
    """A name without a second cell may go on into the place of that."""
    name, op, *figures = row
    edge = widths[0] + len(_INDENT) + widths[1] if not op else widths[0]
    if alone or len(name) > edge:
        yield f"{_INDENT * 2}{name}".rstrip()
        name = ""
    for turn, part in enumerate(wrap(op, widths[1]) or [""]):
        cells = [("" if turn else name).ljust(edge), *([part.ljust(widths[1])] if op else [])]
        shown = [""] * len(figures) if turn else figures
        cells += [cell.rjust(w) for cell, w in zip(shown, widths[2:], strict=True)]
        yield (_INDENT * 2 + _INDENT.join(cells)).rstrip()
