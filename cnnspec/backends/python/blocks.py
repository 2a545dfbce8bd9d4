"""Parts of a network as functions. Parts with the same code share one, and take the start of their layers' names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from keyword import iskeyword

from ...ir import Scope, show
from .helpers import Helper, free_name, inline, is_inline
from .parts import Network, Part
from .quoting import docstring, plain
from .variables import LETTERS, Statement, named

_LOOP = 3
"""So many equal calls in a row are a loop."""


@dataclass(frozen=True)
class Line:
    """``target = before NAME after``; NAME stands for the rest of a layer's name, where the code has one."""

    target: str
    before: str
    suffix: str | None
    after: str
    comment: str

    def code(self, name: str) -> str:
        return f"{self.target}{self.before}{name if self.suffix is not None else ''}{self.after}"


@dataclass
class Function:
    """A function for some parts: its lines of code, and what each part says beside them."""

    name: str
    head: str
    code: tuple[str, ...]
    owns: bool
    comments: list[tuple[str, ...]] = field(default_factory=list)
    instances: list[str] = field(default_factory=list)

    def text(self) -> str:
        """The function, with the comments on which all of its parts agree."""
        shown = self.instances if len(self.instances) < 4 else self.instances[:2]
        rest = len(self.instances) - len(shown)
        more = f" and {rest} more" if rest else ""
        about = f"The part{'' if len(self.instances) == 1 else 's'} {', '.join(shown)}{more}."
        agreed = (column[0] if len(set(column)) == 1 else "" for column in zip(*self.comments, strict=True))
        body = (commented(f"    {code}", comment) for code, comment in zip(self.code, agreed, strict=True))
        return "\n".join([f"def {self.name}{self.head}", f"    {docstring(about)}", *body])


def commented(code: str, comment: str) -> str:
    return f"{code}  # {comment}" if comment else code


@dataclass
class Blocks:
    """Writes the functions of a network's parts. ``taken`` are the names that functions and variables cannot have."""

    network: Network
    helpers: Mapping[str, Helper]
    taken: set[str]
    functions: dict[tuple[str, tuple[str, ...]], Function] = field(default_factory=dict)

    def forward(self) -> list[str]:
        """The lines of the outermost function of ``x`` and ``w``, without its head and end; sets ``results``."""
        statements = [self._statement(member, "") for member in self.network.members]
        sources = self.network.sources
        outputs = tuple(sources[output.node] for output in self.network.graph.outputs)
        names = named(statements, (0,), outputs, self.taken - set(LETTERS))
        self.results = tuple(names[value] for value in outputs)
        return [commented(code, comment) for code, comment in _folded(_lines(statements, names), "")]

    def _statement(self, member: int | Part, prefix: str) -> Statement:
        taken, given = self.network.taken_by(member), self.network.given_by(member)
        if isinstance(member, Part):
            function = self._function(member)
            suffix = member.scope.path[len(prefix) :] if function.owns else None
            size = ", ".join(show(self.network.graph.nodes[value].shape) for value in given)
            label = member.scope.path.rpartition(".")[2] if member.scope.labelled else ""
            return Statement(taken, given, suffix, size, label, function=function.name)
        layer = self.network.layers[member]
        node, last = layer.node, layer.node.name.rpartition(".")[2]
        label = "" if re.fullmatch(rf"{re.escape(node.op.call_name)}\d+", last) else last
        suffix = node.name[len(prefix) :]
        told = show(node.shape) if layer.owns else f"{suffix.lstrip('.')}: {show(node.shape)}"
        inputs = self.network.inputs(member)
        if is_inline(layer):
            return Statement(
                taken, given, None, told, label, lambda v, _: inline(layer, [v[i] for i in inputs])
            )
        helper = self.helpers[node.name]
        return Statement(
            taken,
            given,
            suffix if layer.owns else None,
            told,
            label,
            lambda v, name: helper.call(layer, [v[i] for i in inputs], name),
        )

    def _function(self, part: Part) -> Function:
        statements = [self._statement(member, part.scope.path) for member in part.members]
        taken, given = self.network.taken_by(part), self.network.given_by(part)
        names = named(statements, taken, given, self.taken - set(LETTERS))
        lines = _folded(_lines(statements, names), "name")
        owns = any(statement.suffix is not None for statement in statements)
        arguments = [*(names[value] for value in taken), *(("w", "name") if owns else ())]
        results = [names[value] for value in given]
        code, comments = [code for code, _ in lines], [comment for _, comment in lines]
        if len(given) == 1 and statements[-1].given == given and not code[-1].startswith(" "):
            code[-1] = "return " + code[-1].partition(" = ")[2]
        else:
            code.append(f"return {', '.join(results)}")
            comments.append("")
        head = f"({', '.join(arguments)}):"
        key = (head, tuple(code))
        if key not in self.functions:
            name = free_name(_function_name(part.scope), self.taken)
            self.functions[key] = Function(name, head, tuple(code), owns)
        function = self.functions[key]
        function.comments.append(tuple(comments))
        function.instances.append(part.scope.path)
        return function


def _function_name(scope: Scope) -> str:
    """What a part is an instance of: its block, or its label without a number."""
    label = scope.path.rpartition(".")[2]
    stem = label.rstrip("0123456789_")
    name = scope.block or (stem if len(stem) > 1 else label)
    return f"{name}_" if iskeyword(name) else name


def _lines(statements: Sequence[Statement], names: Mapping[int, str]) -> list[Line]:
    found = []
    for statement in statements:
        target = ", ".join(names[value] for value in statement.given) + " = "
        # What a statement reads may have the name of what it gives; readings were fixed when names were.
        call = statement.call(statement.read, _MARK)
        before, _, after = call.partition(_MARK)
        found.append(Line(target, before, statement.suffix, after, plain(statement.comment)))
    return found


_MARK = "\0"


def _folded(lines: Sequence[Line], name: str) -> list[tuple[str, str]]:
    """Code and comment of each line; calls that only count up are a loop."""
    found: list[tuple[str, str]] = []
    start = 0
    while start < len(lines):
        stop = start + 1
        while stop < len(lines) and _counts_up(lines[stop - 1], lines[stop]):
            stop += 1
        row = lines[start:stop]
        if len(row) < _LOOP:
            row = row[:1]
            found.append((row[0].code(_name(row[0].suffix or "", name)), row[0].comment))
        else:
            stem, number = _numbered(row[0].suffix)
            inner = f'f"{{{name}}}{stem}{{i}}"' if name else f'f"{stem}{{i}}"'
            alike = len({line.comment for line in row}) == 1
            found.append((f"for i in range({number}, {number + len(row)}):", ""))
            found.append((f"    {row[0].code(inner)}", row[0].comment if alike else ""))
        start += len(row)
    return found


def _counts_up(one: Line, other: Line) -> bool:
    (stem, number), (next_stem, next_number) = _numbered(one.suffix), _numbered(other.suffix)
    same = (one.target, one.before, one.after) == (other.target, other.before, other.after)
    return bool(stem) and same and stem == next_stem and next_number == number + 1


def _numbered(suffix: str | None) -> tuple[str, int]:
    match = re.fullmatch(r"(.*?)([1-9]\d*|0)", suffix or "")
    return (match[1], int(match[2])) if match else ("", 0)


def _name(suffix: str, name: str) -> str:
    return f'{name} + "{suffix}"' if name else f'"{suffix}"'
