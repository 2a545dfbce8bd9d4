"""Gradients with little memory: most layers are computed a second time instead of being kept.

The steps of a plan are cut into segments of about equal size, about as many as the square root of their number (Chen et
al. 2016, "Training deep nets with sublinear memory cost"). Only what crosses a cut is kept; the backward pass of a
segment computes its layers anew from that.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from tinygrad import Tensor, dtypes
from tinygrad.dtype import DType

from ...ir import Graph, Node, size
from .plan import Plan, Step, Value
from .plan import reached as reached_by

Parameters = Callable[[Node], Mapping[str, Any]]
Uniform = Callable[[Tensor, tuple[int, ...]], Tensor]


class Draws:
    """What a segment may ask of its passes (``cnnspec.ir.Run``): random numbers, the same in both."""

    training = True

    def __init__(self, uniform: Uniform) -> None:
        self._uniform = uniform
        self._kept: list[Tensor] = []
        self._left: Iterator[Tensor] | None = None

    def uniform(self, like: Tensor, shape: tuple[int, ...]) -> Tensor:
        if self._left is not None:
            return next(self._left)
        self._kept.append(self._uniform(like, shape).contiguous().realize())
        return self._kept[-1]

    def again(self) -> Draws:
        self._left = iter(self._kept)
        return self


@dataclass(frozen=True)
class Segment:
    """Steps of a plan, the nodes that they read from before, and those that are read after them."""

    steps: tuple[Step, ...]
    reads: tuple[int, ...]
    gives: tuple[int, ...]


def segments(plan: Plan) -> tuple[Segment, ...]:
    """The steps of ``plan``, cut where little crosses."""
    cuts = [0, *_cuts(plan), len(plan.steps)]
    found = []
    for first, last in pairwise(cuts):
        steps = plan.steps[first:last]
        made = {step.nodes[-1] for step in steps}
        reads = sorted({i for i in _read_by(plan.graph, steps) if i not in made})
        gives = sorted(made & _needed(plan, last))
        found.append(Segment(steps, tuple(reads), tuple(gives)))
    return tuple(found)


def _read_by(graph: Graph, steps: Sequence[Step]) -> Iterator[int]:
    for step in steps:
        yield from graph.nodes[step.nodes[0]].inputs


def _needed(plan: Plan, place: int) -> set[int]:
    """The nodes that steps from ``place`` on read, and the outputs."""
    return {*_read_by(plan.graph, plan.steps[place:]), *(output.node for output in plan.graph.outputs)}


def _cuts(plan: Plan) -> Iterator[int]:
    """Places between steps: after about each so-manieth part of all values, where the fewest are still needed."""
    sizes = [size(plan.graph.nodes[step.nodes[-1]].shape) for step in plan.steps]
    parts = max(1, round(math.sqrt(len(sizes))))
    crossing = _crossing(plan)
    share, done, begin = sum(sizes) / parts, 0.0, 1
    for place, more in enumerate(sizes, 1):
        done += more
        if done >= share and place < len(sizes):
            best = min(range(begin, place + 1), key=lambda p: (crossing[p], -p))
            yield best
            done, begin = float(sum(sizes[best:place])), best + 1


def _crossing(plan: Plan) -> list[int]:
    """For each place between steps how many values are made before it and read after it."""
    last: dict[int, int] = {}
    for place, step in enumerate(plan.steps):
        last |= dict.fromkeys(plan.graph.nodes[step.nodes[0]].inputs, place)
    last |= {output.node: len(plan.steps) for output in plan.graph.outputs}
    total = [0] * (len(plan.steps) + 1)
    for place, step in enumerate(plan.steps):
        node = step.nodes[-1]
        for each in range(place + 1, last.get(node, place) + 1):
            total[each] += size(plan.graph.nodes[node].shape)
    return total


class Recomputed:
    """A training pass of ``plan`` over ``x`` (N, C, H, W) whose layers are computed twice.

    ``parameters`` gives a layer its parameters, ``again`` the same with copies of running statistics, which may be
    assigned without effect.
    """

    def __init__(
        self, plan: Plan, parameters: Parameters, again: Parameters, uniform: Uniform, dtype: DType
    ) -> None:
        """``dtype`` is what layers compute in."""
        self._plan, self._segments, self._dtype = plan, segments(plan), dtype
        self._parameters, self._again = parameters, again
        self._draws = {segment: Draws(uniform) for segment in self._segments}
        self._values: dict[int, Value] = {}

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """Outputs by name, float32. All that crosses a cut is realized, running statistics are assigned only."""
        self._values = {0: Value(x.cast(self._dtype).contiguous().realize(), False)}
        for segment in self._segments:
            made = self._plan.run(segment.steps, self._values, self._parameters, self._draws[segment])
            kept = {node: Value(made[node].tensor.contiguous(), made[node].last) for node in segment.gives}
            Tensor.realize(*(value.tensor for value in kept.values()))
            self._values |= kept
        outputs = self._plan.graph.outputs
        return {o.name: self._values[o.node].channels_first.cast(dtypes.float32) for o in outputs}

    def gradients(self, loss: Tensor, trainable: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """The gradients of ``trainable`` by name, realized. ``loss`` was computed from the outputs."""
        reached = reached_by(self._plan.graph, trainable)
        ends = sorted({output.node for output in self._plan.graph.outputs} & reached)
        found: dict[str, Tensor] = {}
        arrived = dict(zip(ends, loss.gradient(*(self._values[i].tensor for i in ends)), strict=True))
        Tensor.realize(*arrived.values())
        for segment in reversed(self._segments):
            found |= self._through(segment, arrived, trainable, reached)
        return found

    def _through(
        self, segment: Segment, arrived: dict[int, Tensor], trainable: Mapping[str, Tensor], reached: set[int]
    ) -> dict[str, Tensor]:
        """The gradients of a segment's parameters; those of what it reads, as far as they are ``reached``, are added to
        ``arrived``."""
        if arrived.keys().isdisjoint(segment.gives):
            return {}
        made = self._plan.run(segment.steps, self._values, self._again, self._draws[segment].again())
        weighted = [(made[i].tensor * arrived.pop(i)).sum() for i in segment.gives if i in arrived]
        total: Tensor = sum(weighted[1:], weighted[0])
        names = [n for step in segment.steps for i in step.nodes for n in self._names(i) if n in trainable]
        reads = [i for i in segment.reads if i in reached]
        targets = [*(trainable[n] for n in names), *(self._values[i].tensor for i in reads)]
        if not targets:
            return {}
        gradients = total.gradient(*targets)
        for i, gradient in zip(reads, gradients[len(names) :], strict=True):
            arrived[i] = arrived[i] + gradient if i in arrived else gradient
        Tensor.realize(*gradients, *(arrived[i] for i in reads))
        return dict(zip(names, gradients, strict=False))

    def _names(self, index: int) -> list[str]:
        return [name for name, _ in self._plan.graph.nodes[index].named_parameters]
