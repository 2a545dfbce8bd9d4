"""Weights for a network that is used as it is, where no layer can start anew and nothing of a file is left out unasked."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from shlex import quote
from typing import TYPE_CHECKING

from ..elaborate import Module, chosen_model
from ..ir import Graph
from ..source import Diagnostic, SpecError
from .finetune import Tuning
from .weights.errors import WeightsMissing, WeightsShape, WeightsUnused
from .weights.loading import load
from .weights.pairing import Misfit, pair
from .weights.sources import WeightSource
from .wording import count

if TYPE_CHECKING:
    import numpy as np


def load_whole(
    graph: Graph,
    module: Module,
    source: WeightSource,
    behind: Collection[str] = (),
    tuning: Tuning | None = None,
) -> dict[str, np.ndarray]:
    """All weights of ``graph`` by our names, but those ``behind`` what is wanted of it.

    Raises :class:`SpecError` as ``load`` does, with hints at what can be done where nothing is trained. ``tuning`` is
    that of the section ``finetune`` which names the source: what starts anew there is needed here.
    """
    names = tuning.source.names if tuning and tuning.source else None
    try:
        return load(graph, module, source, names, behind, tuning.ignored if tuning else ()).arrays
    except SpecError as error:
        use = _Use(graph, module, source, names, frozenset(behind), tuning)
        raise SpecError([_told(each, use) for each in error.diagnostics]) from None


@dataclass(frozen=True)
class _Use:
    graph: Graph
    module: Module
    source: WeightSource
    names: str | None
    behind: frozenset[str]
    tuning: Tuning | None

    @property
    def misfits(self) -> list[Misfit]:
        pairing = pair(self.graph, self.module, self.source.file, self.names, self.source.names)
        return [misfit for misfit in pairing.misfits if misfit.ours not in self.behind]


def _told(diagnostic: Diagnostic, use: _Use) -> Diagnostic:
    """The diagnostic with hints in place of those at steps of a section ``finetune``."""
    hints: list[str] = []
    for hint in diagnostic.hints:
        if isinstance(diagnostic, WeightsShape | WeightsMissing) and "replace(" in hint:
            hints += _anew(diagnostic, use)
        elif isinstance(diagnostic, WeightsUnused) and "ignore(" in hint and use.tuning is None:
            hints.append("the file is of a network with more layers than this one")
        else:
            hints.append(hint)
    return replace(diagnostic, hints=tuple(hints))


def _anew(diagnostic: Diagnostic, use: _Use) -> Iterator[str]:
    if use.tuning is not None and use.tuning.fresh:
        yield "what a section 'finetune' starts anew says something only once it is trained: name the run, or its weights"
        return
    outputs = _outputs(use) if isinstance(diagnostic, WeightsShape) else None
    if outputs is not None:
        theirs, ours = outputs
        takes = any(p.name == "classes" for p in chosen_model(use.module).model.parameters)
        way = f": classes = {theirs} fits them" if takes else ""
        yield f"these weights are for {count(theirs, 'output')}, and the network has {ours:,}{way}"
    elif isinstance(diagnostic, WeightsShape):
        yield "the network's layers must have the shapes that they have in the file"
    else:
        yield "the file is of a network without these layers"
    yield f"training can begin with part of a file: cnnspec train SPEC --from {quote(use.source.text)} --data PATH"


def _outputs(use: _Use) -> tuple[int, int] | None:
    """The file's outputs and the network's, where their number is all that differs."""
    misfits = use.misfits
    if not misfits:
        return None
    theirs = set.intersection(*({*m.theirs_shape} - {*m.ours_shape} for m in misfits))
    ours = set.intersection(*({*m.ours_shape} - {*m.theirs_shape} for m in misfits))
    ends = {use.graph.nodes[output.node].shape[0] for output in use.graph.main_outputs}
    return (theirs.pop(), ours.pop()) if len(theirs) == len(ours) == 1 and ours <= ends else None
