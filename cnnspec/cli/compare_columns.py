"""The figures that networks are compared by: a column is one entry of ``COLUMNS``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Literal

from ..analyses.comparison import Figures, figures
from ..analyses.sizes import bytes_text, percent_text
from ..elaborate import Module, elaborate
from ..ir import Graph, Shape
from ..source.values import Value
from ..train.wording import printable

if TYPE_CHECKING:
    from ..analyses.footprint import Footprint

Figure = int | str | Shape | None
Unit = Literal["", "bytes", "share", "field", "shape"]
"""Of a column's values: plain numbers, bytes, a part of the column before, (height, width) or None for the whole image."""


@dataclass(frozen=True)
class Network:
    """What a column is read from: a graph, what that is called, the number of images that memory is told for, and the spec
    that says how it is trained (by Adam at float32 where there is none)."""

    graph: Graph
    title: str
    batch: int = 1
    module: Module | None = None

    @cached_property
    def figures(self) -> Figures:
        """Activations are those of the batch."""
        each = figures(self.graph)
        memory = replace(
            each.memory,
            activations_inference=self.batch * each.memory.activations_inference,
            activations_training=self.batch * each.memory.activations_training,
        )
        return replace(each, memory=memory)

    def footprint(self, training: bool) -> Footprint:
        """Bytes at the batch; in training with all heads, as the sections of the spec's experiment say.

        Raises :class:`~cnnspec.source.SpecError` where those are wrong.
        """
        if not training or self.module is None:
            from ..analyses.footprint import footprint

            return footprint(self.graph, self.batch, training)
        from ..train.need import need_of
        from ..train.sections import bind_experiment

        return need_of(bind_experiment(self.module, elaborate(self.module))).at(self.batch)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Column(Value):
    """``shown`` in every comparison of a few networks; ``brief``: also of many. ``whole`` is what a share is a part of."""

    name: str
    title: str
    value: Callable[[Network], Figure]
    unit: Unit = ""
    shown: bool = True
    brief: bool = False
    whole: Callable[[Network], int] = lambda n: 0

    def json(self, network: Network) -> object:
        """The value for a program that reads JSON; of several outputs an object."""
        outputs = network.figures.outputs
        return dict(outputs) if self.name == "output" and len(outputs) > 1 else self.value(network)

    def text(self, network: Network) -> str:
        """The figure as people read it."""
        value = self.value(network)
        if self.unit == "share":
            return share_text(value, self.whole(network)) if isinstance(value, int) else "-"
        return figure_text(value, self.unit)

    def plain(self, network: Network) -> int | str:
        """The figure as programs read it: whole numbers, bytes, ``3x224x224``, ``all``."""
        value = self.value(network)
        return shape_text(value) if isinstance(value, tuple) else "all" if value is None else value

    def key(self, network: Network) -> tuple[float, str]:
        """By this networks are put in order; the whole image is larger than any field, shapes go by their size."""
        value = self.value(network)
        if isinstance(value, tuple):
            size = 1
            for number in value:
                size *= number
            return size, shape_text(value)
        return (float("inf"), "") if value is None else (value, "") if isinstance(value, int) else (0, value)


def figure_text(value: Figure, unit: Unit) -> str:
    """``25,557,032``, ``102.4 MB``, ``3x224x224``, ``all``."""
    if value is None:
        return "all"
    if isinstance(value, int):
        return bytes_text(value) if unit == "bytes" else f"{value:,}"
    return shape_text(value) if isinstance(value, tuple) else value


def shape_text(shape: Shape) -> str:
    """``3x224x224``."""
    return "x".join(map(str, shape))


def share_text(part: int, whole: int) -> str:
    """``9,408 (0.1 %)``; a dash for none."""
    return f"{part:,} ({percent_text(part, whole)})" if part else "-"


def _output(network: Network) -> Figure:
    """The shape of the output, or each by its name."""
    outputs = network.figures.outputs
    if len(outputs) == 1:
        return network.figures.output
    return ", ".join(f"{printable(name)} {shape_text(shape)}" for name, shape in outputs)


COLUMNS = (
    Column("input", "input", lambda n: n.figures.input, "shape", brief=True),
    Column("output", "output", _output, "shape"),
    Column("layers", "layers", lambda n: n.figures.layers),
    Column("conv-layers", "  convolutions", lambda n: n.figures.convolution.layers),
    Column("linear-layers", "  linear", lambda n: n.figures.linear.layers),
    Column("depth", "depth", lambda n: n.figures.depth, brief=True),
    Column("params", "parameters", lambda n: n.figures.params, brief=True),
    Column(
        "conv-params",
        "  convolutions",
        lambda n: n.figures.convolution.params,
        "share",
        whole=lambda n: n.figures.params,
    ),
    Column(
        "linear-params",
        "  linear",
        lambda n: n.figures.linear.params,
        "share",
        whole=lambda n: n.figures.params,
    ),
    Column("trainable", "trained parameters", lambda n: n.figures.trainable, shown=False),
    Column("macs", "MACs", lambda n: n.figures.macs, brief=True),
    Column(
        "conv-macs",
        "  convolutions",
        lambda n: n.figures.convolution.macs,
        "share",
        whole=lambda n: n.figures.macs,
    ),
    Column(
        "linear-macs", "  linear", lambda n: n.figures.linear.macs, "share", whole=lambda n: n.figures.macs
    ),
    Column("flops", "FLOPs", lambda n: n.figures.flops, shown=False),
    Column("receptive-field", "receptive field", lambda n: n.figures.receptive_field, "field", brief=True),
    Column("memory-params", "memory, parameters", lambda n: n.figures.memory.parameters, "bytes", brief=True),
    Column(
        "memory-inference",
        "memory, inference",
        lambda n: n.figures.memory.activations_inference,
        "bytes",
    ),
    Column(
        "memory-training",
        "memory, training",
        lambda n: n.figures.memory.activations_training,
        "bytes",
        brief=True,
    ),
    Column(
        "total-inference",
        "memory, inference with parameters",
        lambda n: n.footprint(False).total,
        "bytes",
        shown=False,
    ),
    Column(
        "total-training",
        "memory, training with parameters, gradients, optimizer",
        lambda n: n.footprint(True).total,
        "bytes",
        shown=False,
    ),
)
"""In the order in which they are shown."""
BY_NAME = {column.name: column for column in COLUMNS}


def heads_lines(networks: Iterable[Network], width: int) -> list[str]:
    """What is counted of auxiliary heads, for each network that has some."""
    lines = []
    for network in networks:
        if (both := network.figures.in_training) is not None:
            said = f"{printable(network.title)}: without auxiliary heads, which count in the memory of training alone;"
            lines += wrap(f"{said} {both.text}", width, break_long_words=False)
    return lines


def figures_json(found: Figures) -> dict[str, Any]:
    """Figures as plain values: several outputs by their names too, and with auxiliary heads where there are some."""
    told = asdict(found)
    outputs, both = told.pop("outputs"), told.pop("in_training")
    if len(outputs) > 1:
        told |= {"output": [shape for _, shape in outputs], "outputs": dict(outputs)}
    return told | ({"in_training": both} if both else {})
