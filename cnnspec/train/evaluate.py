"""``evaluate``: how a run's network does on a split of its data."""

from __future__ import annotations

from pathlib import Path

from ..source import SpecError
from .checks import check_classes, check_targets, need_data
from .data.dataset import Dataset
from .data.places import relative_to
from .errors import ClassesChanged, EmptySplit, TrainingImagesChanged
from .experiment import Experiment
from .loop import data_errors, memory_errors
from .lowering import Lowering, compiling
from .measures import Measures, measure
from .network import open_network
from .preparation import check_engine, prepare, prepared_splits
from .reading import Run
from .reporter import Reporter

SPLITS = ("train", "validation", "test")


def evaluate(
    run: Run,
    experiment: Experiment,
    split: str = "test",
    device: str | None = None,
    checkpoint: str = "best",
    reporter: Reporter | None = None,
) -> Measures:
    """Measures of ``run`` on ``split`` (train, validation or test).

    ``experiment`` is ``run.spec``, elaborated. Raises :class:`SpecError`.
    """
    reporter = reporter or Reporter()
    try:
        return _evaluate(run, experiment, split, device, checkpoint, reporter)
    finally:
        reporter.close()


def _evaluate(
    run: Run, experiment: Experiment, split: str, device: str | None, checkpoint: str, reporter: Reporter
) -> Measures:
    reporter.phase("reading the data")
    dataset = _split(run, experiment, split)
    reporter.phase("compiling the evaluation step")
    batch = min(run.info.batch, len(dataset))
    step, place = open_network(run, experiment, batch, device, checkpoint)
    with data_errors(experiment), memory_errors(experiment, place, batch), compiling(Lowering(), reporter):
        outputs = step.outputs(dataset, lambda done: reporter.evaluated(done, len(dataset)))
    return measure(outputs, dataset.labels, experiment.loss, experiment.metrics, run.info.class_names, place)


def _split(run: Run, experiment: Experiment, split: str) -> Dataset:
    source = need_data(experiment, "evaluate on")
    check_engine()
    preparation = prepare(experiment)
    with data_errors(experiment), relative_to(Path(run.info.base)):
        splits = source.load(experiment.graph.input_shape, run.info.seed)
    splits = prepared_splits(experiment, preparation, splits)
    check_targets(experiment, splits)
    if tuple(splits.class_names) != tuple(run.info.class_names):
        found, expected = (_listed(names) for names in (splits.class_names, run.info.class_names))
        raise experiment.located("data", ClassesChanged(found=found, expected=expected))
    check_classes(experiment, len(splits.class_names), 1)
    if run.info.trained_on not in ("", splits.train.fingerprint):
        raise experiment.located(
            "data", TrainingImagesChanged(split=split, then=run.info.images["train"], now=len(splits.train))
        )
    dataset: Dataset = getattr(splits, split)
    if not len(dataset):
        raise SpecError([EmptySplit(split=split, span=experiment.span("data"))])
    return dataset


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names[:8]) + (f" … ({len(names)})" if len(names) > 8 else "")
