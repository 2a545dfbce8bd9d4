"""``evaluate``: how a run's network does on images: a part of its own data, or others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..source import SpecError
from .aligned import aligned, known_to, listed
from .checks import check_training, need_data
from .data.dataset import Dataset, Splits
from .data.places import relative_to, to_be_measured
from .data.selection import ONLY, PER_CLASS
from .data.targets import Targets
from .errors import ClassesChanged, EmptySplit, TrainingImagesChanged
from .experiment import Experiment
from .failures import data_errors, memory_errors
from .heads import Head, check_heads, known_of, main_heads, make_heads
from .lowering import Lowering, compiling
from .measures import Measures, all_metrics, bound_metrics, measure
from .network import open_network
from .preparation import check_engine, evaluated_splits, prepare
from .reading import Run
from .registries import DataSource
from .reporter import Reporter
from .tasks import Task

if TYPE_CHECKING:
    from .steps import EvaluationStep

SPLITS = ("train", "validation", "test")
_OWN = ("validation_shards", "test_shards", "validation_files", "test_files", ONLY, PER_CLASS)
"""Arguments of sources that are about their own files: name more than ``path`` does, or leave some of the images out."""


@dataclass(frozen=True)
class Other:
    """Data that a network was not trained with: a source, and the folder that relative paths start at. ``fitted``: images
    are brought to the network's input as those of the run are, not as the source says."""

    source: DataSource
    base: Path = Path()
    fitted: bool = False


@dataclass(frozen=True)
class Evaluated:
    """Measures, and what they come from: ``parts`` of images one after another, ``targets`` as the network sees them, and
    the network itself, ready for more."""

    measures: Measures
    parts: tuple[Dataset, ...]
    targets: Targets
    heads: tuple[Head, ...]
    step: EvaluationStep
    device: str

    def located(self, image: int) -> tuple[Dataset, int]:
        """The part that an image is in, and its number there."""
        for part in self.parts:
            if image < len(part):
                return part, image
            image -= len(part)
        raise IndexError(image)


def evaluate(
    run: Run,
    experiment: Experiment,
    split: str | None = None,
    device: str | None = None,
    checkpoint: str = "best",
    reporter: Reporter | None = None,
    other: Other | None = None,
) -> Evaluated:
    """``run`` on a ``split`` of its data (train, validation or test; test unless told), or on all images of ``other`` data.

    ``experiment`` is ``run.spec``, elaborated. Raises :class:`SpecError`.
    """
    reporter = reporter or Reporter()
    try:
        reporter.phase("reading the data")
        check_heads(experiment, None)
        if other is None:
            parts, heads = _own(run, experiment, split or "test")
        else:
            parts, heads = _others(run, experiment, split, other)
        return _evaluated(run, experiment, parts, heads, device, checkpoint, reporter)
    finally:
        reporter.close()


def _evaluated(
    run: Run,
    experiment: Experiment,
    parts: Sequence[Dataset],
    heads: tuple[Head, ...],
    device: str | None,
    checkpoint: str,
    reporter: Reporter,
) -> Evaluated:
    import numpy as np

    reporter.phase("compiling the evaluation step")
    total = sum(map(len, parts))
    batch = min(run.info.batch, total)
    step, place = open_network(run, experiment, batch, device, checkpoint)
    made, done = [], 0
    with data_errors(experiment), memory_errors(experiment, place, batch), compiling(Lowering(), reporter):
        for part in parts:
            made.append(step.outputs(part, lambda count, done=done: reporter.evaluated(done + count, total)))  # type: ignore[misc]
            done += len(part)
    outputs = {name: np.concatenate([each[name] for each in made]) for name in made[0]}
    targets = joined([part.targets_as_seen() for part in parts])
    own = bound_metrics(experiment, heads)
    keys = {metric.key for metric in own}
    metrics = (*own, *(metric for metric in all_metrics(heads) if metric.key not in keys))
    measures = measure(outputs, targets, heads, metrics, place)
    return Evaluated(measures, tuple(parts), targets, heads, step, place)


def joined(parts: Sequence[Targets]) -> Targets:
    """Targets one after another."""
    import numpy as np

    return Targets(**{kind: np.concatenate([getattr(p, kind) for p in parts]) for kind in parts[0].kinds})


def _own(run: Run, experiment: Experiment, split: str) -> tuple[list[Dataset], tuple[Head, ...]]:
    """A part of the run's own data, and what its outputs learnt."""
    source = need_data(experiment, "evaluate on")
    splits = loaded_parts(experiment, Other(source, Path(run.info.base)), run.info.seed)
    check_training(experiment, splits)
    heads = main_heads(make_heads(experiment, known_of(splits)))
    tasks = run.tasks
    for head, task in zip(heads, _same_outputs(heads, tasks), strict=True):
        if (head.task.kind, head.task.known_names) != (task.kind, task.known_names):
            changed = ClassesChanged(
                found=listed(head.task.kind, head.task.known_names),
                expected=listed(task.kind, task.known_names),
            )
            raise experiment.located("data", changed)
    check_divided_alike(run, experiment, splits, split)
    dataset: Dataset = getattr(splits, split)
    if not len(dataset):
        there = [name for name in SPLITS if len(getattr(splits, name))]
        hints = tuple(f"there are images for: --split {name}" for name in there[::-1][:1])
        raise SpecError([EmptySplit(split=split, span=experiment.span("data"), hints=hints)])
    return [dataset], tuple(replace(head, task=task) for head, task in zip(heads, tasks, strict=True))


def check_divided_alike(run: Run, experiment: Experiment, splits: Splits, split: str) -> None:
    """Raise :class:`SpecError` where the training images are not those that ``run`` was trained on."""
    if run.info.trained_on not in ("", splits.train.fingerprint):
        changed = TrainingImagesChanged(split=split, then=run.info.images["train"], now=len(splits.train))
        raise experiment.located("data", changed)


def _same_outputs(heads: Sequence[Head], tasks: Sequence[Task]) -> Sequence[Task]:
    from .reading import damaged
    from .run import RUN

    if [head.output for head in heads] != [task.output for task in tasks]:
        raise damaged(Path(RUN), "does not belong to the spec beside it: the outputs differ")
    return tasks


def _others(
    run: Run, experiment: Experiment, split: str | None, other: Other
) -> tuple[list[Dataset], tuple[Head, ...]]:
    """All images of other data (or a part of them), their targets in the order of the run's."""
    other = as_in_training(other, experiment.data)
    experiment = with_source(experiment, other.source)
    with to_be_measured():
        splits, tasks = loaded_parts(experiment, other, run.info.seed), run.tasks
    chosen = [getattr(splits, split)] if split else list(splits)
    with data_errors(experiment):
        parts = [
            Dataset(part.pictures, aligned(part.targets, splits.names, tasks), part.rows, part.pipeline)
            for part in chosen
            if len(part)
        ]
    if not parts:
        raise SpecError([EmptySplit(split=split or "all")])
    known = known_to(tasks, joined([part.targets for part in parts]))
    heads = main_heads(make_heads(experiment, known))
    same = _same_outputs(heads, tasks)
    return parts, tuple(replace(head, task=task) for head, task in zip(heads, same, strict=True))


def as_in_training(other: Other, own: DataSource | None) -> Other:
    """A path alone is read as the run's own data was: from the same columns, fitted alike."""
    if own is None or not other.fitted:
        return other
    path = getattr(other.source, "path", None)
    if type(own) is type(other.source) and path is not None:
        others = dict.fromkeys((n for n in _OWN if hasattr(own, n)), None)
        return replace(other, source=replace(own, path=path, **others))  # type: ignore[call-arg,arg-type]
    return replace(other, source=replace(other.source, fit=own.fit))  # type: ignore[call-arg]


def with_source(experiment: Experiment, source: DataSource) -> Experiment:
    """``experiment`` with other data, of which its spec says nothing."""
    spans = {place: span for place, span in experiment.spans.items() if place.partition(".")[0] != "data"}
    return replace(experiment, data=source, spans=spans)


def loaded_parts(experiment: Experiment, other: Other, seed: int) -> Splits:
    """The parts as the network takes them at evaluation; raises :class:`SpecError`."""
    check_engine()
    preparation = prepare(experiment)
    with data_errors(experiment), relative_to(other.base):
        splits = other.source.load(experiment.graph.input_shape, seed)
    return evaluated_splits(experiment, preparation, splits)
