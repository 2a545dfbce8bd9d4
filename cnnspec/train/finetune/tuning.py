"""What the section ``finetune`` comes to for a network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ...ir import Graph, Node, OpError
from .base import Draft, TuningStep
from .errors import NoSource, NothingLoaded, NothingTrained, RateOfFrozen, UnfrozenTooLate
from .steps import From, Rate, Replace, Unfreeze


class StepError(Exception):
    """``error`` was raised by step number ``number``."""

    def __init__(self, number: int, error: OpError) -> None:
        super().__init__(str(error))
        self.number, self.error = number, error


@dataclass(frozen=True)
class Tuning:
    """Where weights come from, and what is special about some: all else begins as drawn and is trained.

    ``fresh`` are full names of parameters and running statistics that start anew, ``ignored`` patterns over the source's
    tensors, ``factors`` those on the learning rate by parameter. ``still`` says of layers, by number, up to which epoch
    they compute in training as they do after it (that epoch not among them; None: always).
    """

    source: From | None = None
    fresh: frozenset[str] = frozenset()
    ignored: tuple[str, ...] = ()
    factors: Mapping[str, float] = field(default_factory=dict)
    still: Mapping[int, int | None] = field(default_factory=dict)

    def stilled(self, epoch: int) -> frozenset[int]:
        """Layers that compute in ``epoch`` as they do after training."""
        return frozenset(number for number, until in self.still.items() if until is None or epoch < until)

    @property
    def fixed(self) -> frozenset[int]:
        """Layers that always compute as they do after training."""
        return frozenset(number for number, until in self.still.items() if until is None)

    def stages(self, graph: Graph) -> tuple[int, ...]:
        """The first epochs of stages in which the same parameters are trained."""
        starts = {spec.starts for node in graph.nodes for spec in node.parameters if spec.starts}
        return tuple(sorted({1, *starts, *(until for until in self.still.values() if until)}))


def tuned(graph: Graph, steps: Sequence[TuningStep], epochs: int) -> tuple[Graph, Tuning]:
    """``graph`` with what is frozen marked in its parameters, and the rest of what ``steps`` say.

    Raises :class:`StepError` at the first step that does not fit the network or ``epochs``.
    """
    if not steps:
        return graph, Tuning()
    draft = Draft(graph)
    order = sorted(range(len(steps)), key=lambda i: not steps[i].before)
    for number in order:
        try:
            steps[number].apply(draft)
        except OpError as error:
            raise StepError(number, error) from None
    _check(draft, steps, epochs)
    still = _still(draft)
    nodes = (_marked(node, draft, still.get(i, 1)) for i, node in enumerate(graph.nodes))
    tuning = Tuning(draft.source, frozenset(draft.fresh), tuple(draft.ignored), dict(draft.factors), still)
    return replace(graph, nodes=tuple(nodes)), tuning


def _check(draft: Draft, steps: Sequence[TuningStep], epochs: int) -> None:
    """Whether the steps make sense together."""
    for number, step in enumerate(steps):
        if draft.source is None and not isinstance(step, Rate):
            raise StepError(number, OpError(NoSource(step=step.call_name)))
        if isinstance(step, Unfreeze) and step.epoch > epochs:
            raise StepError(number, OpError(UnfrozenTooLate(epoch=step.epoch, epochs=epochs), "epoch"))
        if isinstance(step, Rate) and all(
            draft.starts.get(name, 1) is None
            for name, spec in draft.parameters(step.layers)
            if spec.role != "buffer"
        ):
            raise StepError(number, OpError(RateOfFrozen(layers=", ".join(step.layers)), "layers"))
    if draft.source is not None and all(name in draft.fresh for name, _ in draft.graph.named_parameters()):
        number = next(i for i in reversed(range(len(steps))) if isinstance(steps[i], Replace))
        raise StepError(number, OpError(NothingLoaded(source=draft.source.weights), "layers"))
    trained = [
        draft.starts.get(name, 1) for name, spec in draft.graph.named_parameters() if spec.role != "buffer"
    ]
    first = min((start for start in trained if start), default=None)
    if first != 1:
        frozen = next(i for i in reversed(range(len(steps))) if steps[i].call_name in ("freeze", "unfreeze"))
        when = "any epoch" if first is None else f"epochs 1 to {first - 1}"
        raise StepError(frozen, OpError(NothingTrained(when="epoch 1" if first == 2 else when)))


def _marked(node: Node, draft: Draft, moving: int | None) -> Node:
    """The node with the first epochs of its frozen parameters, and of its running statistics, which are ``moving`` from
    then on."""
    starts = [
        moving if spec.role == "buffer" else draft.starts.get(name, 1) for name, spec in node.named_parameters
    ]
    if all(start == 1 for start in starts):
        return node
    specs = (replace(spec, starts=start) for spec, start in zip(node.parameters, starts, strict=True))
    return replace(node, parameters=tuple(specs))


def _still(draft: Draft) -> dict[int, int | None]:
    """The layers with frozen statistics that come to something: those with parameters that are not fresh, and those
    without between them and one of these, so that dropout before a fresh head stays."""
    graph, kept = draft.graph, dict[int, int | None]()
    after: dict[int, int | None] = {}  # up to when a layer that takes what a node gives is still
    for number in reversed(range(len(graph.nodes))):
        node = graph.nodes[number]
        passed = [after[number]] if number in after else []
        if node.parameters:
            loaded = not any(name in draft.fresh for name, _ in node.named_parameters)
            passed = [draft.still[number]] if loaded and number in draft.still else []
            if passed:
                kept[number] = passed[0]
        elif passed and number in draft.still:
            kept[number] = _earlier(draft.still[number], passed[0])
        for each in node.inputs if passed else ():
            after[each] = _later(after.get(each, 0), passed[0])
    return kept


def _later(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else max(one, other)


def _earlier(one: int | None, other: int | None) -> int | None:
    there = [end for end in (one, other) if end is not None]
    return min(there, default=None)
