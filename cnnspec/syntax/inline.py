"""Trees as text on one line: the canonical spacing, as few parentheses as the meaning allows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from . import tree
from .literals import NUMBER, read_number, write_string
from .operators import COMPARISON, NOT, PRECEDENCE, SIGN

_POSTFIX = SIGN + 1


def print_expression(node: tree.Expression) -> str:
    """``node`` as the grammar's expressions are written."""
    return _expression(node, 0)


def _expression(node: tree.Expression, least: int) -> str:
    """As text, in parentheses where it binds less than ``least``."""
    text, binds = _parts(node)
    return text if binds >= least else f"({text})"


def _parts(node: tree.Expression) -> tuple[str, int]:
    match node:
        case tree.Literal():
            text = _literal(node)
            return text, SIGN if text.startswith("-") else _POSTFIX
        case tree.Name():
            return node.name, _POSTFIX
        case tree.Attribute():
            return f"{_expression(node.of, _POSTFIX)}.{node.name}", _POSTFIX
        case tree.Index():
            return f"{_expression(node.of, _POSTFIX)}[{print_expression(node.at)}]", _POSTFIX
        case tree.Call():
            return f"{node.name}({print_arguments(node.arguments)})", _POSTFIX
        case tree.Sequence():
            return _sequence(node), _POSTFIX
        case tree.Unary(operator="not"):
            return f"not {_expression(node.operand, NOT)}", NOT
        case tree.Unary():
            return f"{node.operator}{_expression(node.operand, SIGN)}", SIGN
        case tree.Binary():
            binds = PRECEDENCE[node.operator]
            left = _expression(node.left, binds + (binds == COMPARISON))
            return f"{left} {node.operator} {_expression(node.right, binds + 1)}", binds
    raise TypeError(f"not an expression: {node!r}")


def _literal(node: tree.Literal) -> str:
    if isinstance(node.value, bool):
        return "true" if node.value else "false"
    if isinstance(node.value, str):
        return write_string(node.value)
    written = node.span.text if node.span and node.span.end - node.span.start <= 40 else ""
    if NUMBER.fullmatch(written):
        value = read_number(written)
        if value == node.value and type(value) is type(node.value):
            return written
    return repr(node.value)


def _sequence(node: tree.Sequence) -> str:
    items = ", ".join(map(print_expression, node.items))
    if node.brackets == "[":
        return f"[{items}]"
    return f"({items},)" if len(node.items) == 1 else f"({items})"


def print_arguments(arguments: Iterable[tree.Argument]) -> str:
    """``64, stride = 2``."""
    return ", ".join(
        f"{a.name} = {print_expression(a.value)}" if a.name else print_expression(a.value) for a in arguments
    )


def print_call(call: tree.Call) -> str:
    """A call of a body or a section: without parentheses where there is nothing in them."""
    return f"{call.name}({print_arguments(call.arguments)})" if call.arguments else call.name


def print_use(use: tree.Use) -> str:
    """What stands after ``use``."""
    target = write_string(use.target) if use.is_path else use.target
    return target if use.arguments is None else f"{target}({print_arguments(use.arguments)})"


def print_claim(node: tree.Assertion) -> str:
    """What stands after ``assert``."""
    bound = " x ".join(_quantity(each) for each in node.bound)
    return f"{print_call(node.measure)} {node.operator} {bound}"


def _quantity(node: tree.Quantity) -> str:
    written = node.span.text.removesuffix(node.unit) if node.span else ""
    if NUMBER.fullmatch(written) and read_number(written) == node.number:
        return f"{written}{node.unit}"
    return f"{node.number!r}{node.unit}"


def print_head(node: tree.Model | tree.Block) -> str:
    """``vgg(depth, channels = 3)``."""
    parameters = ", ".join(
        p.name if p.default is None else f"{p.name} = {print_expression(p.default)}" for p in node.parameters
    )
    return f"{node.name}({parameters})" if parameters else node.name


def print_shape(dimensions: Iterable[tree.Expression]) -> str:
    """``3 x size x (2 * size)``."""
    return " x ".join(
        print_expression(d) if _is_plain_dimension(d) else f"({print_expression(d)})" for d in dimensions
    )


def _is_plain_dimension(node: tree.Expression) -> bool:
    if isinstance(node, tree.Name):
        return node.name != "in"
    return isinstance(node, tree.Literal) and not isinstance(node.value, bool | str)


def print_header(node: Any) -> str:
    """A statement up to its first body, or all of it where it has none; also a key of YAML."""
    match node:
        case tree.Repeat():
            return f"repeat {print_expression(node.count)}"
        case tree.For():
            return f"for {', '.join(node.names)} in {print_expression(node.values)}"
        case tree.If():
            return f"if {print_expression(node.condition)}"
        case tree.Join():
            return print_call(node.call)
        case tree.Label():
            return node.name
        case tree.Output():
            return f"{'auxiliary' if node.auxiliary else 'output'} {node.name}"
        case tree.Let():
            return f"let {node.name}"
    raise TypeError(f"no header: {node!r}")


def print_body(body: Iterable[tree.Statement]) -> str:
    """``{ a  b }``."""
    inner = "  ".join(map(print_statement, body))
    return f"{{ {inner} }}" if inner else "{}"


def print_statement(node: tree.Statement) -> str:
    """``node`` on one line, however long."""
    match node:
        case tree.Call():
            return print_call(node)
        case tree.Group():
            return print_body(node.body)
        case tree.Path():
            return " -> ".join([print_expression(node.start), *map(print_statement, node.steps)])
        case tree.Label() | tree.Output():
            return f"{print_header(node)}: {print_statement(node.statement)}"
        case tree.Let():
            value = print_statement(node.value) if isinstance(node.value, tree.Path) else None
            return f"{print_header(node)} = {value or print_expression(node.value)}"  # type: ignore[arg-type]
        case tree.Join():
            tracks = (f"| {'  '.join(map(print_statement, track))}".rstrip() for track in node.tracks)
            return f"{print_header(node)} {{ {' '.join(tracks)} }}"
        case tree.If():
            return f"{print_header(node)} {print_body(node.body)}" + _else(node)
    return f"{print_header(node)} {print_body(node.body)}"


def _else(node: tree.If) -> str:
    if node.orelse is None:
        return ""
    if len(node.orelse) == 1 and isinstance(node.orelse[0], tree.If):
        return f" else {print_statement(node.orelse[0])}"
    return f" else {print_body(node.orelse)}"
