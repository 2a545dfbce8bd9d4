"""From what a source gave and what a spec says to parts that a network can be trained on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ...ir import OpError, Shape
from ..augment.base import Augmentation
from ..augment.normalize import Normalize
from ..pipeline.errors import EvaluationDrawn, NormalizeDiffers
from ..pipeline.plan import Pipeline
from .dataset import Dataset, Splits
from .fitting import Fitting
from .pictures import ArrayPictures

Steps = tuple[Augmentation, ...]


def evaluation_steps(augment: Steps, written: Steps | None) -> Steps:
    """The steps of evaluation: as ``written``, or those that stand for the ones of training.

    Raises ``OpError`` where they leave something to chance or normalise differently.
    """
    if written is None:
        return tuple(kept for step in augment for kept in step.at_evaluation())
    for step in written:
        if step.at_evaluation() != (step,):
            raise OpError(EvaluationDrawn(step=step.call_name))
    ours, theirs = (
        next((s for s in steps if isinstance(s, Normalize)), None) for steps in (written, augment)
    )
    if ours is not None and theirs is not None and ours != theirs:
        raise OpError(NormalizeDiffers())
    if theirs is not None and ours is None:
        return (*written, theirs)
    return written


def pipelines(augment: Steps, evaluation: Steps, fitting: Fitting) -> tuple[Pipeline, Pipeline]:
    """Those of training and of evaluation. Raises ``OpError``."""
    for step in (*augment, *evaluation):
        step.check(fitting.shape[0])
    training, after = (
        Pipeline.of(fitting.steps(steps), fitting.shape, fitting.mode) for steps in (augment, evaluation)
    )
    if training.normalize is None and after.normalize is not None:
        training = replace(training, normalize=after.normalize, steps=(*training.steps, after.normalize))
    return training, after


def check_parts(splits: Splits, training: Pipeline, evaluation: Pipeline, fitting: Fitting) -> None:
    """Raise ``OpError`` where an image does not come to the network's input, in training or at evaluation."""
    check_evaluated(splits, evaluation, fitting)
    _check_all((splits.train,), training, fitting)


def check_evaluated(splits: Splits, evaluation: Pipeline, fitting: Fitting) -> None:
    """Raise ``OpError`` where an image of any part does not come to the network's input at evaluation."""
    _check_all(tuple(splits), evaluation, fitting)


def _check_all(parts: Sequence[Dataset], pipeline: Pipeline, fitting: Fitting) -> None:
    """All sizes and channels that occur; the first image that does not fit is named, and how many don't."""
    import numpy as np

    shapes = np.concatenate([part.pictures.shapes[part.rows] for part in parts])
    starts = np.cumsum([0, *map(len, parts)])
    kinds, first, counts = np.unique(shapes, axis=0, return_index=True, return_counts=True)
    errors: list[tuple[int, int, OpError]] = []
    for (channels, height, width), row, count in zip(
        kinds.tolist(), first.tolist(), counts.tolist(), strict=True
    ):
        number = int(np.searchsorted(starts, row, "right")) - 1
        where, plural = _called(parts[number], row - int(starts[number]))
        try:
            check_shape((channels, height, width), where, plural, pipeline, fitting)
        except OpError as error:
            errors.append((row, count if not plural else 0, error))
    if errors:
        raise _counted(min(errors, key=lambda e: e[0])[2], sum(count for _, count, _ in errors), len(shapes))


def _called(part: Dataset, row: int) -> tuple[str, bool]:
    """What a diagnostic calls an image, or all those in memory with it."""
    pictures = part.pictures
    return (pictures.where, True) if isinstance(pictures, ArrayPictures) else (f"'{part.names(row)}'", False)


def _counted(error: OpError, unfit: int, images: int) -> OpError:
    if not unfit:
        return error
    hint = f"{unfit} of {images} images do not fit; this is the first"
    return OpError(replace(error.diagnostic, hints=(*error.diagnostic.hints, hint)), error.argument)


def check_shape(shape: Shape, where: str, plural: bool, pipeline: Pipeline, fitting: Fitting) -> None:
    """Raise ``OpError`` where images stored as ``shape`` (C, H, W) don't come to the input's; ``where`` names them."""
    fitting.check_channels(shape[0], where, plural)
    if any(step.sets_size for step in pipeline.steps):
        pipeline.check_size((shape[1], shape[2]), where)
    else:
        fitting.check_size(shape[1:], where, plural)
