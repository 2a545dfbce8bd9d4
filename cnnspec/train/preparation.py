"""What is done to the images of an experiment, in training and at evaluation, with errors placed in its spec."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ..ir import OpError, Shape
from ..source import SpecError
from .augment.base import Augmentation
from .data.dataset import Splits
from .data.fitting import Fitting
from .data.image_errors import ImageSize
from .data.preparing import check_evaluated, check_parts, check_shape, evaluation_steps, pipelines
from .experiment import Experiment
from .pipeline.plan import Pipeline

Steps = tuple[Augmentation, ...]
AUGMENT, EVALUATION = "augment", "evaluation"


@dataclass(frozen=True, slots=True)
class Preparation:
    """The two pipelines, and how images are fitted to the network's input."""

    training: Pipeline
    evaluation: Pipeline
    fitting: Fitting


def check_engine() -> None:
    """Raise :class:`SpecError` where the library for images that a person chose is not there."""
    from .imaging.engine import engine

    try:
        engine()
    except OpError as error:
        raise SpecError([error.diagnostic]) from None


def prepare(experiment: Experiment, fit: str | None = None, mode: str = "as_is") -> Preparation:
    """The pipelines of ``experiment``; ``fit`` overrides the data source's, and then no step of evaluation sets the size.
    ``mode`` is what images are coloured to where there is no data source.

    Raises :class:`~cnnspec.source.SpecError`.
    """
    data = experiment.data
    with placed(experiment, "data"):
        chosen = fit or (data.fit if data else "exact")
        fitting = Fitting(experiment.graph.input_shape, chosen, data.mode if data else mode)
    with placed(experiment, EVALUATION):
        after = evaluation_steps(experiment.augment, experiment.evaluation)
    if fit is not None:
        after = tuple(step for step in after if not step.sets_size)
    with placed(experiment, AUGMENT):
        training, evaluation = pipelines(experiment.augment, after, fitting)
    return Preparation(training, evaluation, fitting)


def prepared_steps(experiment: Experiment) -> dict[str, Steps]:
    """The steps of both sections, those of evaluation written out; nothing where a spec has no steps at all."""
    after = evaluation_steps(experiment.augment, experiment.evaluation)
    steps = {AUGMENT: experiment.augment, EVALUATION: after}
    return steps if experiment.augment or experiment.evaluation is not None else {}


def check_known(experiment: Experiment, preparation: Preparation, stored: Shape) -> None:
    """Raise :class:`SpecError` where images stored as ``stored`` (C, H, W) don't come to the network's input."""
    where = f"the images of '{experiment.data.call_name}'" if experiment.data else "the images"
    for section, pipeline in ((AUGMENT, preparation.training), (EVALUATION, preparation.evaluation)):
        with placed(experiment, section):
            check_shape(stored, where, True, pipeline, preparation.fitting)


def check_steps(experiment: Experiment, preparation: Preparation) -> None:
    """Raise :class:`SpecError` where steps end in another size than the input's, whatever the images'."""
    for section, pipeline in ((AUGMENT, preparation.training), (EVALUATION, preparation.evaluation)):
        with placed(experiment, section):
            if any(step.sets_size for step in pipeline.steps):
                pipeline.check_size(None, "all images")


def prepared_splits(experiment: Experiment, preparation: Preparation, splits: Splits) -> Splits:
    """The parts as the network takes them at evaluation; raises :class:`SpecError` where an image does not fit, be it in
    training."""
    with placed(experiment, AUGMENT):
        check_parts(splits, preparation.training, preparation.evaluation, preparation.fitting)
    return splits.prepared(preparation.evaluation)


def evaluated_splits(experiment: Experiment, preparation: Preparation, splits: Splits) -> Splits:
    """The parts as the network takes them at evaluation, where nothing is trained: ``augment`` is none of their matter."""
    with placed(experiment, EVALUATION):
        check_evaluated(splits, preparation.evaluation, preparation.fitting)
    return splits.prepared(preparation.evaluation)


@contextmanager
def placed(experiment: Experiment, section: str) -> Iterator[None]:
    """What steps raise, as a diagnostic at the step at fault, or at the data where its ``fit`` or ``mode`` is."""
    try:
        yield
    except OpError as error:
        place = "data" if error.argument in ("fit", "mode") else _place(experiment, section, error)
        raise experiment.error(place, error) from None


def _place(experiment: Experiment, section: str, error: OpError) -> str:
    """The step that a diagnostic is about, else its section, else the data."""
    found, sections = error.diagnostic, {AUGMENT: experiment.augment, EVALUATION: experiment.evaluation or ()}
    name = next((n for field in ("step", "call", "second") if (n := getattr(found, field, None))), None)
    if isinstance(found, ImageSize):
        name = next((step.call_name for step in reversed(sections.get(section, ())) if step.sets_size), None)
    for each in (section, AUGMENT, EVALUATION):
        steps = sections.get(each, ())
        for i in reversed(range(len(steps))):
            if steps[i].call_name == name or _contains(steps[i], name):
                return f"{each}.{i}"
    return next((s for s in (section, AUGMENT, EVALUATION, "data") if s in experiment.spans), section)


def _contains(step: Augmentation, name: str | None) -> bool:
    return any(leaf.step.call_name == name for leaf in step.leaves(iter(range(10**6)), ()))
