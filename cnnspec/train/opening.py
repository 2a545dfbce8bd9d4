"""All that training needs before anything is written: devices, data, and what each output learns of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .checks import check_mixing, check_training, need_data
from .data.dataset import Splits
from .data.normalization import Normalization, normalization_of
from .data.places import relative_to
from .devices import check_divides, open_devices
from .experiment import Experiment
from .failures import check_pixels, data_errors
from .finetune.beginning import BeginningWeights, beginning_weights
from .heads import Head, check_heads, check_reach, known_of, main_heads, make_heads
from .measures import bound_metrics
from .pipeline.plan import Pipeline
from .preparation import check_engine, prepare, prepared_splits
from .reporter import Reporter


@dataclass(frozen=True)
class LoadedData:
    """The parts as the network takes them, what is done to training images, and the normalization of all."""

    splits: Splits
    training: Pipeline
    normalization: Normalization


def load_data(
    experiment: Experiment,
    base: Path,
    splits: Splits | None = None,
    known: Normalization | None = None,
) -> LoadedData:
    """The experiment's data, read unless ``splits`` has it.

    Normalization is ``known``, or measured on its training images, where the spec does not give it.
    """
    source, shape = need_data(experiment, "train on"), experiment.graph.input_shape
    preparation = prepare(experiment)
    if splits is None:
        with data_errors(experiment), relative_to(base):
            splits = source.load(shape, experiment.settings.seed)
    splits = prepared_splits(experiment, preparation, splits)
    with data_errors(experiment):
        check_pixels(splits)
        return LoadedData(
            splits, preparation.training, normalization_of(preparation.training, splits.train, known)
        )


def heads_of(experiment: Experiment, splits: Splits) -> tuple[Head, ...]:
    """What each output learns of the data; raises :class:`SpecError` where that does not fit."""
    check_training(experiment, splits)
    heads = make_heads(experiment, known_of(splits))
    check_mixing(experiment, heads)
    check_reach(experiment, heads, splits)
    bound_metrics(experiment, main_heads(heads))
    return heads


@dataclass(frozen=True)
class Opened:
    """Devices, data, what each output learns of it, and the weights to begin with (None: drawn ones)."""

    devices: tuple[str, ...]
    data: LoadedData
    heads: tuple[Head, ...]
    weights: BeginningWeights | None = None


def open_all(
    experiment: Experiment,
    base: Path,
    device: str | None,
    devices: int,
    reporter: Reporter,
    splits: Splits | None = None,
    known: Normalization | None = None,
) -> Opened:
    """All that training needs before a folder is made; raises :class:`SpecError`.

    ``known`` is how images are normalised where training goes on from a saved state, which has all weights too.
    """
    need_data(experiment, "train on")
    check_engine()
    check_heads(experiment, None)
    reporter.phase("opening the device")
    names = open_devices(device, devices)
    weights = beginning_weights(experiment, base, reporter) if known is None else None
    reporter.phase("reading the data")
    data = load_data(experiment, base, splits, known or (weights.normalization if weights else None))
    heads = heads_of(experiment, data.splits)
    check_divides(experiment, batch_size(experiment, data.splits), len(names))
    return Opened(names, data, heads, weights)


def batch_size(experiment: Experiment, splits: Splits) -> int:
    """Images a step: those that the spec says, or all there are."""
    return min(experiment.settings.batch, len(splits.train))
