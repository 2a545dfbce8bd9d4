"""What must hold of an experiment before anything is compiled."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..analyses.output_range import limited
from ..source import SpecError
from .data.dataset import Splits
from .errors import NoData, NoTrainingImages
from .experiment import Experiment
from .finetune.remarks import tuning_remarks
from .heads import Head, main_heads
from .metrics.tables import largest_share, unequal
from .pipeline.plan import check_targets
from .preparation import AUGMENT, placed, prepare
from .registries import DataSource
from .task_errors import ClassesNeeded
from .tasks import ClassTask


def need_data(experiment: Experiment, verb: str, option: str | None = None) -> DataSource:
    """The data source, or :class:`SpecError` where the spec has none; ``option`` would name one."""
    if experiment.data is None:
        hints: tuple[str, ...] = ("add one, e.g.: data digits",)
        if option is not None:
            hints = (
                f"name images: {option} PATH",
                "or add the section to a spec of your own, e.g.: data digits",
            )
        raise SpecError([NoData(model=experiment.graph.name, verb=verb, hints=hints)])
    return experiment.data


def check_training(experiment: Experiment, splits: Splits) -> None:
    """Something to learn from, and nothing asked for that the data cannot give; raises :class:`SpecError`."""
    if not len(splits.train):
        raise experiment.located("data", NoTrainingImages())
    if experiment.settings.balanced and splits.train.targets.classes is None:
        found = " and ".join(splits.train.targets.kinds) or "no targets"
        raise experiment.located("train", ClassesNeeded(what="balanced", found=found), "balanced")


def check_mixing(experiment: Experiment, heads: Sequence[Head]) -> None:
    """Raise :class:`SpecError` where images are mixed and places in them are learnt."""
    training = prepare(experiment).training
    with placed(experiment, AUGMENT):
        check_targets(training, [head.task.kind for head in heads])


def remarks(experiment: Experiment, heads: Sequence[Head], splits: Splits) -> list[str]:
    """What a person should know of before training begins."""
    found = [note for head in main_heads(heads) for note in (*_unused(head), *_unequal(head, splits))]
    for output in experiment.graph.main_outputs:
        limit = limited(experiment.graph, output.node)
        if limit is not None and not math.isfinite(limit.high):
            found.append(
                f"the output '{output.name}' ends in '{limit.node.name}', which gives nothing below {limit.low:g}: "
                "negative scores are lost"
            )
    images = len(splits.train)
    return [*found, *_without_effect(experiment, images), *tuning_remarks(experiment, images)]


def _without_effect(experiment: Experiment, images: int) -> list[str]:
    """Settings that come to nothing in so short a training."""
    settings, found = experiment.settings, []
    steps = -(-images // min(settings.batch, images))
    if settings.accumulate > steps:
        found.append(
            f"an epoch has {steps} batches, and gradients are added up within an epoch: accumulate = "
            f"{settings.accumulate} is no more than {steps}"
        )
    warmup = getattr(experiment.schedule, "warmup", 0)
    if warmup >= settings.epochs:
        found.append(
            f"the warm-up of {warmup:g} epochs is as long as training: the learning rate never gets to "
            f"{experiment.optimizer.lr:g}"
        )
    return found


def _unused(head: Head) -> list[str]:
    if not isinstance(head.task, ClassTask) or len(head.task.names) == head.task.classes:
        return []
    classes, count = head.task.classes, len(head.task.names)
    return [f"the data has {classes} classes and the network {count} outputs; the others learn to stay low"]


def _unequal(head: Head, splits: Splits) -> list[str]:
    if not isinstance(head.task, ClassTask) or not unequal(splits.train.labels, head.task.classes):
        return []
    number, share = largest_share(splits.train.labels)
    return [
        f"{share:.1%} of the training images are of the class '{head.task.names[number]}': accuracy says little below "
        "that; metrics { f1  balanced_accuracy } say more, and class weights or train (balanced = true) count rare classes "
        "for more"
    ]
