"""Trees to canonical YAML, comments kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from . import tree
from .inline import (
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
from .yaml_quote import MAX_KEY, flow_safe, is_flow_value, quote

_PART = tree.Model | tree.Block
_KEYS = {tree.Block: "blocks:", tree.Use: "use:", tree.Assertion: "assert:"}


def print_yaml(spec: tree.Spec) -> str:
    """``spec`` as canonical YAML: parsing it gives an equal tree."""
    places = Places(spec.span.source if spec.span else None)
    page = Page(places)
    items, tail = arrange(spec, places)
    previous: Any = None
    for entry in _entries(items):
        _Printer(page, Comments(())).entry(entry, previous)
        previous = entry[-1].node
    for comment in tail:
        page.comment(comment, 0)
    return page.text()


def _entries(items: list[Item]) -> Iterable[list[Item]]:
    """The items under one key together: all uses, all blocks, each of the others alone."""
    groups: dict[Any, list[Item]] = {}
    for item in items:
        together = isinstance(item.node, tree.Use | tree.Block | tree.Assertion)
        groups.setdefault(type(item.node) if together else id(item), []).append(item)
    return groups.values()


class _Printer:
    """Prints one top-level item onto the page."""

    def __init__(self, page: Page, comments: Comments) -> None:
        self.page = page
        self.places = page.places
        self.comments = comments

    # Top level

    def entry(self, items: list[Item], previous: Any) -> None:
        node = items[0].node
        force = previous is not None and (isinstance(node, _PART) or isinstance(previous, _PART))
        listed = len(items) > 1 or isinstance(node, tree.Block)
        leading = items[0].leading
        above = [c for c in leading if not listed or not self.places.indented(c)]
        items[0].leading = [c for c in leading if listed and self.places.indented(c)]
        for comment in above:
            if comment.alone:
                self.page.gap(comment, force)
                force = False
            self.page.comment(comment, 0)
        self.page.gap(node, force)
        if listed:
            self.page.add(_KEYS[type(node)], 0)
            self.page.source_line = None
        for item in items:
            _Printer(self.page, Comments(item.inside)).item(item, STEP if listed else 0)

    def item(self, item: Item, indent: int) -> None:
        node = item.node
        for comment in item.leading:
            self.page.comment(comment, indent)
        if indent:
            self.page.gap(node)
        self.page.above(self.comments.take(header_end(node, self.places)), indent)
        if isinstance(node, tree.Model):
            self.model(node)
        elif isinstance(node, tree.Block):
            self.body(print_head(node), node.body, indent, "", self.places.end(node))
        elif isinstance(node, tree.Use):
            lead = "- " if indent else "use: "
            self.page.add(lead + quote(print_use(node)), indent)
        elif isinstance(node, tree.Assertion):
            lead = "- " if indent else "assert: "
            self.page.add(lead + quote(print_claim(node)), indent)
        else:
            self.section(node)
        self.page.came_from(node)
        for comment in [*self.comments.rest(), *item.trailing]:
            self.page.comment(comment, indent)

    def model(self, node: tree.Model) -> None:
        at = node.input_span
        self.page.add(f"model: {quote(print_head(node))}", 0)
        self.page.source_line = None
        for comment in self.comments.take(self.places.start(at)):
            self.page.comment(comment, 0)
        self.page.above(self.comments.take(self.places.end(at)), 0)
        self.page.add(f"input: {quote(print_shape(node.input))}", 0)
        self.page.came_from(at)
        while self.comments.any_before(self.places.start(node.body[0]) if node.body else None):
            comment = self.comments.waiting[-1]
            if comment.alone and self.places.indented(comment):
                break
            self.page.comment(self.comments.waiting.pop(), 0)
        self.body("net", node.body, 0, "", self.places.end(node))

    def section(self, node: tree.Section) -> None:
        name = node.name
        if node.form == "call":
            self.page.add(f"{name}: {quote(print_call(node.calls[0]))}", 0)
        elif node.form == "list":
            self.body(name, node.calls, 0, "", self.places.end(node))
        elif node.arguments and all(a.name for a in node.arguments):
            self.arguments(node)
        else:
            self.page.add(f"{name}: {quote(print_call(tree.Call('', node.arguments)) or '()')}", 0)

    def arguments(self, node: tree.Section) -> None:
        self.page.add(f"{node.name}:", 0)
        self.page.source_line = None
        for argument in node.arguments:
            for comment in self.comments.take(self.places.start(argument)):
                self.page.comment(comment, STEP)
            self.page.above(self.comments.take(self.places.end(argument)), STEP)
            self.page.gap(argument)
            self.page.add(f"{argument.name}: {_value(argument.value)}", STEP)
            self.page.came_from(argument)
        for comment in self.comments.take(self.places.end(node)):
            self.page.comment(comment, STEP)

    # Bodies

    def body(self, key: str, body: Sequence[Any], indent: int, lead: str, until: int | None) -> None:
        """``key: […]``, or ``key:`` and an item a line. The key's column is after ``lead``."""
        if not body:
            self.page.above(self.comments.take(until), indent)
        text = self.flow(body, until, WIDTH - indent - len(lead) - len(key) - 2)
        self.pair(key, text or "", indent, lead)
        if text is None:
            self.statements(body, indent + len(lead) + STEP, until)

    def flow(self, body: Sequence[Any], until: int | None, room: int) -> str | None:
        """``[a, b]`` where that stood on one line, fits and can be written without quotes."""
        if not body:
            return "[]"
        if self.comments.any_before(until) or not all(_is_leaf(node) for node in body):
            return None
        first = self.places.first_line(body[0])
        if first is None or first != self.places.last_line(body[-1]):
            return None
        texts = [print_statement(node) for node in body]
        text = f"[{', '.join(texts)}]"
        return text if len(text) <= room and all(map(flow_safe, texts)) else None

    def statements(self, body: Sequence[Any], indent: int, until: int | None) -> None:
        """An item a statement."""
        self.page.source_line = None
        for node in body:
            for comment in self.comments.take(self.places.start(node)):
                self.page.comment(comment, indent)
            if _needs_text(node):
                self.page.above(self.comments.take(self.places.end(node)), indent)
            self.page.above(self.comments.take(header_end(node, self.places)), indent)
            self.page.gap(node)
            self.statement(node, indent, "- ")
            self.page.came_from(node)
        for comment in self.comments.take(until):
            self.page.comment(comment, indent)

    def statement(self, node: Any, indent: int, lead: str) -> None:
        """``node`` after ``lead``: a text, a list, or keys from the column after ``lead``."""
        column, end = indent + len(lead), self.places.end(node)
        if _is_leaf(node) or _needs_text(node):
            self.page.add(lead + quote(print_statement(node)), indent)
        elif isinstance(node, tree.Group):
            self.group(node.body, indent, lead, end)
        elif isinstance(node, tree.Label | tree.Output):
            self.value(print_header(node), node.statement, indent, lead)
        elif isinstance(node, tree.Let):
            if isinstance(node.value, tree.Path):
                self.value(print_header(node), node.value, indent, lead)
            else:
                self.pair(print_header(node), _value(node.value), indent, lead)
        elif isinstance(node, tree.Path):
            self.body(f"{print_expression(node.start)} ->", node.steps, indent, lead, end)
        elif isinstance(node, tree.Join):
            self.join(node, indent, lead)
        elif isinstance(node, tree.If):
            self.condition(node, indent, lead, column)
        else:
            self.body(print_header(node), node.body, indent, lead, end)

    def pair(self, key: str, text: str, indent: int, lead: str) -> None:
        """``key: text``; a key too long for YAML gets its own line and mark."""
        text = f" {text}" if text else ""
        if len(key) > MAX_KEY:
            self.page.add(f"{lead}? {quote(key)}", indent)
            self.page.add(f":{text}", indent + len(lead))
        else:
            self.page.add(f"{lead}{quote(key)}:{text}", indent)

    def value(self, key: str, node: Any, indent: int, lead: str) -> None:
        """``key:`` and a statement."""
        if _is_leaf(node) or _needs_text(node):
            self.pair(key, quote(print_statement(node)), indent, lead)
        elif isinstance(node, tree.Group):
            self.body(key, node.body, indent, lead, self.places.end(node))
        else:
            self.pair(key, "", indent, lead)
            self.statement(node, indent + len(lead) + STEP, "")

    def group(self, body: Sequence[Any], indent: int, lead: str, until: int | None) -> None:
        """A list as an item: in brackets, or its first item on the line of the dash."""
        inner = until if not body else _first_header(body[0], self.places)
        self.page.above(self.comments.take(inner), indent)
        flow = self.flow(body, until, WIDTH - indent - len(lead))
        if flow is not None:
            self.page.add(lead + flow, indent)
        else:
            first = len(self.page.lines)
            self.statements(body, indent + len(lead), until)
            self.page.mark(first, lead, indent)

    def join(self, node: tree.Join, indent: int, lead: str) -> None:
        spans = node.track_spans or (None,) * len(node.tracks)
        self.pair(print_header(node), "", indent, lead)
        self.page.source_line = None
        column = indent + len(lead) + STEP
        ends = [*(self.places.start(s) for s in spans[1:]), self.places.end(node)]
        for track, span, end in zip(node.tracks, spans, ends, strict=True):
            for comment in self.comments.take(self.places.start(span)):
                self.page.comment(comment, column)
            self.group(track, column, "- ", self.places.end(track[-1]) if track else self.places.end(span))
            for comment in self.comments.take(end):
                self.page.comment(comment, column)

    def condition(self, node: tree.If, indent: int, lead: str, column: int) -> None:
        """``if a:``, then ``else if b:`` and ``else:`` in the column of ``if``."""
        end = self.places.end(node)
        until = self.until(node, end)
        self.body(print_header(node), node.body, indent, lead, until)
        self.otherwise(node, column, end)

    def until(self, node: tree.If, end: int | None) -> int | None:
        """Where the comments of a branch end: those of empty branches after it are with it."""
        while node.orelse is not None:
            following = node.orelse[0] if len(node.orelse) == 1 else None
            if isinstance(following, tree.If) and not following.body:
                node = following
            else:
                return self.places.start(node.else_span) if node.orelse else end
        return end

    def otherwise(self, node: tree.If, column: int, end: int | None) -> None:
        while node.orelse is not None:
            if len(node.orelse) == 1 and isinstance(node.orelse[0], tree.If):
                node = node.orelse[0]
                for comment in self.comments.take(header_end(node, self.places)):
                    self.page.comment(comment, column)
                until = self.until(node, end)
                self.body(f"else {print_header(node)}", node.body, column, "", until)
            else:
                self.body("else", node.orelse or (), column, "", end)
                return


def _first_header(node: Any, places: Places) -> int | None:
    """Where the first header in ``node`` ends: YAML has no place for comments between two dashes."""
    while isinstance(node, tree.Group) and node.body:
        node = node.body[0]
    return places.end(node) if _needs_text(node) else header_end(node, places)


def _value(node: tree.Expression) -> str:
    """An expression as the value of a key."""
    text = print_expression(node)
    return text if text.startswith("[") and is_flow_value(node) else quote(text)


def _is_leaf(node: Any) -> bool:
    """Is ``node`` written as one scalar? What has a label or a name is a pair."""
    path = isinstance(node, tree.Path) and is_simple(node) and not _labels(node)
    return path or isinstance(node, tree.Call)


def _labels(node: tree.Path) -> bool:
    return any(isinstance(step, tree.Label) for step in node.steps)


def _needs_text(node: Any) -> bool:
    """A label before a group of nothing but groups reads as a join in YAML: it is written as one text."""
    if isinstance(node, tree.Path) and not node.steps:
        return True
    if not isinstance(node, tree.Label) or not isinstance(node.statement, tree.Group):
        return False
    body = node.statement.body
    return bool(body) and all(isinstance(s, tree.Group) for s in body)
