"""The bytes that a network takes on a device at a batch and a precision: will it fit?

Linear in the batch: parameters and what belongs to them are the same for every batch, inputs and activations are so much for
each sample. Training's activations are the room that the buffers of a step take (``timeline``); at inference they are
the most that is alive at once (``memory``). Not counted: the program itself, the driver, and the workspace of a
device's own libraries.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

from ..ir import Graph, ParameterSpec, size
from ..ir.op import Role
from ..source.values import Value
from .cost import count_parameters
from .memory import BYTES, peak_elements
from .recomputing import recomputed_room
from .timeline import room, training_buffers

Slots = int | Callable[[Role], int]
"""Tensors that an optimizer keeps for a parameter: a number, or one that depends on the parameter's role."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Footprint(Value):
    """Bytes, each kind by itself; ``total`` is their sum.

    ``parameters`` include running statistics; ``gradients`` are those of parameters, ``sums`` what they are added up
    in where several batches make an update; ``optimizer`` is its state, ``average`` the moving average of the
    weights. ``copies`` are weights in half precision beside those in float32. ``inputs`` are the images as bytes;
    their values, normalised, are among ``activations``, as are the gradients to activations.
    """

    parameters: int
    gradients: int
    optimizer: int
    activations: int
    inputs: int
    average: int = 0
    sums: int = 0
    copies: int = 0

    @property
    def total(self) -> int:
        return sum(getattr(self, each.name) for each in fields(self))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Need(Value):
    """What a network takes at any batch: the footprint is ``fixed + batch * each``."""

    fixed: Footprint
    each: Footprint

    def at(self, batch: int) -> Footprint:
        """The footprint at a batch."""
        names = [each.name for each in fields(Footprint)]
        return Footprint(**{n: getattr(self.fixed, n) + batch * getattr(self.each, n) for n in names})

    def largest_batch(self, capacity: int) -> int:
        """The largest batch whose total is at most ``capacity`` bytes; 0 where not even one sample fits."""
        return max(0, capacity - self.fixed.total) // self.each.total


def footprint(
    graph: Graph,
    batch: int = 1,
    training: bool = True,
    optimizer_slots: Slots = 2,
    bytes_each: int = BYTES,
    *,
    average: bool = False,
    accumulate: bool = False,
    recompute: bool = False,
) -> Footprint:
    """The bytes that ``graph`` takes with ``batch`` samples (at least 1).

    ``optimizer_slots`` are tensors kept for a parameter: 0 for plain descent, 1 with momentum, 2 for Adam; it may be a
    function of the parameter's role. ``bytes_each`` is 4 for float32, 2 where layers compute in half precision: in
    training weights, their gradients and the optimizer's state stay float32 (Micikevicius et al. 2018, "Mixed precision
    training"); a network that is used has its weights in half precision alone. ``average`` is a moving average of the
    weights, ``accumulate`` that gradients of several batches are added up, ``recompute`` that layers are computed a second
    time in the backward pass instead of being kept (Chen et al. 2016).
    """
    need = footprint_need(
        graph, training, optimizer_slots, bytes_each,
        average=average, accumulate=accumulate, recompute=recompute,
    )  # fmt: skip
    return need.at(batch)


def footprint_need(
    graph: Graph,
    training: bool = True,
    optimizer_slots: Slots = 2,
    bytes_each: int = BYTES,
    *,
    average: bool = False,
    accumulate: bool = False,
    recompute: bool = False,
) -> Need:
    """``footprint`` before the batch is known."""
    graph = graph if training else graph.without_auxiliary()
    specs = [spec for node in graph.nodes for spec in node.parameters]
    count = count_parameters(specs)
    trained = [spec for spec in specs if spec.trainable] if training else []
    gradients = BYTES * sum(size(spec.shape) for spec in trained)
    fixed = Footprint(
        parameters=(BYTES if training else bytes_each) * count.total + BYTES * count.buffers,
        gradients=gradients,
        optimizer=sum(BYTES * size(spec.shape) * _slots(optimizer_slots, spec) for spec in trained),
        activations=0,
        inputs=0,
        average=BYTES * sum(size(s.shape) for s in specs if s.starts is not None)
        if average and training
        else 0,
        sums=gradients if accumulate else 0,
        copies=bytes_each * (count.weights + count.biases) if training and bytes_each < BYTES else 0,
    )
    each = Footprint(
        parameters=0,
        gradients=0,
        optimizer=0,
        activations=bytes_each * _elements(graph, training, recompute, BYTES // bytes_each),
        inputs=size(graph.input_shape),
    )
    return Need(fixed, each)


def _slots(slots: Slots, spec: ParameterSpec) -> int:
    return slots if isinstance(slots, int) else slots(spec.role)


def _elements(graph: Graph, training: bool, recompute: bool, each_draw: int) -> int:
    """Of activations, a sample. Random numbers are float32 also where layers compute in half precision."""
    if not training:
        return peak_elements(graph)
    return recomputed_room(graph, each_draw) if recompute else room(training_buffers(graph, each_draw))
