"""What a step of fine-tuning is, and what steps work on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from ...ir import Entry, Graph, OpError, ParameterSpec, Patterns, Registry, arg, covered, covers
from ...source import did_you_mean
from .errors import UnknownPart

if TYPE_CHECKING:
    from .steps import From


@dataclass
class Draft:
    """What the steps have said so far, by names of parameters (``stem.conv1.weight``) and numbers of nodes.

    ``source`` is where weights come from, ``fresh`` are parameters and running statistics that are not taken from there,
    ``ignored`` patterns over tensors there. ``starts`` is the first epoch in which a frozen parameter is trained, None for
    never; ``still`` the first one in which a layer computes as in training; ``factors`` those on the learning rate.
    """

    graph: Graph
    source: From | None = None
    fresh: set[str] = field(default_factory=set)
    ignored: list[str] = field(default_factory=list)
    starts: dict[str, int | None] = field(default_factory=dict)
    still: dict[int, int | None] = field(default_factory=dict)
    factors: dict[str, float] = field(default_factory=dict)

    def parameters(self, patterns: Sequence[str]) -> list[tuple[str, ParameterSpec]]:
        """Those that ``patterns`` stand for; raises ``OpError`` where one stands for nothing."""
        self._check(patterns)
        return [(name, spec) for name, spec in self.graph.named_parameters() if covered(patterns, name)]

    def nodes(self, patterns: Sequence[str]) -> list[int]:
        """The layers that ``patterns`` stand for as a whole, by number."""
        return [i for i, node in enumerate(self.graph.nodes) if i and covered(patterns, node.name)]

    def _check(self, patterns: Sequence[str]) -> None:
        names = [name for name, _ in self.graph.named_parameters()]
        parts = [*(node.name for node in self.graph.nodes[1:]), *names]
        for pattern in patterns:
            if any(covers(pattern, name) for name in names):
                continue
            without = any(covers(pattern, part) for part in parts)
            problem = "holds no parameters" if without else "is no layer or part of the network"
            hints = () if without else did_you_mean(pattern, _parts(parts))
            raise OpError(UnknownPart(pattern=pattern, problem=problem, hints=hints), "layers")


def _parts(names: Sequence[str]) -> list[str]:
    """All that a pattern can name: layers, parameters, and the parts that they are in."""
    found: dict[str, None] = {}
    for name in names:
        pieces = name.split(".")
        found |= dict.fromkeys(".".join(pieces[:n]) for n in range(1, len(pieces) + 1))
    return list(found)


class TuningStep(Entry):
    """Base of all steps of section ``finetune``. Steps take effect in their order, those with ``before`` first."""

    examples: ClassVar[tuple[str, ...]] = ()
    """Calls as a spec has them: the reference shows them."""
    also_called: ClassVar[tuple[str, ...]] = ()
    before: ClassVar[bool] = False

    def apply(self, draft: Draft) -> None:
        """Put what the step says into ``draft``; raises ``OpError`` where it does not fit the network."""
        raise NotImplementedError


def layers_argument() -> Any:
    """The field ``layers`` of steps."""
    return arg(
        Patterns(),
        "which ones: labels and names of layers, with all that is inside of them (stem, stage1.conv2), in quotes with * for "
        'anything between two dots ("stage*") and ** for any number of parts ("**.bn*"), or all',
    )


FINETUNE: Registry[TuningStep] = Registry("step of fine-tuning")
