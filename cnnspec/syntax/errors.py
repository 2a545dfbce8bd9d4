"""What can be wrong with the text of a spec, before anything in it has a meaning."""

from __future__ import annotations

from ..source import Diagnostic


class SyntaxDiagnostic(Diagnostic):
    """Base of the diagnostics of this floor."""


class UnexpectedToken(SyntaxDiagnostic):
    """The text has something that cannot stand at this place.

    The message says what could stand there. Often the mistake is just before the marked text: a
    comma, a bracket or an operator that is missing.
    """

    code = "unexpected-token"
    message = "unexpected {found}{expected}"
    bad = "model m { input 1 x 8 x 8  conv(4 3) }"
    good = "model m { input 1 x 8 x 8  conv(4, 3) }"
    found: str
    expected: str = ""


class MisspeltKeyword(SyntaxDiagnostic):
    """A word that is nearly one of the keywords stands where that keyword would make sense.

    Keywords are ``use model block input let repeat for in if else output auxiliary``.
    """

    code = "misspelt-keyword"
    message = "'{word}' is not a keyword"
    bad = "modle m { input 1 x 8 x 8  relu }"
    good = "model m { input 1 x 8 x 8  relu }"
    word: str


class ReservedWord(SyntaxDiagnostic):
    """A keyword is used as a name. Keywords cannot name blocks, parameters, labels or arguments."""

    code = "reserved-word"
    message = "'{word}' is a keyword and cannot be used as a name"
    bad = "model m { input 1 x 8 x 8  repeat: relu }"
    good = "model m { input 1 x 8 x 8  again: relu }"
    word: str


class UnexpectedCharacter(SyntaxDiagnostic):
    """A character that means nothing in a spec.

    Outside of strings and comments a spec is plain ASCII (and the sign ``×`` in an input's shape): names are made of the
    letters a to z and A to Z, digits and ``_``, and begin with no digit.
    Control characters are refused everywhere; in a string write them as ``\\u{{1f}}``.
    """

    code = "unexpected-character"
    message = "the character {shown} cannot be used here"
    bad = "model m { input 1 x 8 x 8  relu; relu }"
    good = "model m { input 1 x 8 x 8  relu  relu }"
    shown: str


class UnclosedBracket(SyntaxDiagnostic):
    """A bracket is opened and never closed."""

    code = "unclosed-bracket"
    message = "this '{bracket}' is never closed"
    bad = "model m { input 1 x 8 x 8  relu"
    good = "model m { input 1 x 8 x 8  relu }"
    bracket: str


class StrayBracket(SyntaxDiagnostic):
    """A bracket is closed that was never opened."""

    code = "stray-bracket"
    message = "this '{bracket}' closes nothing"
    bad = "model m { input 1 x 8 x 8  relu } }"
    good = "model m { input 1 x 8 x 8  relu }"
    bracket: str


class MismatchedBracket(SyntaxDiagnostic):
    """A bracket is closed by one of another kind."""

    code = "mismatched-bracket"
    message = "this '{bracket}' cannot close '{opening}'"
    bad = "model m { input 1 x 8 x 8  conv(4, 3] }"
    good = "model m { input 1 x 8 x 8  conv(4, 3) }"
    bracket: str
    opening: str


class UnterminatedString(SyntaxDiagnostic):
    """A string's closing quote is missing. A string ends on the line where it begins."""

    code = "unterminated-string"
    message = "this string is never closed"
    bad = 'data folder("photos)'
    good = 'data folder("photos")'


class UnknownEscape(SyntaxDiagnostic):
    r"""A backslash in a string is followed by something that it does not go with.

    Known are ``\n``, ``\t``, ``\\``, ``\"``, ``\'`` and ``\u{1f600}`` (any character by its number).
    """

    code = "unknown-escape"
    message = "'{escape}' means nothing in a string"
    bad = 'data folder("C:\\photos")'
    good = 'data folder("C:/photos")'
    escape: str


class NumberTooLarge(SyntaxDiagnostic):
    """A number is beyond what any network needs: an integer of over 18 digits, or a float past 1e308."""

    code = "number-too-large"
    message = "this number is too large"
    bad = "optimizer sgd(lr = 1e999)"
    good = "optimizer sgd(lr = 1e-3)"


class NotAComparison(SyntaxDiagnostic):
    """What is asserted is a measure compared with a bound, by ``==``, ``!=``, ``<``, ``<=``, ``>`` or ``>=``."""

    code = "not-a-comparison"
    message = "'{operator}' compares nothing; expected ==, !=, <, <=, > or >="
    bad = "assert params * 5M"
    good = "assert params <= 5M"
    operator: str


class NestedTooDeeply(SyntaxDiagnostic):
    """Statements or brackets stand in one another too deeply, or one expression is too long.

    The bounds are 64 statements in one another and 200 levels of brackets and operators in an expression.
    """

    code = "nested-too-deeply"
    message = "{what} nested too deeply (more than {limit} levels)"
    bad = f"model m {{ input 3 x 8 x 8  {'a: ' * 65}relu }}"
    good = "model m { input 3 x 8 x 8  a: relu }"
    what: str
    limit: int


class ChainedComparison(SyntaxDiagnostic):
    """Comparisons do not chain. ``1 < n < 4`` is written ``1 < n and n < 4``."""

    code = "chained-comparison"
    message = "comparisons cannot be chained"
    bad = "block b(n) { if 1 < n < 4 { relu } }"
    good = "block b(n) { if 1 < n and n < 4 { relu } }"


class MisplacedNot(SyntaxDiagnostic):
    """``not`` binds less than comparisons and arithmetic: after these it needs parentheses."""

    code = "misplaced-not"
    message = "'not' after '{operator}' needs parentheses"
    bad = "block b(n) { if n == not true { relu } }"
    good = "block b(n) { if n == (not true) { relu } }"
    operator: str


class PathStart(SyntaxDiagnostic):
    """``->`` leads on from a tensor that has a name: ``x``, ``in``, ``backbone.stage4``, ``taps[0]``."""

    code = "path-start"
    message = "a path starts with the name of a tensor"
    bad = "block b { let y = conv(8, 3) -> relu  y }"
    good = "block b { let y = in -> conv(8, 3) -> relu  y }"


class MissingInput(SyntaxDiagnostic):
    """A model begins with the shape of its input: channels, height and width."""

    code = "missing-input"
    message = "model '{name}' does not say the shape of its input"
    bad = "model m { relu }"
    good = "model m { input 3 x 32 x 32  relu }"
    name: str


class DuplicateModel(SyntaxDiagnostic):
    """A file holds one model. What is used more than once is a block."""

    code = "duplicate-model"
    message = "a second model, '{name}'"
    bad = "model a { input 1 x 8 x 8  relu }\nmodel b { input 1 x 8 x 8  relu }"
    good = "model a { input 1 x 8 x 8  b }\nblock b { relu }"
    name: str


class DuplicateBlock(SyntaxDiagnostic):
    """Two blocks of a file have the same name."""

    code = "duplicate-block"
    message = "block '{name}' is defined twice"
    bad = "block b { relu }\nblock b { tanh }"
    good = "block b { relu }\nblock c { tanh }"
    name: str


class DuplicateSection(SyntaxDiagnostic):
    """A section of the experiment is written twice."""

    code = "duplicate-section"
    message = "section '{name}' is written twice"
    bad = "loss cross_entropy\nloss mse"
    good = "loss cross_entropy"
    name: str


class DuplicateParameter(SyntaxDiagnostic):
    """Two parameters of a head have the same name."""

    code = "duplicate-parameter"
    message = "parameter '{name}' is declared twice"
    bad = "block b(n, n) { linear(n) }"
    good = "block b(n) { linear(n) }"
    name: str


class DuplicateArgument(SyntaxDiagnostic):
    """An argument is given twice by name."""

    code = "duplicate-argument"
    message = "argument '{name}' is given twice"
    bad = "optimizer sgd(lr = 0.1, lr = 0.2)"
    good = "optimizer sgd(lr = 0.1)"
    name: str
