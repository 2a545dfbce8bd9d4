"""A network as a Python program holds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..analyses.comparison import Figures, figures
from ..analyses.cost import Cost, cost
from ..elaborate import Module as SpecModule
from ..elaborate import Override, Settable, open_target
from ..ir import Graph, Shape, show
from .boundary import reported, whole

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from ..backends.tinygrad.module import Module
    from .drawing import Drawing
    from .summary import Summary


@dataclass(frozen=True, slots=True)
class Opened:
    """A spec before anything was set: ``base``, what is set by ``overrides``, and the ``target`` that named it."""

    base: SpecModule
    overrides: tuple[Override, ...]
    target: str | None = None

    def as_use(self) -> SpecModule:
        """``base``; a name of the zoo as a spec of its own that uses it, to which sections can be added."""
        return self.base if self.target is None else open_target(self.target, (), sections, as_use=True)


@dataclass(frozen=True, eq=False, repr=False)
class Network:
    """A spec whose network was built and checked; ``graph`` is that network. Made by :func:`cnnspec.load`."""

    graph: Graph
    module: SpecModule = field(repr=False)
    opened: Opened = field(repr=False)

    @property
    def name(self) -> str:
        """What the model is called."""
        return self.graph.name

    @property
    def input_shape(self) -> Shape:
        """(channels, height, width) of an image, without the batch."""
        return self.graph.input_shape

    @property
    def outputs(self) -> dict[str, Shape]:
        """The shape of each output by its name, without the batch; those that exist only in training are left out."""
        return {o.name: self.graph.nodes[o.node].shape for o in self.graph.main_outputs}

    @property
    def parameters(self) -> int:
        """How many parameters there are; running statistics are not among them, nor heads that exist only in training."""
        return self._costs.count.total

    @property
    def macs(self) -> int:
        """Multiply-adds of convolutions and linear layers, for one image."""
        return self._costs.total_macs

    @cached_property
    def _costs(self) -> Cost:
        return cost(self.graph.without_auxiliary())

    @property
    def text(self) -> str:
        """The spec in its canonical form, with what was set."""
        from ..syntax import print_text

        return print_text(self.module.spec)

    @cached_property
    def figures(self) -> Figures:
        """What networks are compared by: depth, shares of convolutions and linear layers, receptive field, memory."""
        return figures(self.graph)

    @reported()
    def check(self) -> None:
        """Check the experiment too (data, losses, optimizer …), as ``cnnspec check`` does.

        Raises :class:`~cnnspec.source.SpecError` with everything that is wrong.
        """
        from ..elaborate.renaming import renamings
        from ..source import Diagnostics
        from ..train.sections import bind_experiment

        found = Diagnostics()
        with found.stage():
            renamings(self.module)
        with found.stage():
            bind_experiment(self.module, self.graph)
        found.raise_errors()

    @reported()
    def summary(self, depth: int | None = None) -> Summary:
        """Layers, shapes, parameters, multiply-adds and memory; ``depth`` 1 shows top-level parts, None all layers."""
        from ..analyses.summary import summarize
        from .summary import Summary

        return Summary(summarize(self.graph), None if depth is None else whole("depth", depth, 1))

    @reported()
    def draw(
        self,
        depth: int | None = None,
        *,
        level: str | None = None,
        style: str = "graph",
        heat: str | None = None,
        block: str | None = None,
        fold: bool = False,
        dark: bool = False,
        direction: str | None = None,
        other: Network | None = None,
        format: str = "svg",
    ) -> Drawing:
        """A drawing; :meth:`Drawing.save` writes it to a file of any format.

        ``level`` is "model", "stage", "block" or "layer", left out: as much as can be read. ``depth`` instead of it opens
        what is nested less deep; 1 shows top-level parts. ``fold``: equal blocks in a row are drawn once. ``style`` is
        "graph", "paper", "slides" or "volumes", ``dark`` is light on dark; ``direction`` is "TB" (from top to bottom) or
        "LR", left out: as the style has it. ``heat`` colours by "params", "macs", "memory" or "receptive-field".
        ``block`` draws one block alone: its name, or the path of a part. With an ``other`` network, the two are drawn as
        one with what differs in colour. ``format`` ("svg" or "png") is what a notebook shows.
        """
        from .drawing import drawing_of, view_of

        view = view_of(level, depth, fold, style, dark, direction, heat)
        graphs = [network.graph for network in (self, other) if network is not None]
        return drawing_of(graphs, view, block, format)

    @reported()
    def lower(
        self,
        device: str | None = None,
        seed: int = 0,
        precision: str = "float32",
        weights: str | Path | Mapping[str, NDArray[Any]] | None = None,
    ) -> Module:
        """The network in tinygrad, with parameters on ``device`` (tinygrad's choice where it is None).

        First values follow from ``seed``, or are ``weights``: a file of them (safetensors, ``.pth``, ``.h5`` …), the folder
        of a run, a name that ``cnnspec pretrained`` lists, or arrays by the parameters' names.
        ``precision`` is what layers compute in. See :class:`cnnspec.Module` for what it takes and gives.

        Raises :class:`~cnnspec.source.SpecError` where the device is not there, or the weights are another network's.
        """
        from .lowering import lowered

        return lowered(self.graph, self.module, device, seed, precision, weights)

    def __repr__(self) -> str:
        return f"<Network {self._line()}>"

    def _line(self) -> str:
        outputs = ", ".join(show(shape) for shape in self.outputs.values())
        figures = f"{self.parameters:,} parameters, {self.macs:,} MACs"
        return f"{self.name}: {show(self.input_shape)} -> {outputs}, {figures}"

    def _repr_html_(self) -> str:
        from .html import escaped

        return f"<p><b>{escaped(self.name)}</b>{escaped(self._line().removeprefix(self.name))}</p>"


def sections() -> Mapping[str, Settable]:
    """The sections that can be set; imported only where something is."""
    from ..train.sections import settable

    return settable()
