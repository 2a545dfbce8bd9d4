"""Stages as text, for those who want to see what the compiler sees."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import fields
from textwrap import indent
from typing import Any

from ..ir import Graph, show
from ..syntax.tree import Tree


def tree_lines(node: Any, indent: str = "") -> list[str]:
    """A syntax tree, a node a line."""
    if isinstance(node, tuple):
        return [line for item in node for line in tree_lines(item, indent)] or [f"{indent}()"]
    if not isinstance(node, Tree):
        return [f"{indent}{node!r}"]
    plain: list[tuple[str, Any]] = []
    nested: list[tuple[str, Any]] = []
    for field in fields(node):
        value = getattr(node, field.name)
        if field.compare and value not in (None, ()):
            (nested if isinstance(value, (Tree, tuple)) else plain).append((field.name, value))
    head = " ".join([type(node).__name__, *(f"{name}={value!r}" for name, value in plain)])
    lines = [indent + head]
    for name, value in nested:
        lines += [f"{indent}  {name}:", *tree_lines(value, indent + "    ")]
    return lines


def graph_lines(graph: Graph) -> list[str]:
    """A graph, a node a line: name, op with its settings, the nodes it takes, its shape."""
    lines = [f"graph {graph.name}"]
    for node in graph.nodes:
        takes = ", ".join(graph.nodes[i].name for i in node.inputs)
        lines.append(f"  {node.name} = {node.op!r}({takes}) : {show(node.shape)}")
    lines += [
        f"  {'auxiliary' if o.auxiliary else 'output'} {o.name} = {graph.nodes[o.node].name}"
        for o in graph.outputs
    ]
    return lines


def lowered_text(graph: Graph, without: Collection[str] = ()) -> str:
    """How each layer is computed on a CPU, in training and at inference, and what the passes are about."""
    from ..backends.tinygrad.passes import FUSIONS, PASSES, Place
    from ..backends.tinygrad.plan import DEFAULT, plan

    on = [name for name in DEFAULT if name not in without]
    place = Place(native=True)
    parts = [
        f"{title}\n" + indent(plan(each, place, training, on).text(), "  ")
        for title, each, training in (
            ("training", graph, True),
            ("inference", graph.without_auxiliary(), False),
        )
    ]
    about = {**{p.name: p.about for p in PASSES.values()}, **{f.name: f.about for f in FUSIONS.values()}}
    width = max(map(len, about))
    lines = (f"  {name:<{width}}  {'on ' if name in on else 'off'}  {text}" for name, text in about.items())
    return "\n".join(["passes on a CPU; other devices compute all layers plainly", *lines, *parts])


EMITTERS: dict[str, Callable[[Any], str]] = {
    "tree": lambda spec: "\n".join(tree_lines(spec)),
    "graph": lambda graph: "\n".join(graph_lines(graph)),
    "lowered": lowered_text,
}
