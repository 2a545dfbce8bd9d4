"""A graph's network in PyTorch, as one would write it there by hand: the other side of the benchmarks."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from cnnspec.ir import Graph


def _convolution(op: Any, shape: tuple[int, ...]) -> nn.Module:
    left, right, top, bottom = op.sides(shape)
    assert left == right and top == bottom
    sizes = (shape[0], op.channels, op.kernel, op.stride, (top, left), op.dilation, op.groups, op.bias)
    return nn.Conv2d(*sizes)


def _pooling(kind: Any, op: Any, shape: tuple[int, ...]) -> nn.Module:
    left, _, top, _ = op.sides(shape)
    return kind(op.kernel, op.step, (top, left))


MAKERS: dict[str, Any] = {
    "conv": lambda op, shape: _convolution(op, shape),
    "linear": lambda op, shape: nn.Linear(shape[0], op.features, op.bias),
    "bn": lambda op, shape: (nn.BatchNorm2d if len(shape) == 3 else nn.BatchNorm1d)(
        shape[0], op.eps, op.momentum
    ),
    "relu": lambda op, shape: nn.ReLU(),
    "relu6": lambda op, shape: nn.ReLU6(),
    "maxpool": lambda op, shape: _pooling(nn.MaxPool2d, op, shape),
    "avgpool": lambda op, shape: _pooling(nn.AvgPool2d, op, shape),
    "global_avgpool": lambda op, shape: nn.AdaptiveAvgPool2d(1),
    "adaptive_avgpool": lambda op, shape: nn.AdaptiveAvgPool2d(op.size),
    "flatten": lambda op, shape: nn.Flatten(),
    "dropout": lambda op, shape: nn.Dropout(op.p),
    "identity": lambda op, shape: nn.Identity(),
}
MERGES: dict[str, Any] = {
    "add": lambda values: sum(values[1:], values[0]),
    "concat": lambda values: torch.cat(values, 1),
    "pad_channels": None,
}


class Twin(nn.Module):
    """Runs a graph's layers in their order; raises ``KeyError`` for one that is not known here."""

    def __init__(self, graph: Graph) -> None:
        super().__init__()
        self.graph = graph
        made = {}
        for i, node in enumerate(graph.nodes[1:], 1):
            name = node.op.call_name
            if name not in MERGES:
                made[str(i)] = MAKERS[name](node.op, graph.input_shapes(node)[0])
        self.layers = nn.ModuleDict(made)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        values = [x]
        for i, node in enumerate(self.graph.nodes[1:], 1):
            inputs = [values[j] for j in node.inputs]
            name = node.op.call_name
            if name == "pad_channels":
                more = node.shape[0] - inputs[0].shape[1]
                values.append(F.pad(inputs[0], (0, 0, 0, 0, 0, more)))
            elif name in MERGES:
                values.append(MERGES[name](inputs))
            else:
                values.append(self.layers[str(i)](inputs[0]))
        return values[self.graph.main_outputs[0].node]
