"""Graphs built by hand for the tests of analyses and drawings, without any spec text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from cnnspec.ir import LAYERS, Graph, GraphOutput, Node, Scope, build, signature
from cnnspec.ops import Input


class Builder:
    """Adds one layer after another; ``at`` is the node that the next one takes."""

    def __init__(self, name: str, *shape: int) -> None:
        self.name = name
        self.nodes = [Node("input", Input(shape), (), shape)]
        self.scopes: list[Scope] = []
        self.at = 0
        self._path = ""
        self._numbers: dict[str, int] = {}

    def __call__(
        self, op: str, *values: Any, name: str = "", of: Sequence[int] | int | None = None, **more: Any
    ) -> int:
        layer = LAYERS.entries[op]
        names = [a.name for a in signature(layer)]
        made = build(op, layer, dict(zip(names, values, strict=False)) | more)
        inputs = (self.at,) if of is None else (of,) if isinstance(of, int) else tuple(of)
        shapes = [self.nodes[i].shape for i in inputs]
        path = self._path + (name or self._number(op))
        self.nodes.append(Node(path, made, inputs, made.output_shape(*shapes), made.parameters(*shapes)))
        self.at = len(self.nodes) - 1
        return self.at

    def _number(self, what: str) -> str:
        key = self._path + what
        self._numbers[key] = self._numbers.get(key, 0) + 1
        return f"{what}{self._numbers[key]}"

    @contextmanager
    def block(self, block: str, title: str = "") -> Iterator[None]:
        with self.scope(self._number(block), title or f"{block}()", block):
            yield

    @contextmanager
    def scope(self, label: str, title: str = "", block: str | None = None) -> Iterator[None]:
        before = self._path
        self.scopes.append(Scope(before + label, title or label, block))
        self._path = f"{before}{label}."
        yield
        self._path = before

    def graph(self, *outputs: GraphOutput) -> Graph:
        leaving = outputs or (GraphOutput("output", self.at),)
        return Graph(self.name, tuple(self.nodes), leaving, tuple(self.scopes))


def alexnet() -> Graph:
    """Krizhevsky 2014, "One weird trick", as torchvision has it."""
    b = Builder("alexnet", 3, 224, 224)
    b("conv", 64, 11, stride=4, padding=2), b("relu"), b("maxpool", 3, stride=2)
    b("conv", 192, 5, padding=2), b("relu"), b("maxpool", 3, stride=2)
    for channels in (384, 256, 256):
        b("conv", channels, 3, padding=1), b("relu")
    b("maxpool", 3, stride=2), b("flatten")
    for _ in range(2):
        b("dropout", 0.5), b("linear", 4096), b("relu")
    b("linear", 1000)
    return b.graph()


def vgg16(classes: int = 1000) -> Graph:
    """Simonyan and Zisserman 2014, table 1, column D."""
    b = Builder("vgg16", 3, 224, 224)
    for depth, channels in ((2, 64), (2, 128), (3, 256), (3, 512), (3, 512)):
        with b.block("vgg", f"vgg({depth}, {channels})"):
            for _ in range(depth):
                b("conv", channels, 3, padding=1), b("relu")
            b("maxpool", 2)
    b("flatten")
    for _ in range(2):
        b("linear", 4096), b("relu"), b("dropout", 0.5)
    b("linear", classes)
    return b.graph()


def _conv_bn(b: Builder, channels: int, kernel: int, stride: int = 1) -> None:
    b("conv", channels, kernel, stride=stride, padding=kernel // 2, bias=False), b("bn")


def _residual(b: Builder, kind: str, width: int, stride: int) -> None:
    entry, title = b.at, f"{kind}({width}, stride = {stride})" if stride > 1 else f"{kind}({width})"
    path = [(width, 1, 1), (width, 3, stride), (4 * width, 1, 1)]
    if kind == "basic":
        path = [(width, 3, stride), (width, 3, 1)]
    with b.block(kind, title):
        for number, (channels, kernel, step) in enumerate(path):
            _conv_bn(b, channels, kernel, step)
            if number < len(path) - 1:
                b("relu")
        track, shortcut = b.at, entry
        if b.nodes[entry].shape != b.nodes[track].shape:
            b.at = entry
            _conv_bn(b, path[-1][0], 1, stride)
            shortcut = b.at
        b("add", of=(track, shortcut)), b("relu")


def resnet(kind: str = "basic", depths: Sequence[int] = (2, 2, 2, 2), stages: bool = True) -> Graph:
    """He et al. 2015, table 1, the stride of bottlenecks on the 3x3 convolution."""
    b = Builder("resnet", 3, 224, 224)
    _conv_bn(b, 64, 7, 2)
    b("relu"), b("maxpool", 3, stride=2, padding=1)
    for stage, depth in enumerate(depths):
        with b.scope(f"stage{stage + 1}"):
            for block in range(depth):
                _residual(b, kind, 64 << stage, 2 if stage and not block else 1)
    b("global_avgpool"), b("flatten"), b("linear", 1000, name="head")
    return b.graph()


def squeeze_excite() -> Graph:
    """A convolution and a squeeze-excite gate (Hu et al. 2017) on it."""
    b = Builder("gated", 16, 32, 32)
    b("conv", 32, 3, padding=1), b("relu")
    with b.block("squeeze_excite", "squeeze_excite(ratio = 4)"):
        entry = b.at
        b("global_avgpool"), b("conv", 8, 1), b("relu"), b("conv", 32, 1), b("sigmoid")
        b("multiply", of=(entry, b.at))
    b("conv", 32, 3, padding=1)
    return b.graph()


def several_outputs() -> Graph:
    """Two heads, and a third that exists only in training."""
    b = Builder("heads", 3, 64, 64)
    b("conv", 16, 3, stride=2, padding=1), b("bn"), b("relu")
    entry = b.at
    tracks = []
    with b.block("inception", "inception(8, 16)"):
        for channels, kernel in ((8, 1), (16, 3), (8, 5)):
            tracks.append(b("conv", channels, kernel, padding=kernel // 2, of=entry))
            tracks[-1] = b("relu")
        trunk = b("concat", of=tracks)
    with b.scope("side"):
        b("global_avgpool"), b("flatten")
        side = b("linear", 10)
    b.at = trunk
    b("conv", 64, 3, stride=2, padding=1), b("relu"), b("global_avgpool")
    features = b("flatten")
    labels = b("linear", 10)
    box = b("linear", 4, of=features)
    heads = (GraphOutput("class", labels), GraphOutput("box", box), GraphOutput("side", side, auxiliary=True))
    return b.graph(*heads)
