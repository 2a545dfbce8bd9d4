"""A sheet of workings as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from ..analyses.working.sheet import Entry, Equation, Sheet, Sum, Table
from ..train.wording import printable
from .places import place
from .working_text import ANSWERS, capital

_SIGNS = re.compile(r"[\\`*<>|#\[\]]|(?<![^\W_])_|_(?![^\W_])")
"""What means something in Markdown; an underscore inside a word does not."""


def markdown(sheet: Sheet) -> str:
    """The sheet as Markdown: tables, and formulas as code; answers after a page break."""
    lines = [f"# {_plain(sheet.model)}", ""]
    for entry in sheet.entries:
        lines += _entry(entry)
    if sheet.answers:
        lines += ['<div style="page-break-before: always"></div>', "", f"## {ANSWERS}", "", *_answers(sheet)]
    return "\n".join(lines)


def answers(sheet: Sheet) -> str:
    """The answers alone."""
    return "\n".join([f"# {ANSWERS}: {_plain(sheet.model)}", "", *_answers(sheet)])


def _answers(sheet: Sheet) -> list[str]:
    return [*(f"{number}. {_plain(answer)}" for number, answer in enumerate(sheet.answers, 1)), ""]


def _entry(entry: Entry) -> Iterator[str]:
    where = place(entry.span)
    yield from [
        f"## {_plain(entry.title)}",
        "",
        f"{_plain(entry.what)}{f' ({_plain(where)})' if where else ''}",
        "",
    ]
    if entry.knowns:
        yield from ["| given | what | where it comes from |", "| --- | --- | --- |"]
        for known in entry.knowns:
            places = "<br>".join(map(_plain, known.place))
            yield f"| `{known.symbol} = {known.value}` | {_plain(known.words)} | {places} |"
        yield ""
    for section in entry.sections:
        yield from [f"### {section.title}", ""]
        yield from (line for item in section.items for line in _item(item))


def _item(item: Equation | Sum | Table) -> Iterator[str]:
    if isinstance(item, Equation):
        same = " (by the same numbers)" if item.same else ""
        note = f" – {_plain(item.note)}" if item.note else ""
        yield from [f"* {capital(item.words)}{same}: `{' = '.join((item.symbol, *item.sides))}`{note}", ""]
    elif isinstance(item, Sum):
        rows = [(name, f"`{how}`", number) for name, how, number in item.rows]
        total = ("", f"**{item.symbol}**", f"**{item.total}**")
        yield from _table(("layer", capital(item.words), ""), [*rows, total], 1)
    else:
        yield from _table(item.head, item.rows, len(item.head) - 2)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], right: int) -> Iterator[str]:
    """A table whose last ``right`` columns are numbers."""
    yield f"| {' | '.join(head)} |"
    yield f"| {' | '.join(['---'] * (len(head) - right) + ['---:'] * right)} |"
    for row in rows:
        yield f"| {' | '.join(map(_plain, row))} |"
    yield ""


def _plain(words: str) -> str:
    """Text in which Markdown finds nothing of its own."""
    return _SIGNS.sub(r"\\\g<0>", printable(words))
