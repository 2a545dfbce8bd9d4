"""A spec that a person names, and the weights for it: named too, those of its section ``finetune``, or known ones."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..elaborate import Override, elaborate, open_target, overridden
from ..source import SpecError
from ..syntax import print_text, tree
from .experiment import Experiment
from .finetune.beginning import placed
from .preparation import check_steps, prepare
from .sections import bind_experiment, settable
from .weights import registry
from .weights.registry_errors import NoWeightsKnown
from .weights.sources import open_source
from .whole_weights import load_whole

if TYPE_CHECKING:
    import numpy as np

    from .weights.sources import WeightSource

_SAY_SIZES = ("data", "augment", "evaluation")
"""Sections by which a spec says how images come to the network's input."""
_HINTS = (
    "--weights takes a file of weights, the folder of a run, or the name of a pretrained network",
    "'cnnspec pretrained' lists the networks whose weights are known",
)


@dataclass(frozen=True)
class Named:
    """A SPEC (a file, a name that ships, or one of a pretrained network) with what ``--set`` changes, and ``weights`` for it
    (anything that ``open_source`` takes); None: those that it says itself, or that are known for its name."""

    spec: str
    overrides: Sequence[Override] = ()
    weights: str | None = None


@dataclass(frozen=True)
class Chosen:
    """What names the weights, and the folder that a relative path starts at. ``said``: by the spec's section ``finetune``,
    whose names and patterns then hold."""

    text: str
    base: Path = Path()
    said: bool = False


def registered(spec: str) -> registry.Pretrained | None:
    """The pretrained network that a SPEC names, with arguments or without."""
    return registry.find(spec.partition("(")[0].strip())


def named_experiment(named: Named) -> Experiment:
    """The experiment of the spec; raises :class:`SpecError`."""
    entry = registered(named.spec)
    spec = named.spec.replace(entry.name, entry.spec, 1) if entry else named.spec
    module = open_target(spec, named.overrides, settable)
    return bind_experiment(module, elaborate(module))


def chosen_weights(named: Named, experiment: Experiment) -> Chosen:
    """Raises :class:`SpecError` where nothing says which weights."""
    assert experiment.module is not None
    if named.weights is not None:
        return Chosen(named.weights)
    if experiment.tuning.source is not None:
        return Chosen(experiment.tuning.source.weights, experiment.module.folder, said=True)
    entry = registered(named.spec)
    if entry is None:
        raise SpecError([NoWeightsKnown(spec=named.spec, hints=_HINTS)])
    return Chosen(entry.name)


def read_weights(
    experiment: Experiment, chosen: Chosen, behind: Collection[str] = ()
) -> tuple[WeightSource, dict[str, np.ndarray]]:
    """The source, and all weights by our names but those ``behind`` what is wanted of the network; raises
    :class:`SpecError`, at the section ``finetune`` where that names them."""
    module = experiment.module
    assert module is not None
    with placed(experiment) if chosen.said else nullcontext():
        source = open_source(chosen.text, chosen.base)
        tuning = experiment.tuning if chosen.said else None
        return source, load_whole(experiment.graph, module, source, behind, tuning)


def as_measured(experiment: Experiment, entry: registry.Pretrained | None) -> tuple[Experiment, str]:
    """With the steps of evaluation that known weights were measured with, where the spec does not say itself how images come
    to its input; and these steps, "" where nothing was added."""
    assert experiment.module is not None
    says = any(section.name in _SAY_SIZES for section in experiment.module.spec.sections)
    steps = "" if entry is None or says else _steps(entry)
    if not steps:
        return experiment, ""
    module = overridden(experiment.module, [("evaluation", f"{{ {steps} }}")], settable)
    made = bind_experiment(module, elaborate(module))
    try:
        check_steps(made, prepare(made))
    except SpecError:  # the spec's input is of another size than the one that the steps are for
        return experiment, ""
    return made, steps


def _steps(entry: registry.Pretrained) -> str:
    """Those of the entry, else those of its spec."""
    if entry.evaluation:
        return entry.evaluation
    sections = [s for s in open_target(entry.spec).spec.sections if s.name == "evaluation"]
    text = print_text(tree.Spec(sections=tuple(sections)))
    inside = text.partition("{")[2].rpartition("}")[0]
    return "  ".join(line.strip() for line in inside.strip().splitlines())
