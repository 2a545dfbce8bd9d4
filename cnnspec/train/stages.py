"""Parts of training in which the same parameters are trained, each with a compiled step of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from ..ir import Graph, size
from .finetune.cutting import before, behind, cut_of
from .reporter import Reporter

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

    from ..backends.tinygrad.module import Module
    from .data.dataset import Dataset
    from .experiment import Experiment
    from .heads import Head
    from .pipeline.feed import DrawsFor, Fed
    from .pipeline.plan import Pipeline
    from .state import TrainingState
    from .steps import EvaluationStep, Part, Scale, TrainingStep


class Batches(Protocol):
    """Where a step's batches come from."""

    def batches(
        self, order: Sequence[np.ndarray], draws: DrawsFor | None = None, first: int = 0
    ) -> Iterator[Fed]:
        """The batches whose rows ``order`` lists, from number ``first`` on."""

    def empty(self) -> np.ndarray:
        """A batch of zeros."""


@dataclass(frozen=True)
class Images:
    """What is trained on: ``train`` through ``pipeline``, which leaves its last part to the device, and ``validation``."""

    train: Dataset
    pipeline: Pipeline
    validation: Dataset


@dataclass(frozen=True)
class Stage:
    """Training as it is from an epoch on. ``evaluation`` measures the validation images."""

    step: TrainingStep
    feed: Batches
    part: Part
    evaluation: EvaluationStep


class Stages:
    """Makes the stage of an epoch when it is asked for it; one at a time.

    Where what is frozen gives the same for an image each time, it is computed once, and the stage trains on that.
    """

    def __init__(
        self,
        experiment: Experiment,
        heads: Sequence[Head],
        state: TrainingState,
        scaler: Scale,
        images: Images,
        evaluation: EvaluationStep,
    ) -> None:
        self._experiment, self._heads, self._state, self._scaler = experiment, heads, state, scaler
        self._images, self.evaluation, self._batch = images, evaluation, evaluation.batch
        self._firsts = experiment.tuning.stages(experiment.graph)
        self._made: tuple[int, Stage] | None = None
        self._told: set[str] = set()

    def at(self, epoch: int, reporter: Reporter, leave: Callable[[], None]) -> tuple[Stage, bool]:
        """The stage of ``epoch``, and whether it was made just now. ``leave`` is called now and then, and may raise."""
        from ..backends.tinygrad.memory import random_state, set_random_state

        first = max(each for each in self._firsts if each <= epoch)
        if self._made is not None and self._made[0] == first:
            return self._made[1], False
        self._made = None  # its memory is let go of before the next one takes some
        # Compiled steps draw when they are made, which must not move what is drawn in training.
        device = self._state.module.device
        drawn = random_state(device)

        def leave_as_before() -> None:
            set_random_state(device, drawn)
            leave()

        self._made = first, self._stage(first, reporter, leave_as_before)
        set_random_state(device, drawn)
        return self._made[1], True

    def _stage(self, epoch: int, reporter: Reporter, leave: Callable[[], None]) -> Stage:
        from .pipeline.device import DevicePart
        from .pipeline.feed import Feed

        graph, images = self._experiment.graph, self._images
        trained = {name for name, spec in graph.named_parameters() if spec.trained_in(epoch)}
        still = self._experiment.tuning.stilled(epoch)
        cut = self._cut(graph, trained, still, reporter)
        if cut is not None:
            return self._on_features(cut, trained, still, reporter, leave)
        module = self._state.module.staged(trained, still)
        feed = Feed(images.train, images.pipeline, self._batch, self._experiment.settings.workers)
        part = DevicePart(images.pipeline, self._batch, module.device)
        return Stage(self._step(module, self._scaler, feed, part), feed, part, self.evaluation)

    def _cut(self, graph: Graph, trained: set[str], still: frozenset[int], reporter: Reporter) -> int | None:
        """Where to cut the network; None where nothing is gained. ``reporter`` is told where one may have thought so."""
        from .finetune.features import MOST_BYTES

        cut = cut_of(graph, trained, still)
        if cut is None or not any(node.parameters for node in graph.nodes[: cut + 1]):
            return None
        if self._images.pipeline.is_random:
            if still:
                self._note(
                    reporter,
                    "frozen layers are computed in every epoch, because augmentation changes the images",
                )
            return None
        images = len(self._images.train) + len(self._images.validation)
        taken = images * size(graph.nodes[cut].shape) * 4
        if taken > MOST_BYTES:
            self._note(
                reporter,
                f"frozen layers are computed in every epoch: what '{graph.nodes[cut].name}' gives for all images would "
                f"take {taken / 1e9:.1f} GB",
            )
            return None
        return cut

    def _note(self, reporter: Reporter, text: str) -> None:
        """Tell ``reporter``, once."""
        if text not in self._told:
            self._told.add(text)
            reporter.note(text)

    def _on_features(
        self,
        cut: int,
        trained: set[str],
        still: frozenset[int],
        reporter: Reporter,
        leave: Callable[[], None],
    ) -> Stage:
        from .finetune.features import FeatureEvaluation, FeatureFeed, NothingToDo, as_they_are

        graph, images = self._experiment.graph, self._images
        name, shape = graph.nodes[cut].name, graph.nodes[cut].shape
        train, validation = self._features(cut, reporter, leave)
        count = len(train) + len(validation)
        reporter.note(
            f"the frozen layers up to '{name}' were computed once: {size(shape):,} numbers for each of {count:,} images"
        )
        rest = behind(graph, cut)
        inner = frozenset(rest.numbers[i] for i in still if i in rest.numbers and i != cut)
        module = self._state.module.over(rest.graph).staged(trained, inner)
        feed, part = FeatureFeed(train, images.train, images.pipeline, self._batch), NothingToDo()
        measured = self._state.measured().over(rest.graph.without_auxiliary())
        evaluation = FeatureEvaluation(measured, self._batch, {id(images.validation): validation}, shape)
        return Stage(self._step(module, as_they_are, feed, part), feed, part, evaluation)

    def _features(
        self, cut: int, reporter: Reporter, leave: Callable[[], None]
    ) -> tuple[np.ndarray, np.ndarray]:
        """What the frozen layers give for the images of training and validation."""
        from .finetune.features import features_of
        from .steps import EvaluationStep

        part = self._state.module.over(before(self._experiment.graph, cut))
        step = EvaluationStep(part, self._scaler, self._batch, self._experiment.settings.workers)
        reporter.phase("computing what the frozen layers give")
        images = self._images
        train = images.train.prepared(replace(images.pipeline, on_device=0))
        total = len(train) + len(images.validation)

        def tick(done: int) -> None:
            reporter.evaluated(done, total)
            leave()

        first = features_of(step, train, tick)
        if not len(images.validation):
            return first, first[:0]
        return first, features_of(step, images.validation, lambda done: tick(len(train) + done))

    def _step(self, module: Module, scaler: Scale, feed: Batches, part: Part) -> TrainingStep:
        from .steps import TrainingStep

        settings = self._experiment.settings
        return TrainingStep(
            module,
            self._state.updates,
            self._heads,
            scaler,
            feed.empty(),
            part,
            settings.accumulate,
            settings.recompute,
        )
