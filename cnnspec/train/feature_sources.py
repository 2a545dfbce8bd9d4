"""Networks with weights, and the images that features are taken of: a run's, or a spec's."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..ir import Shape
from ..source import Diagnostic, SpecError
from .checks import need_data
from .data.dataset import Splits
from .data.image_errors import ImageSize
from .data.normalization import Normalization, measure, stated
from .data.places import to_be_measured
from .evaluate import Other, as_in_training, check_divided_alike, loaded_parts, with_source
from .experiment import Experiment
from .features import Tap, ending, parameters_of, tap
from .named import (
    Chosen,
    Named,
    as_measured,
    chosen_weights,
    named_experiment,
    read_weights,
    registered,
)
from .network import Trained, trained_by
from .preparation import prepare
from .reading import Run
from .weights import registry
from .weights.registry_errors import NormalizationUnknown
from .wording import printable

if TYPE_CHECKING:
    from .weights.sources import WeightSource


@dataclass(frozen=True)
class Opened:
    """A network, where features are taken from it, and the images; ``remarks`` tell how these are prepared and normalised,
    ``about`` what the weights are."""

    trained: Trained
    taps: tuple[Tap, ...]
    splits: Splits
    remarks: tuple[str, ...]
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
    # The spec's file in the folder is called alike in all runs.
    experiment = replace(experiment, graph=replace(experiment.graph, name=run.info.model))
    taps, other = layers.of(experiment), other_for(experiment.graph.input_shape[0])
    trained, seed = trained_by(run, experiment, checkpoint), run.info.seed
    if other is None:
        own = Other(need_data(experiment, "take features of", "--data"), Path(run.info.base))
        splits = loaded_parts(experiment, own, seed)
        check_divided_alike(run, experiment, splits, part or "test")
    else:
        splits, experiment = _others(experiment, other, seed)
    remark = f"images are normalised as for the run: {trained.normalization}"
    about = {"weights": str(run.path), "checkpoint": checkpoint}
    return Opened(replace(trained, experiment=experiment), taps, splits, (remark,), about)


def open_spec_network(named: Named, layers: Layers, other_for: OtherFor) -> Opened:
    """The network of a spec with weights, and the spec's own data, or other data. Raises :class:`SpecError`.

    Weights of what comes behind the layers are not needed, and need not fit.
    """
    experiment = named_experiment(named)
    chosen, other = chosen_weights(named, experiment), other_for(experiment.graph.input_shape[0])
    experiment, prepared = _prepared(named, experiment, chosen, other)
    taps = layers.of(experiment)
    graph, folder = experiment.graph, experiment.module.folder if experiment.module else Path()
    behind = parameters_of(graph) - parameters_of(ending(graph, taps))
    source, arrays = read_weights(experiment, chosen, behind)
    seed = experiment.settings.seed
    if other is None:
        own = Other(need_data(experiment, "take features of", "--data"), folder)
        splits = loaded_parts(experiment, own, seed)
    else:
        splits, experiment = _others(experiment, other, seed, settable=True)
    normalization, remark = _normalization(
        experiment, source, splits, "these steps say" if prepared else "the spec says"
    )
    trained = Trained(experiment, (), arrays, normalization, seed)
    about = {"weights": source.text, "sha256": source.sha256}
    return Opened(trained, taps, splits, (*prepared, remark), about)


def _others(
    experiment: Experiment, other: Other, seed: int, settable: bool = False
) -> tuple[Splits, Experiment]:
    """``settable``: a person can set sections of the spec."""
    other = as_in_training(other, experiment.data)
    experiment = with_source(experiment, other.source)
    try:
        with to_be_measured():
            return loaded_parts(experiment, other, seed), experiment
    except SpecError as error:
        found = [_fitting(each, experiment, other, settable) for each in error.diagnostics]
        raise SpecError(found) from None


def _fitting(diagnostic: Diagnostic, experiment: Experiment, other: Other, settable: bool) -> Diagnostic:
    """Hints that a person can follow where nothing brings images of other sizes to the input."""
    pipeline = prepare(experiment).evaluation
    if not isinstance(diagnostic, ImageSize) or any(step.sets_size for step in pipeline.steps):
        return diagnostic
    path = getattr(other.source, "path", None)
    file = f'"{printable(os.path.relpath(path))}", ' if path else ""
    fit = f"--data '{other.source.call_name}({file}fit = resize)' scales images to the input; so do crop and pad"
    steps = f"--set 'evaluation={{ {_usual(experiment.graph.input_shape)} }}' is what most networks were trained for"
    counted = diagnostic.hints[2:]
    return replace(diagnostic, hints=(*((steps,) if settable else ()), fit, *counted))


def _usual(shape: Shape) -> str:
    """Scaled a little larger than the input (C, H, W), and the centre cut out: 256 and 224 pixels."""
    height, width = shape[1:]
    size = f"{height}" if height == width else f"({height}, {width})"
    return f"resize({round(max(height, width) * 256 / 224)})  center_crop({size})"


def _prepared(
    named: Named, experiment: Experiment, chosen: Chosen, other: Other | None
) -> tuple[Experiment, tuple[str, ...]]:
    """With the steps that known weights were measured with, or those known for the spec's name, where neither the spec nor
    a person says how images come to its input; and what to say of it."""
    entry = registry.find(chosen.text) or registered(named.spec)
    if entry is None or (other is not None and other.source.fit != "exact"):
        return experiment, ()
    experiment, steps = as_measured(experiment, entry)
    return experiment, ((f"images are prepared as is known for '{entry.name}': {steps}",) if steps else ())


def _normalization(
    experiment: Experiment, source: WeightSource, splits: Splits, said: str
) -> tuple[Normalization, str]:
    """The spec's figures, else those of the weights, else those of the training images; and what to say of it.
    ``said`` tells where figures of the spec come from."""
    found = stated(prepare(experiment).evaluation)
    if found is not None:
        return found, f"images are normalised as {said}: {found}"
    found = source.normalization_of(experiment.graph.input_shape[0])
    if found is not None:
        return found, f"images are normalised as for these weights: {found}"
    if not len(splits.train):
        hints = ("say it in the spec: evaluation { normalize(mean = […], std = […]) }",)
        raise SpecError([NormalizationUnknown(weights=source.text, hints=hints)])
    found = measure(splits.train)
    return found, (
        "how images were normalised for these weights is not known: here it is by the training images' own "
        f"{found}"
    )
