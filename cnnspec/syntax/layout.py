"""What both printers share: the page that grows line by line, the comments still to place, source order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ..source import Source
from . import tree
from .wrap import wrapped

WIDTH = 100
STEP = 2


@dataclass
class Places:
    """Where nodes stood in the source of the spec that is printed."""

    source: Source | None

    def start(self, node: Any) -> int | None:
        span = getattr(node, "span", node)
        return span.start if span is not None and span.source is self.source else None

    def end(self, node: Any) -> int | None:
        span = getattr(node, "span", node)
        return span.end if span is not None and span.source is self.source else None

    def line(self, offset: int | None) -> int | None:
        return None if offset is None or self.source is None else self.source.line_column(offset)[0]

    def first_line(self, node: Any) -> int | None:
        return self.line(self.start(node))

    def last_line(self, node: Any) -> int | None:
        return self.line(self.end(node))

    def one_line(self, node: Any) -> bool:
        """Did ``node`` stand on one line of the source?"""
        first = self.first_line(node)
        return first is not None and first == self.last_line(node)

    def indented(self, comment: tree.Comment) -> bool:
        return comment.span is not None and comment.span.first[1] > 1


class Comments:
    """Comments in source order, each handed out once."""

    def __init__(self, comments: Iterable[tree.Comment]) -> None:
        self.waiting = sorted(comments, key=lambda c: c.span.start if c.span else -1, reverse=True)

    def take(self, until: int | None) -> list[tree.Comment]:
        """The comments before offset ``until``; none where it is unknown."""
        taken: list[tree.Comment] = []
        while until is not None and self.any_before(until):
            taken.append(self.waiting.pop())
        return taken

    def any_before(self, until: int | None) -> bool:
        if not self.waiting or until is None:
            return False
        span = self.waiting[-1].span
        return span is None or span.start < until

    def rest(self) -> list[tree.Comment]:
        taken, self.waiting = self.waiting[::-1], []
        return taken


@dataclass
class Page:
    """Lines, and the source line that the last of them came from (to keep blank lines).

    ``wraps``: lines that are too long are broken at commas.
    """

    places: Places
    wraps: bool = False
    lines: list[str] = field(default_factory=list)
    source_line: int | None = None
    commented: int = -1

    def add(self, text: str, indent: int) -> None:
        if self.wraps:
            self.lines += wrapped(text, indent, WIDTH, STEP)
        else:
            self.lines.append(" " * indent + text if text else "")

    def mark(self, index: int, mark: str, indent: int) -> None:
        """Put ``mark`` (the bar of a track, the dash of an item) before the text of line ``index``."""
        self.lines[index] = " " * indent + mark + self.lines[index].lstrip(" ")

    def gap(self, node: Any, force: bool = False) -> None:
        """A blank line where the source had one before ``node``."""
        first = self.places.first_line(node)
        apart = first is not None and self.source_line is not None and first - self.source_line > 1
        if (apart or force) and self.lines and self.lines[-1]:
            self.lines.append("")

    def came_from(self, node: Any) -> None:
        self.source_line = self.places.last_line(node)

    def comment(self, comment: tree.Comment, indent: int) -> None:
        """Put ``comment`` on a line of its own, or after the last line where it stood after code."""
        free = self.lines and self.lines[-1] and self.commented != len(self.lines)
        if not comment.alone and free:
            self.lines[-1] += "  " + comment.text
        else:
            if comment.alone:
                self.gap(comment)
            self.lines.append(" " * indent + comment.text)
        self.commented = len(self.lines)
        self.came_from(comment)

    def above(self, comments: Iterable[tree.Comment], indent: int) -> None:
        """Comments from inside a line that has no room for them: on lines of their own."""
        for comment in comments:
            self.gap(comment)
            self.lines.append(" " * indent + comment.text)
            self.commented = len(self.lines)
            self.came_from(comment)

    def text(self) -> str:
        return "\n".join(self.lines) + "\n" if self.lines else ""


@dataclass
class Item:
    """A top-level item with the comments around and in it."""

    node: Any
    leading: list[tree.Comment] = field(default_factory=list)
    inside: list[tree.Comment] = field(default_factory=list)
    trailing: list[tree.Comment] = field(default_factory=list)


def arrange(spec: tree.Spec, places: Places) -> tuple[list[Item], list[tree.Comment]]:
    """The items of ``spec`` in source order with their comments, and the comments after the last."""
    model = [spec.model] if spec.model else []
    nodes: list[Any] = [*spec.uses, *model, *spec.blocks, *spec.sections, *spec.assertions]
    if all(places.start(node) is not None for node in nodes):
        nodes.sort(key=lambda node: places.start(node) or 0)
    items = [Item(node) for node in nodes]
    tail: list[tree.Comment] = []
    for comment in Comments(spec.comments).rest():
        _assign(comment, items, tail, places)
    return items, tail


def _assign(comment: tree.Comment, items: list[Item], tail: list[tree.Comment], places: Places) -> None:
    at = places.start(comment)
    if at is None:
        tail.append(comment)
        return
    before = [i for i in items if (places.start(i.node) or 0) <= at]
    around = [i for i in before if at < (places.end(i.node) or 0)]
    after = next((i for i in items if (places.start(i.node) or 0) > at), None)
    if around:
        around[-1].inside.append(comment)
    elif before and not comment.alone:
        before[-1].trailing.append(comment)
    elif after is not None:
        after.leading.append(comment)
    else:
        tail.append(comment)


def is_simple(node: Any) -> bool:
    """Has ``node`` no body of its own, so that it always stands on one line?"""
    if isinstance(node, tree.Label | tree.Output):
        return is_simple(node.statement)
    if isinstance(node, tree.Path):
        return all(is_simple(step) for step in node.steps)
    if isinstance(node, tree.Let):
        return not isinstance(node.value, tree.Path) or is_simple(node.value)
    return isinstance(node, tree.Call | tree.Use | tree.Assertion) or (
        isinstance(node, tree.Section) and node.form != "list"
    )


def header_end(node: Any, places: Places) -> int | None:
    """Where the part of ``node`` before its first body ends: comments before that go above it."""
    if is_simple(node):
        return places.end(node)
    match node:
        case tree.Label() | tree.Output():
            return header_end(node.statement, places)
        case tree.Let():
            return header_end(node.value, places)
        case tree.Path():
            return places.end(node.start)
        case tree.Repeat():
            return places.end(node.count)
        case tree.For():
            return places.end(node.values)
        case tree.If():
            return places.end(node.condition)
        case tree.Join():
            return places.end(node.call)
        case tree.Model() | tree.Block() | tree.Section():
            return places.end(node.name_span)
    return places.start(node)
