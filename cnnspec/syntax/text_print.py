"""Trees to canonical ``.cnn`` text, comments kept."""

from __future__ import annotations

from typing import Any

from . import tree
from .inline import (
    print_arguments,
    print_body,
    print_call,
    print_claim,
    print_expression,
    print_head,
    print_header,
    print_shape,
    print_statement,
    print_use,
)
from .layout import STEP, WIDTH, Comments, Item, Page, Places, arrange, header_end, is_simple

__all__ = ["print_claim", "print_expression", "print_statement", "print_text"]


def print_text(spec: tree.Spec) -> str:
    """``spec`` as canonical text: parsing it gives an equal tree."""
    places = Places(spec.span.source if spec.span else None)
    page = Page(places, wraps=True)
    items, tail = arrange(spec, places)
    previous: Any = None
    for item in items:
        _Printer(page, Comments(item.inside)).item(item, previous)
        previous = item.node
    for comment in tail:
        page.comment(comment, 0)
    return page.text()


class _Printer:
    """Prints one top-level item onto the page."""

    def __init__(self, page: Page, comments: Comments) -> None:
        self.page = page
        self.places = page.places
        self.comments = comments

    def item(self, item: Item, previous: Any) -> None:
        node = item.node
        large = isinstance(node, tree.Model | tree.Block) or isinstance(previous, tree.Model | tree.Block)
        force = previous is not None and large
        for comment in item.leading:
            if comment.alone:
                self.page.gap(comment, force)
                force = False
            self.page.comment(comment, 0)
        self.page.gap(node, force)
        self.page.above(self.comments.take(header_end(node, self.places)), 0)
        inline = self.inline(node, 0)
        if inline is not None:
            self.page.add(inline, 0)
        else:
            self.large(node)
        self.page.came_from(node)
        for comment in [*self.comments.rest(), *item.trailing]:
            self.page.comment(comment, 0)

    def large(self, node: Any) -> None:
        self.page.add(f"{_item_header(node)} {{", 0)
        self.page.source_line = None
        if isinstance(node, tree.Model):
            at = node.input_span
            for comment in self.comments.take(self.places.start(at)):
                self.page.comment(comment, STEP)
            self.page.above(self.comments.take(self.places.end(at)), STEP)
            self.page.add(f"input {print_shape(node.input)}", STEP)
            self.page.came_from(at)
        body = node.calls if isinstance(node, tree.Section) else node.body
        self.body(body, STEP, self.places.end(node), fresh=not isinstance(node, tree.Model))
        self.page.add("}", 0)

    def inline(self, node: Any, indent: int) -> str | None:
        """``node`` on one line, where it has no body or stood on one line and fits."""
        if is_simple(node) or _is_empty(node):
            if self.comments.any_before(self.places.end(node)):
                return None
            return _one_line(node)
        if not self.places.one_line(node) or self.comments.any_before(self.places.end(node)):
            return None
        text = _one_line(node)
        return text if len(text) + indent <= WIDTH else None

    def body(self, body: Any, indent: int, until: int | None, fresh: bool = True) -> None:
        """The statements of ``body``, those of one source line on one line while they fit."""
        if fresh:
            self.page.source_line = None
        previous = None
        for node in body:
            if self._comments(node, indent):
                previous = None
            text = self.inline(node, indent)
            if text is None:
                self.page.gap(node)
                self.compound(node, indent, "")
            elif self._joins(previous, node, text):
                self.page.lines[-1] += "  " + text
            else:
                self.page.gap(node)
                self.page.add(text, indent)
            self.page.came_from(node)
            previous = node if text is not None else None
        for comment in self.comments.take(until):
            self.page.comment(comment, indent)

    def _comments(self, node: Any, indent: int) -> bool:
        """Place the comments before and in the header of ``node``; were there any?"""
        before = self.comments.take(self.places.start(node))
        for comment in before:
            self.page.comment(comment, indent)
        inner = self.comments.take(header_end(node, self.places))
        self.page.above(inner, indent)
        return bool(before or inner)

    def _joins(self, previous: Any, node: Any, text: str) -> bool:
        if previous is None or len(self.page.lines[-1]) + 2 + len(text) > WIDTH:
            return False
        end = self.places.last_line(previous)
        return end is not None and end == self.places.first_line(node)

    def compound(self, node: Any, indent: int, prefix: str) -> None:
        """A statement with bodies, on several lines; ``prefix`` stands before it."""
        match node:
            case tree.Label() | tree.Output():
                self.compound_or_line(node.statement, indent, f"{prefix}{print_header(node)}: ")
            case tree.Let():
                self.compound_or_line(node.value, indent, f"{prefix}{print_header(node)} = ")
            case tree.Path():
                self.path(node, indent, prefix)
            case tree.Group():
                self.braces(node.body, indent, prefix, self.places.end(node))
            case tree.Join():
                self.join(node, indent, prefix)
            case tree.If():
                self.condition(node, indent, prefix)
            case _:
                self.braces(node.body, indent, f"{prefix}{print_header(node)} ", self.places.end(node))

    def compound_or_line(self, node: Any, indent: int, prefix: str) -> None:
        if is_simple(node) or _is_empty(node):
            text = print_statement(node)
            self.page.add(prefix + text, indent)
        else:
            self.compound(node, indent, prefix)

    def braces(self, body: Any, indent: int, prefix: str, until: int | None) -> None:
        if not body and not self.comments.any_before(until):
            self.page.add(f"{prefix}{{}}", indent)
            return
        self.page.add(f"{prefix}{{", indent)
        self.body(body, indent + STEP, until)
        self.page.add("}", indent)

    def path(self, node: tree.Path, indent: int, prefix: str) -> None:
        line = prefix + print_expression(node.start)
        for step in node.steps:
            line += " -> "
            if is_simple(step):
                line += print_statement(step)
            else:
                self.compound(step, indent, line)
                line = self.page.lines.pop().strip()
        self.page.add(line, indent)

    def condition(self, node: tree.If, indent: int, prefix: str) -> None:
        """An ``if`` with its ``else``s."""
        end = self.places.end(node)
        until = self.places.start(node.else_span) if node.else_span else end
        self.braces(node.body, indent, f"{prefix}{print_header(node)} ", until)
        if node.orelse is None:
            return
        opening = f"{self.page.lines.pop().strip()} else "
        if len(node.orelse) == 1 and isinstance(node.orelse[0], tree.If):
            self.condition(node.orelse[0], indent, opening)
        else:
            self.braces(node.orelse, indent, opening, end)

    def join(self, node: tree.Join, indent: int, prefix: str) -> None:
        self.page.add(f"{prefix}{print_header(node)} {{", indent)
        self.page.source_line = None
        spans = node.track_spans or (None,) * len(node.tracks)
        ends = [*(self.places.start(s) for s in spans[1:]), self.places.end(node)]
        for track, span, end in zip(node.tracks, spans, ends, strict=True):
            for comment in self.comments.take(self.places.start(span)):
                self.page.comment(comment, indent + STEP)
            self.track(track, indent + STEP, end if node.track_spans else None)
        for comment in self.comments.take(self.places.end(node)):
            self.page.comment(comment, indent + STEP)
        self.page.add("}", indent)

    def track(self, track: Any, indent: int, end: int | None) -> None:
        if not track or self.comments.any_before(header_end(track[0], self.places)):
            self.page.add("|", indent)
            self.body(track, indent + STEP, self.places.end(track[-1]) if track else None)
        else:
            first = len(self.page.lines)
            self.body(track, indent + STEP, self.places.end(track[-1]))
            self.page.mark(first, "| ", indent)
        for comment in self.comments.take(end):
            self.page.comment(comment, indent)


def _item_header(node: Any) -> str:
    if isinstance(node, tree.Section):
        return node.name
    return f"{'model' if isinstance(node, tree.Model) else 'block'} {print_head(node)}"


def _is_empty(node: Any) -> bool:
    """Has ``node`` bodies, all of them empty? Then it stands on one line as it is."""
    match node:
        case tree.Label() | tree.Output():
            return _is_empty(node.statement)
        case tree.Repeat() | tree.For() | tree.Group() | tree.Block():
            return not node.body
        case tree.If():
            return not node.body and not node.orelse
        case tree.Section():
            return not node.calls
    return False


def _one_line(node: Any) -> str:
    match node:
        case tree.Use():
            return f"use {print_use(node)}"
        case tree.Assertion():
            return f"assert {print_claim(node)}"
        case tree.Model():
            inner = "  ".join([f"input {print_shape(node.input)}", *map(print_statement, node.body)])
            return f"{_item_header(node)} {{ {inner} }}"
        case tree.Block():
            return f"{_item_header(node)} {print_body(node.body)}"
        case tree.Section(form="call"):
            return f"{node.name} {print_call(node.calls[0])}"
        case tree.Section(form="arguments"):
            return f"{node.name} ({print_arguments(node.arguments)})"
        case tree.Section():
            return f"{node.name} {print_body(node.calls)}"
    return print_statement(node)
