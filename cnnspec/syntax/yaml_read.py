"""YAML nodes to the tree. Every leaf is read by the one grammar."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ..source import Diagnostic, Note, Source, Span, SpecError, nearest
from . import errors as syntax_errors
from . import file_errors as errors
from . import tree
from .build import Head, Key, Listed
from .checks import depth_of_item, duplicates
from .parser import parse_rule
from .read import assemble
from .yaml_flow import names_as_list, pair_as_call, rejoined, rejoined_pairs
from .yaml_nodes import Node, compose

_BARE_PATH = r"[\w./ -]+\.(?:cnn|ya?ml)"
_KINDS = {"scalar": "a text", "sequence": "a list", "mapping": "a mapping"}


def read_yaml(source: Source) -> tree.Spec:
    """The tree of a YAML spec. Raises :class:`SpecError` with everything found wrong."""
    root, comments = compose(source)
    if root is None or root.empty:
        return assemble(source, [], comments, [])
    reader = _Reader(source, dict(comments))
    items = sorted(reader.top(root), key=lambda item: item.span.start)
    if not reader.found:
        reader.found += duplicates(items)
        for item in items:
            reader.found += depth_of_item(item)
    return assemble(source, items, sorted(reader.comments.items()), reader.found)


class _Reader:
    def __init__(self, source: Source, comments: dict[int, str]) -> None:
        self.source = source
        self.comments = comments
        self.found: list[Diagnostic] = []

    # Leaves

    def leaf(self, rule: str, node: Node) -> Any:
        """The value of a scalar read by ``rule``; None, with a diagnostic kept, where it is wrong."""
        span, shift = node.span, node.exact
        try:
            if node.kind != "scalar" or shift is None:
                return self._inexact(rule, node)
            parsed = parse_rule(rule, self.source, span.start + shift, span.start + shift + len(node.text))
        except SpecError as error:
            found = error.diagnostics
            several_lines = node.plain and "\n" in node.span.text
            odd = isinstance(found[0], syntax_errors.UnexpectedToken)
            self.found += [self._goes_on(node)] if several_lines and odd else found
            return None
        self.found += parsed.found
        self.comments.update(parsed.comments)
        return parsed.value if not parsed.found else None

    def _inexact(self, rule: str, node: Node) -> Any:
        """A scalar that does not stand in the source as it reads (escapes, several lines)."""
        parsed = parse_rule(rule, Source(self.source.name, node.text), whole=node.span)
        self.found += parsed.found
        for offset, text in parsed.comments:
            self.comments[node.span.start + offset] = text
        return parsed.value if not parsed.found else None

    def _goes_on(self, node: Node) -> Diagnostic:
        """A text without quotes over several lines that reads as nothing: its indentation is at fault."""
        second = node.span.start + node.span.text.index("\n") + 1
        start = second + len(self.source.text[second:]) - len(self.source.text[second:].lstrip())
        end = self.source.text.find("\n", start)
        span = Span(self.source, start, min(node.span.end, end) if end >= 0 else node.span.end)
        problem = "this line goes on with the text of the line above it"
        hints = ("items of one list begin with '- ', in one column",)
        return errors.YamlIndentation(span=span, problem=problem, hints=hints)

    def scalar(self, rule: str, node: Node, place: str, wanted: str) -> Any:
        if node.kind != "scalar" or node.empty:
            return self.wrong(node, place, wanted)
        return self.leaf(rule, node)

    def wrong(self, node: Node, what: str, wanted: str, *hints: str) -> Any:
        found = "nothing" if node.empty else _KINDS[node.kind]
        end = self.source.text.find("\n", node.span.start)
        span = node.span if end < 0 else Span(self.source, node.span.start, min(node.span.end, end))
        self.found.append(errors.WrongKind(span=span, what=what, wanted=wanted, found=found, hints=hints))
        return None

    def expression(self, node: Node, rule: str = "expr") -> Any:
        """A value: a scalar, or a list of values. A list in brackets is read whole by the grammar."""
        if node.kind == "sequence" and not node.flow:
            items = [self.expression(item) for item in node.items]
            return None if None in items else tree.Sequence((*items,), "[", span=node.span)
        if node.kind == "sequence":
            return self.leaf(rule, Node("scalar", node.span, node.span.text))
        return self.scalar(rule, node, "a value", "an expression")

    def keys(self, node: Node) -> Iterator[tuple[str, Node, Node]]:
        """The pairs of a mapping; keys that came before are reported and left out."""
        seen: dict[str, Node] = {}
        for key, value in rejoined_pairs(node):
            if key.kind != "scalar":
                self.wrong(key, "a key", "a text")
            elif key.text in seen:
                notes = (Note("first here", seen[key.text].span),)
                self.found.append(errors.DuplicateKey(span=key.span, key=key.text, notes=notes))
            else:
                seen[key.text] = key
                yield key.text, key, value

    # Top level

    def top(self, root: Node) -> list[Any]:
        if root.kind != "mapping":
            hints = ("begin with 'model: NAME', 'input: 3 x 32 x 32' and 'net:'",)
            self.wrong(root, "a spec", "a mapping", *hints)
            return []
        items: list[Any] = []
        model: dict[str, tuple[Node, Node]] = {}
        for name, key, value in self.keys(root):
            if name in ("model", "input", "net"):
                model[name] = (key, value)
            elif name == "use":
                items += self.uses(value)
            elif name == "assert":
                items += self.assertions(value)
            elif name == "blocks":
                items += self.blocks(value)
            else:
                items.append(self.section_or_misspelt(key, value))
        if model:
            items.append(self.model(model, [key for key, _ in root.pairs]))
        return [item for item in items if item is not None]

    def uses(self, node: Node) -> list[Any]:
        nodes = rejoined(node.items) if node.kind == "sequence" else [node]
        uses = [(n, self.use(n)) for n in nodes]
        return [tree.Use(u.target, u.is_path, u.arguments, span=n.span) for n, u in uses if u]

    def use(self, node: Node) -> tree.Use | None:
        """A name or a path; a path may do with YAML's quotes alone."""
        if node.kind == "scalar" and not node.plain and re.fullmatch(_BARE_PATH, node.text):
            return tree.Use(node.text, True)
        use: tree.Use | None = self.scalar("use", node, "'use'", "a name or a quoted path")
        return use

    def assertions(self, node: Node) -> list[Any]:
        """A claim, or a list of them."""
        nodes = rejoined(node.items) if node.kind == "sequence" else [node]
        wanted = "a claim, as in 'params <= 5M'"
        claims = [(n, self.scalar("claim", n, "'assert'", wanted)) for n in nodes]
        return [tree.Assertion(c.measure, c.operator, c.bound, span=n.span) for n, c in claims if c]

    def model(self, keys: dict[str, tuple[Node, Node]], known: list[Node]) -> tree.Model | None:
        missing = [name for name in ("model", "input", "net") if name not in keys]
        first = next(iter(keys.values()))[0]
        others = [k.text for k in known if k.text not in keys]
        for name in missing:
            near = nearest(name, others)
            hints = (f"'{near}' may be meant to be '{name}'",) if near else ()
            self.found.append(errors.MissingKey(span=first.span, key=name, hints=hints))
        if missing:
            return None
        head: Head | None = self.scalar("head", keys["model"][1], "'model'", "a name with parameters")
        wanted = "three dimensions, as in 3 x 224 x 224"
        shape: Listed | None = self.scalar("shape", keys["input"][1], "'input'", wanted)
        body = self.body(keys["net"][1])
        if head is None or shape is None:
            return None
        start = min(key.span.start for key, _ in keys.values())
        end = max(value.span.end for _, value in keys.values())
        at = keys["input"][0].span.to(keys["input"][1].span)
        span = Span(self.source, start, end)
        return tree.Model(head.name, head.parameters, shape.items, body, head.name_span, at, span=span)

    def blocks(self, node: Node) -> list[Any]:
        if node.empty:
            return []
        if node.kind != "mapping":
            self.wrong(node, "'blocks'", "a mapping from heads to lists")
            return []
        return [self.block(key, value) for _, key, value in self.keys(node)]

    def block(self, key: Node, value: Node) -> tree.Block | None:
        head: Head | None = self.leaf("head", key)
        body = self.body(value)
        if head is None:
            return None
        return tree.Block(head.name, head.parameters, body, head.name_span, span=key.span.to(value.span))

    def section_or_misspelt(self, key: Node, value: Node) -> tree.Section | None:
        """A section; where it can't be read as one, it may be a claim under nearly the right key."""
        before = len(self.found)
        section = self.section(key, value)
        near = nearest(key.text, ("assert",))
        if near and len(self.found) > before:
            hints = (f"did you mean '{near}'?",)
            self.found[before:] = [syntax_errors.MisspeltKeyword(span=key.span, word=key.text, hints=hints)]
        return section

    def section(self, key: Node, value: Node) -> tree.Section | None:
        name = self.argument_name(key)
        if name is None:
            return None
        place, span = f"'{key.text}'", key.span.to(value.span)
        if value.kind == "mapping":
            found = [self.argument(k, v) for _, k, v in self.keys(value)]
            arguments = (*(a for a in found if a is not None),)
            return tree.Section(name, "arguments", (), arguments, key.span, span=span)
        if value.kind == "sequence":
            calls = [self.item(n, f"an item of {place}") for n in rejoined(value.items)]
            return tree.Section(name, "list", (*(c for c in calls if c),), (), key.span, span=span)
        if value.text.lstrip().startswith("("):
            listed: Listed | None = self.leaf("arguments", value)
            return listed and tree.Section(name, "arguments", (), listed.items, key.span, span=span)
        wanted = "a call, arguments or a list of calls"
        if listed_names := names_as_list(value):
            self.wrong(value, place, wanted, f"write '{key.text}: {listed_names}'")
            return None
        call = self.scalar("call", value, place, wanted)
        return call and tree.Section(name, "call", (call,), (), key.span, span=span)

    def item(self, node: Node, place: str) -> tree.Call | None:
        """A call in a list of calls."""
        call: tree.Call | None
        if written := pair_as_call(node):
            call = self.wrong(node, place, "a call", f"write '{written}'")
        else:
            call = self.scalar("call", node, place, "a call")
        return call

    def argument(self, key: Node, value: Node) -> tree.Argument | None:
        name, expression = self.argument_name(key), self.expression(value)
        if name is None or expression is None:
            return None
        return tree.Argument(expression, name, key.span, span=key.span.to(value.span))

    def argument_name(self, key: Node) -> str | None:
        read: Key | None = self.leaf("key", key)
        if read is not None and read.kind != "name":
            shown, expected = f"'{key.text}'", "; expected a name"
            self.found.append(syntax_errors.UnexpectedToken(span=key.span, found=shown, expected=expected))
            return None
        return read.parts[0].name if read else None

    # Statements

    def body(self, node: Node) -> tree.Body:
        """A list of statements, or one alone."""
        if node.empty:
            self.wrong(node, "a body", "a list", "indent its items; write [] where there are none")
            return ()
        nodes = rejoined(node.items) if node.kind == "sequence" else [node]
        return (*(s for s in map(self.statement, nodes) if s is not None),)

    def statement(self, node: Node) -> Any:
        if node.kind == "sequence":
            return tree.Group(self.body(node), span=node.span)
        if node.kind == "scalar":
            return self.scalar("statement", node, "an item", "a layer")
        pairs = rejoined_pairs(node)
        if not pairs:
            return self.wrong(node, "an item", "a layer")
        first, value = pairs[0]
        key: Key | None = self.key(first)
        if key is None:
            return None
        if key.kind == "if":
            return self.condition(key, value, pairs[1:], node.span.end)
        if len(pairs) > 1:
            hints = ("begin each statement with '- '",)
            span = pairs[1][0].span
            self.found.append(errors.YamlSyntax(span=span, problem="one statement has one key", hints=hints))
        return self.keyed(key, value, Span(self.source, first.span.start, max(node.span.end, value.span.end)))

    def key(self, node: Node) -> Key | None:
        if node.kind != "scalar":
            self.wrong(node, "a key", "a text")
            return None
        key: Key | None = self.leaf("key", node)
        return key

    def keyed(self, key: Key, value: Node, span: Span) -> Any:
        """A statement of the form ``key: value``."""
        match key.kind:
            case "repeat":
                return tree.Repeat(key.parts[0], self.body(value), span=span)
            case "for":
                return tree.For(key.parts[0], key.parts[1], self.body(value), span=span)
            case "path":
                return self.path(key, value, span)
            case "let":
                name, name_span = key.parts
                inner = self.let_value(value)
                return inner and tree.Let(name, inner, name_span, span=span)
            case "output":
                name, name_span, auxiliary = key.parts
                inner = self.statement(value)
                return inner and tree.Output(name, inner, auxiliary, name_span, span=span)
            case "name" | "call":
                return self.named(key, value, span)
        problem = f"'{key.span.text}' follows an 'if' in the same item"
        hints = ("write it without '- ', in the column of 'if'",)
        self.found.append(errors.YamlSyntax(span=key.span, problem=problem, hints=hints))
        return None

    def named(self, key: Key, value: Node, span: Span) -> Any:
        """``add: [[…], […]]`` joins tracks; with anything else the name is a label."""
        call: tree.Call = key.parts[0]
        if value.kind == "sequence" and value.items and all(i.kind == "sequence" for i in value.items):
            tracks = (*(self.body(item) for item in value.items),)
            return tree.Join(call, tracks, (*(i.span for i in value.items),), span=span)
        if key.kind == "call":
            hints = ("a join has a list of tracks, each a list: [[…], […]]",)
            return self.wrong(value, f"'{call.name}'", "a list of lists", *hints)
        inner = self.statement(value)
        return inner and tree.Label(call.name, inner, call.name_span, span=span)

    def condition(self, key: Key, value: Node, rest: list[tuple[Node, Node]], end: int) -> Any:
        """``if a: …``, then ``else if b: …`` and ``else: …`` in the same mapping."""
        steps: list[tuple[Key, tree.Body]] = [(key, self.body(value))]
        for node, body in rest:
            following = self.key(node)
            if following is None:
                return None
            if following.kind not in ("elif", "else") or steps[-1][0].kind == "else":
                hints = ("begin each statement with '- '",)
                problem = "this does not go on with the 'if' before it"
                self.found.append(errors.YamlSyntax(span=node.span, problem=problem, hints=hints))
                return None
            steps.append((following, self.body(body)))
        orelse: tree.Body | None = None
        else_span: Span | None = None
        for step, body in reversed(steps):
            if step.kind == "else":
                orelse = body
            else:
                span = Span(self.source, step.span.start, end)
                orelse = (tree.If(step.parts[0], body, orelse, else_span, span=span),)
            else_span = step.span
        return orelse[0] if orelse else None

    def let_value(self, node: Node) -> Any:
        if node.kind == "mapping" and len(node.pairs) == 1:
            key = self.key(node.pairs[0][0])
            if key is None:
                return None
            if key.kind == "path":
                return self.path(key, node.pairs[0][1], node.span)
        return self.expression(node, "value")

    def path(self, key: Key, value: Node, span: Span) -> tree.Path:
        steps = self.body(value)
        for step in steps:
            if not _is_step(step):
                hints = ("give it a block of its own, or write it after the path",)
                problem = "a path leads through calls, joins, groups and labels"
                self.found.append(errors.YamlSyntax(span=step.span, problem=problem, hints=hints))
        if not steps:
            self.wrong(value, "a path", "a list of layers")
        return tree.Path(key.parts[0], steps, span=span)


def _is_step(node: Any) -> bool:
    while isinstance(node, tree.Label):
        node = node.statement
    return isinstance(node, tree.Call | tree.Join | tree.Group)
