"""Tables in text files, comma, tab or semicolon between the cells, that know where each cell stands."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from io import StringIO
from itertools import accumulate
from pathlib import Path
from typing import Any

from ...ir import OpError
from ...source import Diagnostic, Note, Source, Span, did_you_mean
from .places import need_file, unreadable
from .table_errors import TableColumn, TableHeader, TableQuotes, TableRow, TableText, TableWithoutRows

DELIMITERS = {"comma": ",", "tab": "\t", "semicolon": ";"}
_LISTED = 5
_COLUMNS = 12
_QUOTED = r'"(?:[^"]|"")*"'
_FIRST_RECORD = re.compile(rf'(?:[ \t]*\n)*((?:{_QUOTED}|[^"\n])*)')
_BOM = b"\xef\xbb\xbf"
_OTHER_FORMATS = {
    b"\xff\xfe": "it is UTF-16; save it as UTF-8, which spreadsheets call 'CSV UTF-8'",
    b"\xfe\xff": "it is UTF-16; save it as UTF-8, which spreadsheets call 'CSV UTF-8'",
    b"PK": "it is a spreadsheet or another archive; save the sheet as 'CSV UTF-8'",
}


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """``rows`` hold as many cells as ``header``, without white space around them; rows count from 0.

    ``starts`` are the offsets in the text of the header and of each row.
    """

    source: Source
    delimiter: str
    header: tuple[str, ...]
    rows: Sequence[Sequence[str]]
    starts: Sequence[int]

    @property
    def path(self) -> str:
        return self.source.name

    @property
    def header_span(self) -> Span:
        cells = list(cell_spans(self.source, self.starts[0], self.delimiter))
        return cells[0].to(cells[-1])

    def cell(self, row: int, column: int) -> Span:
        """Where a cell stands in the text, its quotes included."""
        return list(cell_spans(self.source, self.starts[row + 1], self.delimiter))[column]

    def line(self, row: int) -> int:
        """The line of the text in which a row begins, from 1."""
        return self.source.line_column(self.starts[row + 1])[0]

    def title(self, column: int) -> Span:
        """Where the name of a column stands."""
        return list(cell_spans(self.source, self.starts[0], self.delimiter))[column]

    def column(self, name: str, argument: str) -> int:
        """The number of the column that ``argument`` names; raises ``OpError`` where there is none."""
        if name in self.header:
            return self.header.index(name)
        hints = did_you_mean(name, filter(None, self.header)) or (self.columns,)
        header = (Note("its columns", self.header_span),)
        raise OpError(
            TableColumn(argument=argument, name=name, path=self.path, notes=header, hints=hints), argument
        )

    def first_column(self, names: Sequence[str]) -> int | None:
        """The column with the first of ``names`` that there is, capital letters or not."""
        found = [title.lower() for title in self.header]
        return next((found.index(name) for name in names if name in found), None)

    @property
    def columns(self) -> str:
        """A hint that lists the columns."""
        named = [f"'{name}'" for name in self.header if name]
        return "its columns are " + ", ".join(named[:_COLUMNS]) + (", …" if len(named) > _COLUMNS else "")


class Wrong:
    """What is wrong with the cells of a table, told at once: one as the error, a few as notes, the rest as a count."""

    def __init__(self, table: Table, argument: str) -> None:
        self.table, self.argument = table, argument
        self.count = 0
        self._first: list[Diagnostic] = []

    def add(self, kind: type[Diagnostic], row: int, column: int, /, **fields: Any) -> None:
        """A diagnostic of this ``kind`` about a cell."""
        self.count += 1
        if len(self._first) < _LISTED:
            self._first.append(kind(span=self.table.cell(row, column), **fields))

    def check(self) -> None:
        """Raise ``OpError`` where anything was added."""
        raise_together(self._first, self.count, self.argument)


def raise_together(found: Sequence[Diagnostic], count: int, argument: str) -> None:
    """Raise ``OpError`` of the first of ``found``, the others as notes; ``count`` is how many there are in all."""
    if not found:
        return
    first, *others = found
    notes = (*first.notes, *(Note(f"also: {d.text}", d.span) for d in others))
    more = count - len(found)
    hints = (*first.hints, f"{more} more like these") if more else first.hints
    raise OpError(replace(first, notes=notes, hints=hints), argument)


def read_table(path: Path, delimiter: str | None) -> Table:
    """The table in the file ``path``; ``delimiter``, a key of ``DELIMITERS``, is found out where it is None.

    Blank rows are passed over. Raises ``OpError`` about ``path`` where the text, its header or a row is wrong.
    """
    source = Source(str(path), _text(need_file(path, "path")))
    symbol = DELIMITERS[delimiter] if delimiter else found_delimiter(source.text)
    records = list(_records(source, symbol))
    if not records:
        problem = "there is nothing but white space"
        raise OpError(TableHeader(path=source.name, problem=problem, file=source.name), "path")
    starts = [start for start, _ in records]
    header, *rows = [cells for _, cells in records]
    table = Table(source, symbol, tuple(header), rows, starts)
    _check_header(table)
    _check_lengths(table)
    return table


def found_delimiter(text: str) -> str:
    """What the first line has most of outside of quotes: comma, tab or semicolon.

    >>> found_delimiter('path;"a, b, c";label')
    ';'
    """
    match = _FIRST_RECORD.match(text)
    bare = re.sub(_QUOTED, "", match[1]) if match else ""
    return max(DELIMITERS.values(), key=bare.count)


def cell_spans(source: Source, start: int, delimiter: str) -> Iterator[Span]:
    """The cells of the row that begins at ``start``; the last one is the broken one where its quotes are wrong."""
    text, place = source.text, start
    pattern = re.compile(rf" *({_QUOTED}|[^{delimiter}\n]*)")
    while True:
        match = pattern.match(text, place)
        assert match
        cell, place = match[1], match.end()
        yield Span(source, match.start(1), match.start(1) + len(cell.rstrip()))
        unclosed = cell.startswith('"') and (len(cell) < 2 or not cell.endswith('"'))
        if unclosed or text[place : place + 1] != delimiter:
            return
        place += 1


def _records(source: Source, symbol: str) -> Iterator[tuple[int, list[str]]]:
    """Offset and cells of each row that has any text."""
    lines = StringIO(source.text).readlines()
    ends = list(accumulate(map(len, lines), initial=0))
    reader = csv.reader(lines, delimiter=symbol, skipinitialspace=True, strict=True)
    start = 0
    try:
        for record in reader:
            begin, start = start, ends[reader.line_num]
            cells = [cell.strip() for cell in record]
            if any(cells):
                yield begin, cells
    except csv.Error as error:
        *_, cell = cell_spans(source, start, symbol)
        raise OpError(TableQuotes(span=cell, problem=_quote_problem(str(error))), "path") from None


def _quote_problem(reason: str) -> str:
    if "expected after" in reason:
        return "text follows its closing quote"
    return "its quote is never closed" if "end of data" in reason else reason


def _check_header(table: Table) -> None:
    counts = Counter(filter(None, table.header))
    double = next((name for name, count in counts.items() if count > 1), None)
    if double is not None:
        last = len(table.header) - 1 - table.header[::-1].index(double)
        problem, span = f"two are called '{double}'", table.title(last)
        raise OpError(TableHeader(path=table.path, problem=problem, span=span), "path")
    if not table.rows:
        hints = ("the first line is taken as the header",)
        raise OpError(TableWithoutRows(path=table.path, span=table.header_span, hints=hints), "path")


def _check_lengths(table: Table) -> None:
    """Raise ``OpError`` where a row has not as many cells as the header."""
    expected = len(table.header)
    wrong = [row for row, cells in enumerate(table.rows) if len(cells) != expected]
    found = [_length_error(table, row) for row in wrong[:_LISTED]]
    raise_together(found, len(wrong), "path")


def _length_error(table: Table, row: int) -> TableRow:
    found, expected = len(table.rows[row]), len(table.header)
    cells = list(cell_spans(table.source, table.starts[row + 1], table.delimiter))
    extra = cells[min(expected, found - 1)].to(cells[-1])
    count = f"{found} cell{'s' if found != 1 else ''}"
    return TableRow(span=extra, found=count, expected=expected, hints=_length_hints(table, found > expected))


def _length_hints(table: Table, longer: bool) -> tuple[str, ...]:
    word = next(name for name, symbol in DELIMITERS.items() if symbol == table.delimiter)
    between = f"cells are read as with a {word} between them; delimiter = … says otherwise"
    return (f"a cell with a {word} in it must stand in quotes", between) if longer else (between,)


def _text(path: Path) -> str:
    """The file's text, its line ends as "\\n"."""
    try:
        data = path.read_bytes().removeprefix(_BOM)
    except OSError as error:
        raise unreadable(path, error, "path") from None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _not_text(path, data, error.start, f"it holds the byte 0x{data[error.start]:02x}") from None
    if "\0" in text:
        raise _not_text(path, data, data.index(b"\0"), "it holds a NUL byte")
    return _lines(text)


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _not_text(path: Path, data: bytes, start: int, problem: str) -> OpError:
    source = Source(str(path), _lines(data.decode("utf-8", "replace")))
    place = len(_lines(data[:start].decode("utf-8")))
    other = next((hint for magic, hint in _OTHER_FORMATS.items() if data.startswith(magic)), None)
    hint = other or "save it as UTF-8, which spreadsheets call 'CSV UTF-8'"
    line, _ = source.line_column(place)
    span = Span(source, place, place + 1)
    return OpError(TableText(path=str(path), line=line, problem=problem, span=span, hints=(hint,)), "path")
