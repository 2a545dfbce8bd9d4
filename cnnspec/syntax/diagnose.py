"""From a failed parse to diagnostics in a person's words."""

from __future__ import annotations

import re
from dataclasses import replace
from difflib import get_close_matches

from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from ..source import Diagnostic, Source, Span
from . import errors
from .claim_hints import claim_hint, power_hint
from .operators import COMPARISONS
from .scan import KEYWORDS, Lexeme, Scan, scan, unclosed
from .section_hints import braces_hint

_TOP = ("model", "block", "use", "assert")
_BODY = ("input", "let", "repeat", "for", "if", "else", "output", "auxiliary")

_VALUE = {"NAME", "IN", "NUMBER", "STRING", "BOOLEAN", "LPAR", "LSQB", "SIGN", "NOT"}
_CONTINUES = {"OPERATOR", "SIGN", "LOGIC", "DOT", "LSQB", "ARROW"}
_TOP_LEVEL = {"MODEL", "BLOCK", "USE", "ASSERT"}
_LAYER = _CONTINUES.union(
    ("NAME", "IN", "LET", "REPEAT", "FOR", "IF", "OUTPUT", "LBRACE", "JOIN", "LPAR", "COLON")
)
_GROUPS = (
    (
        _TOP_LEVEL,
        {*_TOP_LEVEL, "NAME", "LPAR", "$END"},
        ("'model'", "'block'", "'use'", "'assert'", "a section"),
    ),
    ({"NUMBER", "STRING", "BOOLEAN"}, _VALUE, ("a value",)),
    ({"LET", "REPEAT"}, _LAYER, ("a layer",)),
)
_WORDS = {
    "NAME": "a name",
    "NUMBER": "a number",
    "QUANTITY": "a number with a unit",
    "STRING": "a string",
    "INPUT": "'input'",
    "IN": "'in'",
    "IF": "'if'",
    "LBRACE": "'{'",
    "RBRACE": "'}'",
    "LPAR": "'('",
    "RPAR": "')'",
    "LSQB": "'['",
    "RSQB": "']'",
    "COMMA": "','",
    "COLON": "':'",
    "EQ": "'='",
    "BAR": "'|'",
    "ARROW": "'->'",
    "X": "'x'",
    "BY": "'x'",
    "OPERATOR": "an operator",
    "$END": "the end",
}
_QUOTED = re.compile(r"""(["'])[A-Za-z_][\w-]*\1""")
"""A string that a name was written as."""
_DIMENSIONS = ("an input has three dimensions: channels x height x width",)
_HINTS = {
    ",": "statements are separated by white space, not by commas",
    "->": "the calls of a body already follow one another; '->' leads on from a tensor's name",
    "|": "tracks stand in a join: 'add { | … | … }'",
    "//": "a comment begins with '#'",
    "input": "'input' stands first in the body of a model",
    ".": "numbers begin with a digit, as in '0.5'",
}


def explain(
    error: UnexpectedInput,
    source: Source,
    text: str,
    start: int,
    end: int,
    whole: Span | None,
    rule: str = "spec",
) -> tuple[list[Diagnostic], bool]:
    """Diagnostics for ``error``, and whether the text after it may be looked at for others.

    ``text`` is what was parsed, by ``rule``; spans are into ``source``, or ``whole`` where it is given.
    """
    found = scan(text, source, start, end)
    found.is_claim = rule == "claim"
    index = found.at(_offset(error, end))
    problems = _early_end(found, index, source) or found.problems
    again = not problems
    if not problems:
        problems = [_at_token(error, found, index, Span(source, start, end))]
    if whole is not None:
        problems = [_moved(p, whole) for p in problems]
    return problems, again


def _offset(error: UnexpectedInput, end: int) -> int:
    if isinstance(error, UnexpectedToken) and error.token.type == "$END":
        return end
    return error.pos_in_stream if error.pos_in_stream is not None else end


def _accepted(error: UnexpectedInput) -> set[str]:
    if isinstance(error, UnexpectedToken):
        return set(error.accepts or error.expected)
    return set(error.allowed or ()) if isinstance(error, UnexpectedCharacters) else set()


def _moved(problem: Diagnostic, whole: Span) -> Diagnostic:
    return replace(problem, span=whole, notes=())


def _early_end(found: Scan, index: int, source: Source) -> list[Diagnostic]:
    """A ``block`` or ``model`` inside a body: the body before it was not closed."""
    if index >= len(found.lexemes) or found.lexemes[index].text not in _TOP:
        return []
    if index + 1 >= len(found.lexemes) or found.lexemes[index + 1].kind not in ("name", "string"):
        return []
    lexeme, stack = found.lexemes[index], found.open_before(index)
    if not stack:
        return []
    why = f"'{lexeme.text}' comes first here"
    return [unclosed(stack[-1], source, Span(source, lexeme.start, lexeme.end), why)]


def _at_token(error: UnexpectedInput, found: Scan, index: int, part: Span) -> Diagnostic:
    source = part.source
    accepted = _accepted(error)
    for diagnose in (_parted, _reserved, _misspelt):
        diagnostic = diagnose(found, index, accepted, source)
        if diagnostic is not None:
            return diagnostic
    expected = _expected(accepted)
    if index >= len(found.lexemes):
        last = found.lexemes[-1].end if found.lexemes else part.start
        span = Span(source, last, last)
        return errors.UnexpectedToken(
            span=span,
            found="end of the text",
            expected=expected,
            hints=power_hint(found, index) or braces_hint(found, index, source),
        )
    lexeme = found.lexemes[index]
    return errors.UnexpectedToken(
        span=Span(source, lexeme.start, lexeme.end),
        found=_shown(lexeme),
        expected=expected,
        hints=_DIMENSIONS if accepted == {"X"} else _hints(found, index),
    )


def _shown(lexeme: Lexeme) -> str:
    text = lexeme.text if len(lexeme.text) <= 40 else lexeme.text[:37] + "…"
    return text if lexeme.kind == "string" else f"'{text}'"


def _hints(found: Scan, index: int) -> tuple[str, ...]:
    lexeme, stack = found.lexemes[index], found.open_before(index)
    in_body = not stack or stack[-1].text == "{"
    if turned := _turned(found, index):
        return (f"to compare, write '{turned}'",)
    if not stack and (about := claim_hint(found, index)):
        return (about,)
    if lexeme.text == "=":
        two_before = found.lexemes[index - 2].text if index > 1 else ""
        if two_before == "if":
            return ("to compare, write '=='",)
        if not stack:
            return ("a section is written without '=', as in 'optimizer adam(lr = 1e-3)'",)
        if in_body:
            return ("a value is named by 'let n = …'; arguments stand in parentheses",)
    if lexeme.text == "|" and index > 2 and found.lexemes[index - 3].text == "=":
        return (f"write 'in -> {found.lexemes[index - 2].text} {{ | … }}'",)
    if lexeme.text == "{" and stack:
        return ("steps of a step stand in its parentheses: 'maybe(0.5, flip)', 'choose([flip, rotate(15)])'",)
    if lexeme.text == ",":
        return (_HINTS[","],) if in_body else ()
    before = found.lexemes[index - 1] if index else None
    if (
        lexeme.kind in ("string", "number")
        and before
        and before.kind == "name"
        and before.text not in KEYWORDS
    ):
        return (f"arguments stand in parentheses: '{before.text}({lexeme.text[:40]})'",)
    if lexeme.kind == "string" and stack and in_body and _QUOTED.fullmatch(lexeme.text):
        return (f"names stand without quotes, and with '_' for '-': '{lexeme.text[1:-1].replace('-', '_')}'",)
    if hyphenated := _hyphenated(found, index):
        return (f"names are written with '_', not '-': '{hyphenated}'",)
    if lexeme.text == "*" and index and found.lexemes[index - 1].text == "*":
        return ("write a product, as in 'n * n'",)
    if lexeme.text == "." and index > 1 and found.lexemes[index - 2].text == "use":
        return ("a path stands in quotes, as in 'use \"blocks.cnn\"'",)
    return (_HINTS[lexeme.text],) if lexeme.text in _HINTS else ()


def _turned(found: Scan, index: int) -> str:
    """The comparison that ``=<`` or ``=>`` at ``index`` was meant to be."""
    equal, other = (*found.lexemes[index : index + 2], None, None)[:2]
    if equal is None or other is None or equal.text != "=" or equal.end != other.start:
        return ""
    return f"{other.text}=" if other.text in ("<", ">") else ""


def _hyphenated(found: Scan, index: int) -> str:
    """What names with hyphens between them, the first at ``index``, were meant to be."""
    if not index or found.lexemes[index].text != "-":
        return ""
    parts = found.lexemes[index - 1 : index]
    for sign, name in zip(found.lexemes[index::2], found.lexemes[index + 1 :: 2], strict=False):
        if sign.text != "-" or name.kind != "name" or not parts[-1].end == sign.start == name.start - 1:
            break
        parts.append(name)
    hyphenated = len(parts) > 1 and parts[0].kind == "name"
    return "_".join(part.text for part in parts)[:80] if hyphenated else ""


def _parted(found: Scan, index: int, accepted: set[str], source: Source) -> Diagnostic | None:
    """A unit apart from its number."""
    sign, number, unit = found.lexemes[index - 3 : index] if index >= 3 else (None, None, None)
    if sign is None or number is None or unit is None or sign.text not in COMPARISONS:
        return None
    if number.kind != "number" or unit.kind != "name" or unit.text in (*KEYWORDS, "x"):
        return None
    if number.end == unit.start:
        return None
    hints = (f"write a unit right after its number: '{number.text[:40]}{unit.text[:40]}'",)
    span = Span(source, unit.start, unit.end)
    return errors.UnexpectedToken(span=span, found=_shown(unit), hints=hints)


def _reserved(found: Scan, index: int, accepted: set[str], source: Source) -> Diagnostic | None:
    """A keyword where a name is wanted."""
    lexemes = found.lexemes
    text = lexemes[index].text if index < len(lexemes) else ""
    following = lexemes[index + 1].text if index + 1 < len(lexemes) else ""
    only_name = "NAME" in accepted and accepted <= {"NAME", "STRING", "LPAR", "LBRACE", "RPAR"}
    if text in KEYWORDS and (only_name or ("NAME" in accepted and following in ("=", ":"))):
        word = lexemes[index]
    elif text in (":", "=") and index and lexemes[index - 1].text in KEYWORDS - {"in"}:
        word = lexemes[index - 1]
    else:
        return None
    hints = braces_hint(found, index, source) or (f"choose another name, as '{word.text}_'",)
    if found.is_claim:
        hints = ("leave 'assert' out here" if word.text == "assert" else "a claim is such as 'params <= 5M'",)
    if word.text == "not" and text == "not" and index and lexemes[index - 1].text == "assert":
        hints = ("turn the comparison round: '>' is where '<=' is not",)
    if word.text in ("output", "auxiliary"):
        hints = (f"an output has a name: '{word.text} NAME: …'",)
    if word.text in ("model", "input") and following_text(lexemes, word) == ":":
        hints = ("this reads like YAML: give the file the ending .yaml",)
    return errors.ReservedWord(span=Span(source, word.start, word.end), word=word.text, hints=hints)


def following_text(lexemes: list[Lexeme], word: Lexeme) -> str:
    """The text right after ``word``."""
    return next((x.text for x in lexemes if x.start >= word.end), "")


def _misspelt(found: Scan, index: int, accepted: set[str], source: Source) -> Diagnostic | None:
    """A word at or shortly before the place that is nearly a keyword."""
    stack = found.open_before(index)
    if stack and stack[-1].text != "{":
        return None
    known = _BODY if stack else _TOP
    for word in _words_before(found.lexemes, index):
        near = get_close_matches(word.text, known, n=1, cutoff=0.7)
        if near and word.text not in KEYWORDS:
            hints = (f"did you mean '{near[0]}'?",)
            span = Span(source, word.start, word.end)
            return errors.MisspeltKeyword(span=span, word=word.text, hints=hints)
    return None


def _words_before(lexemes: list[Lexeme], index: int) -> list[Lexeme]:
    """The word at ``index`` and up to two before it, arguments left out, in one body."""
    words: list[Lexeme] = []
    depth, i = 0, min(index, len(lexemes) - 1)
    while i >= 0 and len(words) < 3 and index - i < 200:
        lexeme = lexemes[i]
        if lexeme.text in (")", "]"):
            depth += 1
        elif depth and lexeme.text in ("(", "["):
            depth -= 1
        elif lexeme.text in ("{", "}", "|") and i != index:
            break
        elif not depth and lexeme.kind == "name":
            words.append(lexeme)
        i -= 1
    return words


def _expected(accepted: set[str]) -> str:
    """``; expected a layer, '|' or '}'``."""
    left = set(accepted)
    phrases: list[str] = []
    for mark, covers, words in _GROUPS:
        if mark <= left:
            phrases += words
            left -= covers
    if phrases or left - _CONTINUES - {"LPAR", "LBRACE", "JOIN"}:
        left -= _CONTINUES
    if len(left) > 1:
        left -= {"JOIN"}
    phrases += sorted({_WORDS[name] for name in left if name in _WORDS})[:4]
    if not phrases:
        return ""
    head = ", ".join(phrases[:-1])
    return f"; expected {head} or {phrases[-1]}" if head else f"; expected {phrases[-1]}"
