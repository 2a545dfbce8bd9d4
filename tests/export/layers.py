"""One layer as a network, whatever it takes: its inputs are cut out of one vector."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any, ClassVar

import numpy as np
from ops.running import allocate

from cnnspec.backends.tracing import About
from cnnspec.ir import Graph, GraphOutput, Int, ListOf, Node, Op, Run, Shape, arg
from cnnspec.ops.input import Input
from cnnspec.train.exporting import Exported


class Cut(Op):
    """Elements ``start`` and what follows of a vector, as ``shape``."""

    call_name: ClassVar[str] = "cut"
    family = "reshape"

    start: int = arg(Int(0), "the first element")
    shape: Shape = arg(ListOf(Int(1)), "the shape given")

    def output_shape(self, *inputs: Shape) -> Shape:
        return self.shape

    def forward(self, inputs: tuple[Any, ...], parameters: Mapping[str, Any], run: Run) -> Any:
        x = inputs[0].shrink((None, (self.start, self.start + prod(self.shape))))
        return x.reshape((x.shape[0], *self.shape))


def network(op: Op, shapes: tuple[Shape, ...], name: str = "layer") -> Exported:
    """The network; its weights are unlike their first values."""
    starts = [sum(map(prod, shapes[:i])) for i in range(len(shapes))]
    total = (sum(map(prod, shapes)),)
    cuts = [
        Node(f"cut{i}", Cut(start, shape), (0,), shape)
        for i, (start, shape) in enumerate(zip(starts, shapes, strict=True))
    ]
    taken = tuple(range(1, len(shapes) + 1))
    layer = Node(name, op, taken, op.output_shape(*shapes), op.parameters(*shapes))
    nodes = (Node("input", Input(total), (), total), *cuts, layer)
    graph = Graph("one", nodes, (GraphOutput("output", len(nodes) - 1),))
    weights = {f"{name}.{n}": value for n, value in allocate(op, shapes).items()}
    return Exported(graph, weights, About("one", total, "drawn for a test", False, "0"))


def joined(inputs: list[np.ndarray]) -> np.ndarray:
    """The vector that a network of one layer takes."""
    return np.concatenate([x.reshape(len(x), -1) for x in inputs], axis=1)
