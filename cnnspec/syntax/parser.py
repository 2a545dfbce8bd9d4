"""The Lark parser, built once for the process, and one call to it."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from threading import RLock
from typing import Any

from lark import Lark, TextSlice, Token
from lark.exceptions import UnexpectedInput

from ..source import Diagnostic, Source, Span, SpecError
from ..source.cache import writable_folders
from .build import Builder

_STARTS = ["spec", "statement", "expr", "call", "arguments", "head", "shape", "use", "value", "key", "claim"]
_lock = RLock()


class _Parser:
    def __init__(self) -> None:
        self.builder = Builder()
        self.comments: list[Token] = []
        grammar = Path(__file__).with_name("grammar.lark").read_text(encoding="utf-8")
        version = "{}{}".format(*sys.version_info)
        self.lark = Lark(
            grammar,
            # Reading the tables takes a tenth of the time of making them; Lark checks that they fit.
            cache=str(next(writable_folders()) / f"grammar-{version}.lark"),
            parser="lalr",
            lexer="contextual",
            start=_STARTS,
            transformer=self.builder,
            keep_all_tokens=True,
            maybe_placeholders=False,
            lexer_callbacks={"COMMENT": self._keep},
        )

    def _keep(self, token: Token) -> Token:
        self.comments.append(token)
        return token


@cache
def _parser() -> _Parser:
    return _Parser()


class Parsed:
    """What one parse gave: a value, comments as (offset, text), and the mistakes found on the way."""

    def __init__(self, value: Any, comments: list[tuple[int, str]], found: list[Diagnostic]) -> None:
        self.value = value
        self.comments = comments
        self.found = found


def run(
    rule: str,
    source: Source,
    start: int = 0,
    end: int | None = None,
    whole: Span | None = None,
    text: str = "",
) -> Parsed:
    """Parse ``source`` from ``start`` to ``end`` by ``rule``.

    ``whole`` stands for all spans where ``source`` is not what the person wrote; ``text`` is parsed
    in place of the source's where it is given. Raises :class:`UnexpectedInput` where the text does
    not follow the grammar.
    """
    with _lock:
        parser = _parser()
        parser.builder.begin(source, whole)
        parser.comments.clear()
        value = parser.lark.parse(TextSlice(text or source.text, start, end), start=rule)
        comments = [(c.start_pos or 0, c.value.rstrip()) for c in parser.comments]
        return Parsed(value, comments, parser.builder.found)


def parse_rule(
    rule: str, source: Source, start: int = 0, end: int | None = None, whole: Span | None = None
) -> Parsed:
    """As :func:`run`, with mistakes of grammar as a :class:`SpecError`."""
    try:
        return run(rule, source, start, end, whole)
    except UnexpectedInput as error:
        from .diagnose import explain

        stop = len(source.text) if end is None else end
        raise SpecError(explain(error, source, source.text, start, stop, whole, rule)[0]) from None


def parse_file(source: Source) -> Parsed:
    """Parse a whole ``.cnn`` text; all mistakes of grammar that can be told apart are reported at once."""
    try:
        return run("spec", source)
    except UnexpectedInput as error:
        raise SpecError(_mistakes(source, error)) from None


def _mistakes(source: Source, error: UnexpectedInput) -> list[Diagnostic]:
    # Texts without mistakes, which are most, do without these two.
    from .diagnose import explain
    from .recover import MAX_ERRORS, without_error

    found: list[Diagnostic] = []
    text = source.text
    while True:
        problems, again = explain(error, source, text, 0, len(text), None)
        if found and not again:
            return found
        found += problems
        shorter = without_error(text, problems[0].span) if again and len(found) < MAX_ERRORS else None
        if shorter is None:
            return found
        text = shorter
        try:
            run("spec", source, text=text)
        except UnexpectedInput as next_error:
            error = next_error
        else:
            return found
