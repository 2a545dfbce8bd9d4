"""Networks with weights, and the images that features are taken of: a run's, or a spec's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..elaborate import Module, Override, elaborate, open_target, overridden
from ..source import SpecError
from .checks import need_data
from .data.dataset import Splits
from .data.normalization import Normalization, measure
from .data.places import to_be_measured
from .evaluate import Other, as_in_training, check_divided_alike, loaded_parts, with_source
from .experiment import Experiment
from .features import Tap, ending, parameters_of, tap
from .network import Trained, trained_by
from .preparation import prepare
from .pretrained import registered
from .reading import Run
from .sections import bind_experiment, settable
from .weights import registry
from .weights.loading import load
from .weights.registry_errors import NormalizationUnknown, NoWeightsKnown
from .weights.sources import open_source

if TYPE_CHECKING:
    from .weights.sources import WeightSource

_SAY_SIZES = ("data", "augment", "evaluation")


@dataclass(frozen=True)
class Opened:
    """A network, where features are taken from it, and the images; ``remark`` tells how these are normalised, ``about`` what
    the weights are."""

    trained: Trained
    taps: tuple[Tap, ...]
    splits: Splits
    remark: str
    about: dict[str, Any]


@dataclass(frozen=True)
class Layers:
    """The layers or parts that features are taken from; of maps their means, where ``pool``."""

    names: Sequence[str]
    pool: bool = False

    def of(self, experiment: Experiment) -> tuple[Tap, ...]:
        """Raises :class:`SpecError` for a name that the network does not have."""
        return tuple(tap(experiment.graph, name, self.pool) for name in self.names)


OtherFor = Callable[[int], Other | None]
"""Other data than a spec's, where a person names some, for a network whose input has so many channels."""


def open_run_network(
    run: Run,
    experiment: Experiment,
    layers: Layers,
    other_for: OtherFor,
    part: str | None = None,
    checkpoint: str = "best",
) -> Opened:
    """The network of ``run`` and its own data, or other data. ``experiment`` is the run's own spec, elaborated.

    Raises :class:`SpecError`, also where the parts of its own data are not those of its training.
    """
    taps, other = layers.of(experiment), other_for(experiment.graph.input_shape[0])
    trained, seed = trained_by(run, experiment, checkpoint), run.info.seed
    if other is None:
        own = Other(need_data(experiment, "take features of"), Path(run.info.base))
        splits = loaded_parts(experiment, own, seed)
        check_divided_alike(run, experiment, splits, part or "test")
    else:
        splits, experiment = _others(experiment, other, seed)
    remark = f"images are normalised as for the run: {_told(trained.normalization)}"
    about = {"weights": str(run.path), "checkpoint": checkpoint}
    return Opened(replace(trained, experiment=experiment), taps, splits, remark, about)


@dataclass(frozen=True)
class Named:
    """A SPEC with what ``--set`` changes, and ``weights`` for it; None: those that it says itself, or that are known for its
    name."""

    spec: str
    overrides: Sequence[Override] = ()
    weights: str | None = None


def open_spec_network(named: Named, layers: Layers, other_for: OtherFor) -> Opened:
    """The network of a spec with weights, and the spec's own data, or other data. Raises :class:`SpecError`.

    Weights of what comes behind the layers are not needed, and need not fit.
    """
    module, experiment = _experiment(named)
    text, base = _weights(named, experiment, module)
    module, experiment = _as_measured(module, experiment, registry.find(text))
    taps = layers.of(experiment)
    source, arrays = _loaded(experiment, module, taps, text, base, named.weights is None)
    seed, other = experiment.settings.seed, other_for(experiment.graph.input_shape[0])
    if other is None:
        own = Other(need_data(experiment, "take features of"), module.folder)
        splits = loaded_parts(experiment, own, seed)
    else:
        splits, experiment = _others(experiment, other, seed)
    normalization, remark = _normalization(experiment, source, splits)
    trained = Trained(experiment, (), arrays, normalization, seed)
    return Opened(trained, taps, splits, remark, {"weights": source.text, "sha256": source.sha256})


def _others(experiment: Experiment, other: Other, seed: int) -> tuple[Splits, Experiment]:
    other = as_in_training(other, experiment.data)
    experiment = with_source(experiment, other.source)
    with to_be_measured():
        return loaded_parts(experiment, other, seed), experiment


def _experiment(named: Named) -> tuple[Module, Experiment]:
    entry = registered(named.spec)
    spec = named.spec.replace(entry.name, entry.spec, 1) if entry else named.spec
    module = open_target(spec, named.overrides, settable)
    return module, bind_experiment(module, elaborate(module))


def _weights(named: Named, experiment: Experiment, module: Module) -> tuple[str, Path]:
    """What names the weights, and the folder that a relative path starts at."""
    if named.weights is not None:
        return named.weights, Path()
    if experiment.tuning.source is not None:
        return experiment.tuning.source.weights, module.folder
    entry = registered(named.spec)
    if entry is None:
        hints = (
            "--weights takes a file of weights, the folder of a run, or the name of a pretrained network",
            "'cnnspec pretrained' lists the networks whose weights are known",
        )
        raise SpecError([NoWeightsKnown(spec=named.spec, hints=hints)])
    return entry.name, Path()


def _as_measured(
    module: Module, experiment: Experiment, entry: registry.Pretrained | None
) -> tuple[Module, Experiment]:
    """With the steps that known weights were measured with, where the spec does not say how images come to its input."""
    says = any(section.name in _SAY_SIZES for section in module.spec.sections)
    if entry is None or not entry.evaluation or says:
        return module, experiment
    module = overridden(module, [("evaluation", f"{{ {entry.evaluation} }}")], settable)
    return module, bind_experiment(module, elaborate(module))


def _loaded(
    experiment: Experiment, module: Module, taps: Sequence[Tap], text: str, base: Path, own: bool
) -> tuple[WeightSource, dict[str, Any]]:
    """The weights up to ``taps``; ``own``: as the spec's section ``finetune`` says, where it has one."""
    source = open_source(text, base)
    graph, tuning = experiment.graph, experiment.tuning
    behind = parameters_of(graph) - parameters_of(ending(graph, taps))
    said = own and tuning.source is not None
    names = tuning.source.names if said and tuning.source else None
    ignored = tuning.ignored if said else ()
    return source, load(graph, module, source, names, behind, ignored).arrays


def _normalization(experiment: Experiment, source: WeightSource, splits: Splits) -> tuple[Normalization, str]:
    """The spec's figures, else those of the weights, else those of the training images; and what to say of it."""
    given, known = prepare(experiment).evaluation.normalize, source.normalization
    if given is not None and given.mean is not None and given.std is not None:
        found = Normalization(given.mean, given.std)
        return found, f"images are normalised as the spec says: {_told(found)}"
    if known is not None and len(known.mean) == experiment.graph.input_shape[0]:
        return known, f"images are normalised as for these weights: {_told(known)}"
    if not len(splits.train):
        hints = ("say it in the spec: evaluation { normalize(mean = […], std = […]) }",)
        raise SpecError([NormalizationUnknown(weights=source.text, hints=hints)])
    found = measure(splits.train)
    return found, (
        "how images were normalised for these weights is not known: here it is by the training images' own "
        f"{_told(found)}"
    )


def _told(normalization: Normalization) -> str:
    mean, std = (", ".join(f"{v:.4g}" for v in values) for values in (normalization.mean, normalization.std))
    return f"mean {mean}, deviation {std}"
