"""The builder: the parser calls one method here for each rule it has read, innermost first.

Nothing recurses, so depth costs nothing; spans come from the tokens. Mistakes that the grammar
does not see are collected in ``found``.
"""

from __future__ import annotations

from collections.abc import Sequence as Items
from typing import Any, NamedTuple

from lark import Token

from ..source import Diagnostic, Note, Source, Span
from . import errors, tree
from .literals import read_number, read_string, split_quantity
from .operators import COMPARISONS, Run, group

Children = list[Any]
"""What a rule has read: tokens, and what the rules inside it gave."""


class Listed(NamedTuple):
    """Things between brackets, and where the brackets stand."""

    items: tuple[Any, ...]
    start: int
    end: int


class Head(NamedTuple):
    """``vgg(depth, channels)``: a name and parameters."""

    name: str
    name_span: Span
    parameters: tuple[tree.Parameter, ...]
    end: int


class Key(NamedTuple):
    """A key of a YAML mapping: ``kind`` is the rule that it was read by."""

    kind: str
    parts: tuple[Any, ...]
    span: Span


class ExpressionBuilder:
    """Callbacks of the expression rules. ``whole`` replaces all spans where offsets mean nothing."""

    def __init__(self) -> None:
        self.begin(Source("", ""), None)

    def begin(self, source: Source, whole: Span | None) -> None:
        """Get ready for a parse of (a part of) ``source``."""
        self.source = source
        self.whole = whole
        self.found: list[Diagnostic] = []

    def cut(self, start: int, end: int) -> Span:
        return self.whole or Span(self.source, start, end)

    def at(self, token: Token) -> Span:
        return self.whole or Span(self.source, token.start_pos, token.end_pos)

    def over(self, first: Any, last: Any) -> Span:
        """From the start of ``first`` to the end of ``last``, tokens or trees."""
        return self.cut(_start(first), _end(last))

    def name(self, c: Children) -> tree.Name:
        return tree.Name(c[0].value, span=self.at(c[0]))

    def number(self, c: Children) -> tree.Literal:
        value = read_number(c[0].value)
        if value is None:
            self.found.append(errors.NumberTooLarge(span=self.at(c[0])))
        return tree.Literal(0 if value is None else value, span=self.at(c[0]))

    def string(self, c: Children) -> tree.Literal:
        return tree.Literal(self.unquote(c[0]), span=self.at(c[0]))

    def boolean(self, c: Children) -> tree.Literal:
        return tree.Literal(c[0].value == "true", span=self.at(c[0]))

    def unquote(self, token: Token) -> str:
        value, bad = read_string(token.value)
        for start, escape in bad:
            at = _start(token) + start
            span = self.cut(at, at + len(escape))
            hints = ("write '\\\\' for a backslash; '/' works in paths on every system",)
            self.found.append(errors.UnknownEscape(span=span, escape=escape, hints=hints))
        return value

    def attribute(self, c: Children) -> tree.Attribute:
        return tree.Attribute(c[0], c[2].value, span=self.over(c[0], c[2]))

    def index(self, c: Children) -> tree.Index:
        return tree.Index(c[0], c[2], span=self.over(c[0], c[3]))

    def name_attribute(self, c: Children) -> tree.Attribute:
        return self.attribute([self.name(c), *c[1:]])

    def name_index(self, c: Children) -> tree.Index:
        return self.index([self.name(c), *c[1:]])

    def grouping(self, c: Children) -> tree.Expression:
        inner: tree.Expression = c[1]
        span = self.over(c[0], c[2])
        if isinstance(inner, tree.Binary):
            return tree.Binary(inner.operator, inner.left, inner.right, span=span)
        if isinstance(inner, tree.Unary):
            return tree.Unary(inner.operator, inner.operand, span=span)
        return inner

    def tuple(self, c: Children) -> tree.Sequence:
        items = [] if len(c) == 2 else [c[1], *(c[3] if isinstance(c[3], list) else [])]
        return tree.Sequence((*items,), "(", span=self.over(c[0], c[-1]))

    def list(self, c: Children) -> tree.Sequence:
        items = [] if len(c) == 2 else c[1]
        return tree.Sequence((*items,), "[", span=self.over(c[0], c[-1]))

    def expr_list(self, c: Children) -> Children:
        return _grow(c)

    def prefixed(self, c: Children) -> Run:
        return Run([c[0], *c[1]] if isinstance(c[1], Run) else c)

    def run(self, c: Children) -> Run:
        run = c[0] if isinstance(c[0], Run) and len(c) == 3 else Run([c[0]])
        run.append(c[1])
        run.extend(c[2]) if isinstance(c[2], Run) else run.append(c[2])
        return run

    def operation(self, c: Children) -> tree.Expression:
        return group(c[0], self.at, self.found)

    def arguments(self, c: Children) -> Listed:
        items = [] if len(c) == 2 else c[1]
        if len(items) > 1:
            self.unique(((a.name, a.name_span) for a in items if a.name), errors.DuplicateArgument)
        return Listed((*items,), _start(c[0]), _end(c[-1]))

    def argument_list(self, c: Children) -> Children:
        return _grow(c)

    def argument(self, c: Children) -> tree.Argument:
        if len(c) == 1:
            return tree.Argument(c[0], span=c[0].span)
        return tree.Argument(c[2], c[0].value, self.at(c[0]), span=self.over(c[0], c[2]))

    def call(self, c: Children) -> tree.Call:
        name = c[0]
        if len(c) == 1:
            span = self.at(name)
            return tree.Call(name.value, (), span, span=span)
        return tree.Call(name.value, c[1].items, self.at(name), span=self.over(name, c[1]))

    def unique(self, names: Any, duplicate: Any) -> None:
        """Report each name that came before, with a note at its first place."""
        seen: dict[str, Span] = {}
        for name, span in names:
            if name in seen:
                notes = (Note("first here", seen[name]),)
                self.found.append(duplicate(span=span, name=name, notes=notes))
            seen.setdefault(name, span)


def _start(part: Any) -> int:
    if isinstance(part, Token):
        return int(part.start_pos)
    return int(part.start if isinstance(part, Listed) else part.span.start)


def _end(part: Any) -> int:
    if isinstance(part, Token):
        return int(part.end_pos)
    return int(part.end if isinstance(part, Listed | Head) else part.span.end)


def _grow(c: Children) -> Children:
    """``item`` or ``list item`` or ``list , item``: one list that grows in place."""
    if len(c) == 1:
        return [c[0]]
    grown: Children = c[0]
    grown.append(c[-1])
    return grown


class Builder(ExpressionBuilder):
    """Callbacks of statements, of the top level, and of YAML's keys."""

    def statements(self, c: Children) -> Children:
        return _grow(c)

    steps = calls = tracks = items = parameters = names = statements

    def body(self, c: Children) -> Listed:
        return Listed((*c[1],) if len(c) == 3 else (), _start(c[0]), _end(c[-1]))

    def group(self, c: Children) -> tree.Group:
        return tree.Group(c[0].items, span=self.cut(c[0].start, c[0].end))

    def label(self, c: Children) -> tree.Label:
        return tree.Label(c[0].value, c[2], self.at(c[0]), span=self.over(c[0], c[2]))

    def path(self, c: Children) -> tree.Path:
        start = self.name(c) if isinstance(c[0], Token) else c[0]
        steps = c[2] if len(c) == 3 else []
        return tree.Path(start, (*steps,), span=self.over(start, steps[-1] if steps else start))

    def value_path(self, c: Children) -> tree.Path:
        if not isinstance(c[0], tree.Name | tree.Attribute | tree.Index):
            hints = ("write 'in -> …' to go on from the tensor that stands here",)
            self.found.append(errors.PathStart(span=c[0].span, hints=hints))
        return self.path(c)

    def let(self, c: Children) -> tree.Let:
        return tree.Let(c[1].value, c[3], self.at(c[1]), span=self.over(c[0], c[3]))

    def repeat(self, c: Children) -> tree.Repeat:
        return tree.Repeat(c[1], c[2].items, span=self.over(c[0], c[2]))

    def loop_names(self, tokens: Items[Token]) -> tuple[str, ...]:
        self.unique(((t.value, self.at(t)) for t in tokens), errors.DuplicateParameter)
        return (*(t.value for t in tokens),)

    def if_(self, c: Children) -> tree.If:
        orelse = None if len(c) == 3 else (c[4],) if isinstance(c[4], tree.If) else c[4].items
        else_span = self.at(c[3]) if len(c) > 3 else None
        return tree.If(c[1], c[2].items, orelse, else_span, span=self.over(c[0], c[-1]))

    def output(self, c: Children) -> tree.Output:
        auxiliary = c[0].value == "auxiliary"
        return tree.Output(c[1].value, c[3], auxiliary, self.at(c[1]), span=self.over(c[0], c[3]))

    def track(self, c: Children) -> Listed:
        items = c[1] if len(c) == 2 else []
        return Listed((*items,), _start(c[0]), _end(items[-1] if items else c[0]))

    def join(self, c: Children) -> tree.Join:
        spans = (*(self.cut(t.start, t.end) for t in c[2]),)
        return tree.Join(c[0], (*(t.items for t in c[2]),), spans, span=self.over(c[0], c[3]))

    # Top level

    def use(self, c: Children) -> tree.Use:
        is_path = c[0].type == "STRING"
        target = self.unquote(c[0]) if is_path else c[0].value
        arguments = c[1].items if len(c) == 2 else None
        return tree.Use(target, is_path, arguments, span=self.over(c[0], c[-1]))

    def use_item(self, c: Children) -> tree.Use:
        use: tree.Use = c[1]
        return tree.Use(use.target, use.is_path, use.arguments, span=self.over(c[0], use))

    def parameter(self, c: Children) -> tree.Parameter:
        return tree.Parameter(c[0].value, c[2] if len(c) == 3 else None, span=self.over(c[0], c[-1]))

    def head(self, c: Children) -> Head:
        parameters = c[2] if len(c) > 3 else []
        name_span = self.at(c[0])
        self.unique(((p.name, p.span) for p in parameters), errors.DuplicateParameter)
        return Head(c[0].value, name_span, (*parameters,), _end(c[-1]))

    def shape(self, c: Children) -> Listed:
        return Listed((c[0], c[2], c[4]), _start(c[0]), _end(c[4]))

    def input(self, c: Children) -> Listed:
        return Listed(c[1].items, _start(c[0]), c[1].end)

    def model(self, c: Children) -> tree.Model:
        head, shape = c[1], c[3]
        body = c[4] if len(c) == 6 else []
        span = self.over(c[0], c[-1])
        at = self.cut(shape.start, shape.end)
        return tree.Model(head.name, head.parameters, shape.items, (*body,), head.name_span, at, span=span)

    def model_without_input(self, c: Children) -> tree.Model:
        head = c[1]
        hints = ("begin the model with 'input channels x height x width', as in 'input 3 x 224 x 224'",)
        self.found.append(errors.MissingInput(span=head.name_span, name=head.name, hints=hints))
        return tree.Model(head.name, head.parameters, (), (), head.name_span, span=self.over(c[0], c[-1]))

    def block(self, c: Children) -> tree.Block:
        head, body = c[1], c[2]
        return tree.Block(head.name, head.parameters, body.items, head.name_span, span=self.over(c[0], body))

    def section_call(self, c: Children) -> tree.Section:
        return tree.Section(c[0].value, "call", (c[1],), (), self.at(c[0]), span=self.over(c[0], c[1]))

    def section_arguments(self, c: Children) -> tree.Section:
        span = self.over(c[0], c[1])
        return tree.Section(c[0].value, "arguments", (), c[1].items, self.at(c[0]), span=span)

    def section_list(self, c: Children) -> tree.Section:
        calls = c[2] if len(c) == 4 else []
        return tree.Section(c[0].value, "list", (*calls,), (), self.at(c[0]), span=self.over(c[0], c[-1]))

    def amount(self, c: Children) -> tree.Quantity:
        digits, unit = split_quantity(c[0].value)
        value = read_number(digits)
        if value is None:
            self.found.append(errors.NumberTooLarge(span=self.at(c[0])))
        return tree.Quantity(0 if value is None else value, unit, span=self.at(c[0]))

    def bound(self, c: Children) -> tuple[tree.Quantity, ...]:
        return (*c[::2],)

    def claim(self, c: Children) -> tree.Assertion:
        if c[1].value not in COMPARISONS:
            self.found.append(errors.NotAComparison(span=self.at(c[1]), operator=c[1].value))
        return tree.Assertion(c[0], c[1].value, c[2], span=self.over(c[0], c[2][-1]))

    def assertion(self, c: Children) -> tree.Assertion:
        claim: tree.Assertion = c[1]
        return tree.Assertion(claim.measure, claim.operator, claim.bound, span=self.over(c[0], claim))

    def spec(self, c: Children) -> Children:
        return c[0] if c else []

    # Keys of YAML

    def _key(self, kind: str, parts: tuple[Any, ...], c: Children) -> Key:
        return Key(kind, parts, self.over(c[0], c[-1]))

    def key_name(self, c: Children) -> Key:
        return self._key("name", (self.call(c),), c)

    def key_call(self, c: Children) -> Key:
        return self._key("call", (self.call(c),), c)

    def key_path(self, c: Children) -> Key:
        return self._key("path", (c[0],), c)

    def key_let(self, c: Children) -> Key:
        return self._key("let", (c[1].value, self.at(c[1])), c)

    def key_output(self, c: Children) -> Key:
        return self._key("output", (c[1].value, self.at(c[1]), c[0].value == "auxiliary"), c)

    def key_repeat(self, c: Children) -> Key:
        return self._key("repeat", (c[1],), c)

    def key_for(self, c: Children) -> Key:
        return self._key("for", (self.loop_names(c[1]), c[3]), c)

    def key_if(self, c: Children) -> Key:
        return self._key("if", (c[1],), c)

    def key_elif(self, c: Children) -> Key:
        return self._key("elif", (c[2],), c)

    def key_else(self, c: Children) -> Key:
        return self._key("else", (), c)

    def for_(self, c: Children) -> tree.For:
        return tree.For(self.loop_names(c[1]), c[3], c[4].items, span=self.over(c[0], c[4]))


setattr(Builder, "for", Builder.for_)
setattr(Builder, "if", Builder.if_)
