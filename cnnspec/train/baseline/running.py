"""A baseline from data to figures: describe all images, train a linear classifier, measure it as networks are measured."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from ...ir import OpError, Shape
from ..batches import in_order
from ..data.dataset import Dataset, Splits
from ..data.errors import SingleClass
from ..data.fitting import Fitting
from ..data.preparing import check_parts, pipelines
from ..data.targets import Targets
from ..errors import NoTrainingImages, TargetsMissing
from ..failures import check_pixels
from ..heads import Head
from ..measures import Measured, Measures, all_metrics, measures_of
from ..metrics.tables import unequal
from ..preparation import check_engine
from ..registries import METRICS, Metric
from ..reporter import Reporter
from ..tasks import ClassTask, Scored
from ..wording import count
from .descriptor import Descriptor
from .svm import UNCHOSEN, LinearSvm, Tried, choose, sample, scaled, train

if TYPE_CHECKING:
    import numpy as np

    from .descriptor import Describe

OUTPUT = "output"
"""What the task of a classifier calls its output."""
_BATCH = 64


@dataclass(frozen=True)
class Settings:
    """``descriptor`` says what is made of images, which are brought to ``size`` (height and width in pixels); ``metrics``
    are those of a spec. ``mode`` is the colour that the data source asks for."""

    descriptor: Descriptor
    size: int = 64
    seed: int = 0
    mode: str = "as_is"
    metrics: tuple[Metric, ...] = ()


@dataclass(frozen=True)
class Baseline:
    """The classifier, and how it does; ``shape`` (C, H, W) is that of images as they are described, ``shown`` names the
    measures that a person wants to see first. ``validation`` and ``test`` are None where there are no such images."""

    machine: LinearSvm
    task: ClassTask
    shape: Shape
    shown: tuple[str, ...]
    tried: tuple[Tried, ...]
    validation: Measures | None
    test: Measures | None
    describing: float
    training: float
    notes: tuple[str, ...]

    @property
    def parameters(self) -> int:
        """Weights and biases; two classes are told apart by one set of them."""
        classes, features = map(int, self.machine.weights.shape)
        return (1 if classes == 2 else classes) * (features + 1)


def run_baseline(splits: Splits, settings: Settings, reporter: Reporter) -> Baseline:
    """The baseline on the parts that training would have. Raises ``OpError`` and :class:`SpecError`."""
    check_engine()
    task = _task(splits)
    splits, shape = _fitted(splits, settings)
    settings.descriptor.check(shape)
    check_pixels(splits)
    parts, describing = _described(splits, settings, reporter)
    began = time.monotonic()
    metrics, shown = _metrics(settings.metrics, task, splits.train)
    judge = _Judge(task, metrics)
    reporter.phase("training the classifier")
    machine, tried, notes = _trained(splits, parts, judge, settings.seed)
    figures = [
        judge.measures(machine, features, part.targets) if len(part) else None
        for part, features in zip(splits, parts, strict=True)
    ]
    return Baseline(
        machine,
        task,
        shape,
        shown,
        tried,
        figures[1],
        figures[2],
        describing,
        time.monotonic() - began,
        notes,
    )


def _task(splits: Splits) -> ClassTask:
    """What is learnt: the classes. Raises ``OpError`` where there are none, or nothing to tell apart."""
    targets, names = splits.train.targets, splits.class_names
    if not len(splits.train):
        raise OpError(NoTrainingImages())
    if targets.classes is None:
        found = " and ".join(targets.kinds) or "nothing"
        raise OpError(TargetsMissing(loss="baseline", wanted="classes", found=found))
    present = set(targets.classes.tolist())
    if len(present) < 2:
        raise OpError(SingleClass(where="the training part", name=names[present.pop()]))
    return ClassTask(OUTPUT, names, len(names), min(1, len(names) - 1))


def _fitted(splits: Splits, settings: Settings) -> tuple[Splits, Shape]:
    """The parts with all images of one size and one number of channels; and their shape."""
    mode = settings.mode if settings.mode != "as_is" else _common(splits)
    shape = (1 if mode == "gray" else 3, settings.size, settings.size)
    fitting = Fitting(shape, "resize", mode)
    training, evaluation = pipelines((), (), fitting)
    check_parts(splits, training, evaluation, fitting)
    return splits.prepared(evaluation), shape


def _common(splits: Splits) -> str:
    """Gray where no image has colours."""
    channels = (part.pictures.shapes[part.rows, 0] for part in splits)
    return "gray" if all((each < 3).all() for each in channels) else "rgb"


def _described(
    splits: Splits, settings: Settings, reporter: Reporter
) -> tuple[tuple[np.ndarray, ...], float]:
    """The features (N, F) of each part, and how many seconds that took."""
    began, total, done = time.monotonic(), sum(map(len, splits)), 0
    reporter.phase("describing the images")
    describe = settings.descriptor.fitted(partial(_drawn, splits.train, settings.seed), settings.seed)
    found = []
    for part in splits:
        found.append(_features(part, describe, lambda n, done=done: reporter.evaluated(done + n, total)))  # type: ignore[misc]
        done += len(part)
    return tuple(found), time.monotonic() - began


def _drawn(train_part: Dataset, seed: int) -> Iterator[np.ndarray]:
    """The training images in a drawn order, a batch at a time."""
    import numpy as np

    order = np.random.RandomState(seed).permutation(len(train_part))
    yield from (images for _, images in _batches(train_part, order))


def _features(part: Dataset, describe: Describe, tick: Callable[[int], None]) -> np.ndarray:
    import numpy as np

    found: np.ndarray | None = None
    for rows, images in _batches(part, np.arange(len(part))):
        made = describe(images)
        if found is None:
            found = np.empty((len(part), made.shape[1]), np.float32)
        found[rows] = made
        tick(int(rows[-1]) + 1)
    return np.empty((0, 0), np.float32) if found is None else found


def _batches(part: Dataset, order: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Rows, and their images (B, H, W, C) as uint8."""
    from ..data.pictures import as_bytes
    from ..pipeline.feed import Feed

    if not len(part):
        return
    feed = Feed(part, part.prepared_by, _BATCH)
    for fed in feed.batches([order[rows] for rows in in_order(len(order), _BATCH)]):
        yield fed.rows, as_bytes(fed.images[: len(fed.rows)])


def _metrics(
    written: Sequence[Metric], task: ClassTask, part: Dataset
) -> tuple[tuple[Measured, ...], tuple[str, ...]]:
    """What is measured, what decides first: the metrics of a spec that need no probabilities, then all others that don't;
    and which of them are shown."""
    usable = [m for m in written if _suits(m, task)]
    if not usable:
        macro = [METRICS.make("f1", average="macro")] if unequal(part.labels, task.classes) else []
        usable = [*macro, METRICS.make("accuracy")]
    own = tuple(Measured(metric, (OUTPUT,), metric.key) for metric in dict.fromkeys(usable))
    keys = tuple(each.key for each in own)
    others = [m for m in all_metrics([Head(OUTPUT, task, ())]) if m.key not in keys and not m.metric.ranks]
    return (*own, *others), keys


def _suits(metric: Metric, task: ClassTask) -> bool:
    if not metric.scalar or metric.joint or metric.ranks or "classes" not in metric.kinds:
        return False
    try:
        metric.check(task)
    except OpError:
        return False
    return True


@dataclass(frozen=True)
class _Judge:
    """Measures machines; the first of ``metrics`` decides between them."""

    task: ClassTask
    metrics: tuple[Measured, ...]

    def measures(self, machine: LinearSvm, features: np.ndarray, targets: Targets) -> Measures:
        """Measures of what a machine says, as of a network whose answers are of full probability each."""
        import numpy as np

        scores = np.zeros((len(features), len(self.task.names)))
        scores[np.arange(len(features)), machine.classes(features)] = 1
        return measures_of({OUTPUT: Scored(self.task, scores, self.task.truth(targets))}, self.metrics)

    def first(self, machine: LinearSvm, features: np.ndarray, targets: Targets) -> float | None:
        """What decides; the higher the better."""
        value, decides = self.measures(machine, features, targets).values, self.metrics[0]
        found = value[decides.key]
        return None if found is None else decides.sign * found


def _trained(
    splits: Splits, parts: Sequence[np.ndarray], judge: _Judge, seed: int
) -> tuple[LinearSvm, tuple[Tried, ...], tuple[str, ...]]:
    """The machine, what else was tried, and remarks."""
    classes, features, notes = splits.train.labels, scaled(parts[0]), []
    named = len(judge.task.names)
    tried: tuple[Tried, ...] = ()
    if len(splits.validation):
        rows = sample(classes, seed)
        machine, tried = choose(
            lambda penalty: train(features.rows(rows), classes[rows], named, penalty),
            lambda machine: judge.first(machine, parts[1], splits.validation.targets),
        )
        if len(rows) < len(classes):
            notes.append(f"C was chosen by machines trained on {count(len(rows), 'image')}")
            machine = train(features, classes, named, machine.penalty)
    else:
        notes.append(f"there are no validation images to choose C by: it is {UNCHOSEN:g}")
        machine = train(features, classes, named, UNCHOSEN)
    if not machine.settled:
        notes.append("the classifier did not come to an end: its weights still changed when it was stopped")
    return machine, tried, tuple(notes)
