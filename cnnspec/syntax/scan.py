"""A plain scan of a text that did not parse: its tokens, and whether its brackets match.

Used only after a parse has failed, to say in a person's words why.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from ..source import Diagnostic, Note, Source, Span
from . import errors
from .literals import show

_STATEMENT_WORDS = ("input", "let", "repeat", "for", "in", "if", "else", "output", "auxiliary")
KEYWORDS = frozenset(
    ("use", "assert", "model", "block", *_STATEMENT_WORDS, "and", "or", "not", "true", "false")
)
PAIRS = {"(": ")", "[": "]", "{": "}"}

_TOKEN = re.compile(
    r"""(?P<skip>[ \t\r\n]+|\#[^\n]*)
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<number>[0-9]+(?:_[0-9]+)*(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)
    |(?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    |(?P<open>[({\[])|(?P<close>[)}\]])
    |(?P<sign>->|==|!=|<=|>=|//|[-+*/%<>=:,.|×])
    |(?P<quote>["'][^\n]*)
    |(?P<bad>[^\s\x21-\x3a\x3c-\x3f\x40-\x7e]+|.)""",
    re.VERBOSE,
)

_LETTERS = "names are of the letters a to z and A to Z, digits and '_'; others stand in strings and comments"
_MEANT = {
    ";": "statements are separated by white space",
    "&": "write 'and'",
    "!": "write 'not'",
    "^": "write a product, as in 'n * n'",
    "“": 'write straight quotes, "',
    "”": 'write straight quotes, "',
    "‘": "write straight quotes, '",
    "’": "write straight quotes, '",
    "−": "write the plain minus sign, '-'",
    "–": "write the plain minus sign, '-'",
    "→": "write '->'",
    "≤": "write '<='",
    "≥": "write '>='",
    "≠": "write '!='",
    "×": "write 'x' between sizes, '*' for a product",
}


class Lexeme(NamedTuple):
    kind: str
    text: str
    start: int
    end: int


@dataclass
class Scan:
    """What a scan found. ``problems`` are mistakes in the text's characters and brackets."""

    lexemes: list[Lexeme] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)
    is_claim: bool = False
    """Whether the text is what follows ``assert``, alone."""

    def at(self, offset: int) -> int:
        """The index of the first lexeme that ends after ``offset`` (their number at the end)."""
        return next((i for i, x in enumerate(self.lexemes) if x.end > offset), len(self.lexemes))

    def open_before(self, index: int) -> list[Lexeme]:
        """The brackets that are open before lexeme ``index``, outermost first."""
        stack: list[Lexeme] = []
        for lexeme in self.lexemes[:index]:
            if lexeme.kind == "open":
                stack.append(lexeme)
            elif lexeme.kind == "close" and stack:
                stack.pop()
        return stack


def scan(text: str, source: Source, start: int, end: int) -> Scan:
    """Scan ``text[start:end]``; spans are into ``source``. Stops at a string that does not end."""
    result = Scan()
    for match in _TOKEN.finditer(text, start, end):
        kind = match.lastgroup or "bad"
        if kind == "skip":
            continue
        span = Span(source, match.start(), match.end())
        if kind == "quote":
            result.problems.append(errors.UnterminatedString(span=span))
            return result
        if kind == "bad":
            character = match[0][0]
            meant = _MEANT.get(character) or (_LETTERS if character.isalpha() else "")
            hints = (meant,) if meant else ()
            result.problems.append(errors.UnexpectedCharacter(span=span, shown=show(character), hints=hints))
        result.lexemes.append(Lexeme(kind, match[0], match.start(), match.end()))
    if not result.problems:
        result.problems += _brackets(result.lexemes, source, end)
    return result


def _brackets(lexemes: list[Lexeme], source: Source, end: int) -> list[Diagnostic]:
    """The first bracket that does not match, if any."""
    stack: list[Lexeme] = []
    suspect: Lexeme | None = None
    for lexeme in lexemes:
        if lexeme.kind == "open":
            stack.append(lexeme)
        elif lexeme.kind == "close":
            span = Span(source, lexeme.start, lexeme.end)
            if not stack:
                return [errors.StrayBracket(span=span, bracket=lexeme.text)]
            if PAIRS[stack[-1].text] == lexeme.text:
                opening = stack.pop()
                if suspect is None and _closes_an_outer_one(opening, lexeme, source):
                    suspect = opening
            elif any(PAIRS[x.text] == lexeme.text for x in stack):
                return [unclosed(stack[-1], source, span, f"'{lexeme.text}' comes first here")]
            else:
                opening = stack[-1]
                notes = (Note(f"'{opening.text}' is opened here", Span(source, opening.start, opening.end)),)
                return [
                    errors.MismatchedBracket(
                        span=span, bracket=lexeme.text, opening=opening.text, notes=notes
                    )
                ]
    if stack:
        last = lexemes[-1].end
        return [unclosed(suspect or stack[-1], source, Span(source, last, last), "the text ends here")]
    return []


def _closes_an_outer_one(opening: Lexeme, closing: Lexeme, source: Source) -> bool:
    """Whether ``closing`` begins a line that is indented less than the one ``opening`` is on."""
    first, last = (_line_start(source.text, x.start) for x in (opening, closing))
    before = source.text[last : closing.start]
    line = source.text[first : opening.start]
    indent = len(line) - len(line.lstrip(" \t"))
    return first != last and not before.strip() and len(before) < indent


def _line_start(text: str, offset: int) -> int:
    return text.rfind("\n", 0, offset) + 1


def unclosed(bracket: Lexeme, source: Source, found: Span, why: str) -> Diagnostic:
    """``bracket`` is never closed; ``why`` that is known at ``found``."""
    return errors.UnclosedBracket(
        span=Span(source, bracket.start, bracket.end),
        bracket=bracket.text,
        notes=(Note(why, found),),
        hints=(f"add '{PAIRS[bracket.text]}'",),
    )
