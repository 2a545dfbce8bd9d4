"""YAML texts to nodes with exact spans, and its mistakes in our own words.

Built on YAML's events, without recursion: scalars keep their text untyped, anchors, aliases, tags
and whatever else a spec has no use for are refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from ..source import Diagnostic, Source, Span, SpecError
from . import errors as syntax_errors
from . import file_errors as errors

MAX_DEPTH = 250
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass
class Node:
    """A scalar, a sequence or a mapping. ``plain`` scalars are written without quotes."""

    kind: str
    span: Span
    text: str = ""
    plain: bool = False
    flow: bool = False
    items: list[Node] = field(default_factory=list)
    pairs: list[tuple[Node, Node]] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        return self.kind == "scalar" and self.plain and not self.text

    @property
    def exact(self) -> int | None:
        """How many characters before the text its span has, where the two are otherwise the same."""
        written = self.span.text
        if written == self.text:
            return 0
        return 1 if written[1:-1] == self.text and written[:1] in ("'", '"') else None


def compose(source: Source) -> tuple[Node | None, list[tuple[int, str]]]:
    """The node of the one document of ``source``, and its comments as (offset, text)."""
    composer = _Composer(source)
    try:
        for event in yaml.parse(source.text, Loader=_LOADER):
            composer.take(event)
    except yaml.MarkedYAMLError as error:
        raise SpecError([_malformed(error, source)]) from None
    except (yaml.YAMLError, ValueError) as error:
        problem = f"this is not YAML: {error}"
        raise SpecError([errors.YamlSyntax(span=Span(source, 0, 0), problem=problem)]) from None
    return composer.root, list(_comments(source.text, composer.scalars))


class _Composer:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.root: Node | None = None
        self.stack: list[Node] = []
        self.keys: list[Node | None] = []
        self.scalars: list[Span] = []
        self.documents = 0

    def take(self, event: Any) -> None:
        span = Span(self.source, event.start_mark.index, event.end_mark.index)
        self.refuse(event, span)
        if isinstance(event, yaml.ScalarEvent):
            self.scalars.append(span)
            self.place(Node("scalar", span, event.value, plain=event.style in (None, "")))
        elif isinstance(event, yaml.CollectionStartEvent):
            kind = "sequence" if isinstance(event, yaml.SequenceStartEvent) else "mapping"
            self.stack.append(Node(kind, span, flow=bool(event.flow_style)))
            self.keys.append(None)
            if len(self.stack) > MAX_DEPTH:
                raise SpecError([_nested_too_deeply(span)])
        elif isinstance(event, yaml.CollectionEndEvent):
            node = self.stack.pop()
            self.keys.pop()
            brackets = node.flow and span.end > span.start
            end = span.end if brackets else _with_comments(node, _last(node), span.start)
            node.span = Span(self.source, node.span.start, max(end, node.span.start))
            self.place(node)

    def place(self, node: Node) -> None:
        if not self.stack:
            self.root = node
        elif self.stack[-1].kind == "sequence":
            self.stack[-1].items.append(node)
        elif self.keys[-1] is None:
            self.keys[-1] = node
        else:
            self.stack[-1].pairs.append((self.keys[-1], node))
            self.keys[-1] = None

    def refuse(self, event: Any, span: Span) -> None:
        feature = ""
        if isinstance(event, yaml.AliasEvent):
            feature = "an alias"
        elif getattr(event, "anchor", None):
            feature, span = "an anchor", _mark_before(span, "&")
        elif getattr(event, "tag", None):
            feature, span = "a tag", _mark_before(span, "!")
        elif isinstance(event, yaml.ScalarEvent) and event.style in ("|", ">"):
            feature = "a block text"
        elif isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if event.version or event.tags:
                feature = "a directive"
            elif self.documents > 1:
                feature = "a second document"
        if feature:
            hints = ("quote the text if it was meant as it stands",) if feature[-3:] in ("tag", "ias") else ()
            raise SpecError([errors.YamlFeature(span=_first_line(span), feature=feature, hints=hints)])


def _last(node: Node) -> int:
    """Where the last thing in ``node`` ends."""
    if node.items:
        return node.items[-1].span.end
    return node.pairs[-1][1].span.end if node.pairs else node.span.start


def _with_comments(node: Node, end: int, until: int) -> int:
    """``end``, or the end of the last comment before ``until`` that is indented as ``node`` is."""
    text = node.span.source.text
    column = node.span.start - text.rfind("\n", 0, node.span.start) - 1
    line = text.find("\n", end, until) + 1
    while column and 0 < line < until:
        stop = text.find("\n", line)
        stop = len(text) if stop < 0 else stop
        stripped = text[line:stop].lstrip(" ")
        if stripped.startswith("#") and stop - line - len(stripped) >= column:
            end = stop
        line = stop + 1
    return end


def _mark_before(span: Span, mark: str) -> Span:
    """The anchor or tag that an event's span begins with, alone."""
    text = span.source.text
    start = span.start if text[span.start : span.start + 1] == mark else max(0, text.rfind(mark, 0, span.end))
    end = start
    while end < len(text) and not text[end].isspace() and text[end] not in ",[]{}":
        end += 1
    return Span(span.source, start, end)


def _first_line(span: Span) -> Span:
    end = span.source.text.find("\n", span.start)
    return Span(span.source, span.start, span.end if end < 0 else min(span.end, end))


def _comments(text: str, scalars: list[Span]) -> Iterator[tuple[int, str]]:
    """Each ``#`` between the scalars begins a comment."""
    position = 0
    for stop, resume in [*((s.start, s.end) for s in scalars), (len(text), len(text))]:
        while (at := text.find("#", position, stop)) >= 0:
            end = text.find("\n", at)
            end = len(text) if end < 0 else end
            yield at, text[at:end].rstrip()
            position = end
        position = max(position, resume)


_PROBLEMS = (
    (
        "mapping values are not allowed",
        "a ':' is not possible here",
        "quote the text, or begin a new line",
    ),
    (
        "did not find expected ',' or",
        "this list or mapping is not closed here",
        "quote calls with brackets in them, as in 'f([1, 2])'",
    ),
    (
        "did not find expected '-' indicator",
        "this line does not fit the list that it stands in",
        "items of one list begin with '- ' in the same column",
    ),
    (
        "did not find expected key",
        "the indentation of this line fits none above",
        "what belongs to one list or mapping begins in the same column",
    ),
    ("could not find expected ':'", "a ':' is missing after this key", ""),
    ("found unexpected end of stream", "the text ends inside of quotes", "close the quotes"),
    ("unknown escape", "this escape means nothing in double quotes", "use single quotes"),
    ("undefined alias", "an alias cannot be used in a spec", ""),
    ("cannot start any token", "this character cannot begin a value", "quote the text"),
    ("block sequence entries are not allowed", "a '- ' is not possible here", "begin it on a new line"),
)


def _nested_too_deeply(span: Span) -> Diagnostic:
    return syntax_errors.NestedTooDeeply(span=span, what="lists and mappings are", limit=MAX_DEPTH)


def _malformed(error: yaml.MarkedYAMLError, source: Source) -> Diagnostic:
    problem = str(error.problem or "")
    mark = error.problem_mark or error.context_mark
    at = min(mark.index if mark else 0, len(source.text))
    line = source.text.rfind("\n", 0, at) + 1
    tab = source.text.find("\t", line, at + 1)
    if tab >= 0 and not source.text[line:tab].strip():
        span, hints = Span(source, tab, tab + 1), ("indent with spaces",)
        return errors.YamlIndentation(span=span, problem="a tab cannot indent YAML", hints=hints)
    span = Span(source, at, min(at + 1, len(source.text)))
    if "maximum nesting depth" in problem:  # libyaml's own bound, met while it scans ahead of its events
        return _nested_too_deeply(span)
    for mark_text, words, hint in _PROBLEMS:
        if mark_text in problem:
            kind = errors.YamlIndentation if " fit" in words else errors.YamlSyntax
            if "end of stream" in problem and error.context_mark:
                opening = min(error.context_mark.index, len(source.text))
                span, words = Span(source, opening, opening + 1), "these quotes are never closed"
            return kind(span=span, problem=words, hints=(hint,) if hint else ())
    return errors.YamlSyntax(span=span, problem="the YAML is not well-formed here")
