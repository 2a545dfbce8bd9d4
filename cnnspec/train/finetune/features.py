"""Features of frozen layers, computed once and trained on in every epoch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..augment.draws import Draws
from ..pipeline.drawn import draw
from ..pipeline.feed import DrawsFor, Fed
from ..steps import EvaluationStep

if TYPE_CHECKING:
    from tinygrad import Tensor

    from ...backends.tinygrad.module import Module
    from ...ir import Shape
    from ..data.dataset import Dataset
    from ..pipeline.drawn import Drawn
    from ..pipeline.plan import Pipeline

MOST_BYTES = 2**31
"""Up to so much memory is taken for features."""


def features_of(step: EvaluationStep, dataset: Dataset, tick: Callable[[int], None]) -> np.ndarray:
    """What ``step``, whose network ends where it is cut, gives for each image of ``dataset``: (N, …) of float32."""
    return next(iter(step.outputs(dataset, tick).values()))


class FeatureFeed:
    """Batches of features instead of images; ``pipeline`` says where the images' boxes and points have moved."""

    def __init__(self, features: np.ndarray, dataset: Dataset, pipeline: Pipeline, batch: int) -> None:
        self._features, self._dataset, self._pipeline, self._batch = features, dataset, pipeline, batch

    def empty(self) -> np.ndarray:
        """A batch of zeros, (B, …)."""
        return np.zeros((self._batch, *self._features.shape[1:]), np.float32)

    def batches(
        self, order: Sequence[np.ndarray], draws: DrawsFor | None = None, first: int = 0
    ) -> Iterator[Fed]:
        """The batches whose rows ``order`` lists, from number ``first`` on; ``draws`` decide nothing here."""
        for rows in order[first:]:
            drawn = draw(self._pipeline, Draws.of(0, 0, rows), self._dataset.sizes[rows])
            yield Fed(self._features[rows], rows, drawn)


class NothingToDo:
    """In the place of a ``DevicePart`` for features."""

    own_share = None

    def write(self, drawn: Drawn, seed: int, epoch: int, step: int) -> None:
        """Nothing is drawn for features."""

    def __call__(self, images: Tensor) -> Tensor:
        return images


def as_they_are(features: Tensor) -> Tensor:
    """In the place of a ``Scaler``: features have no mean and deviation to be brought to."""
    return features


class FeatureEvaluation(EvaluationStep):
    """Raw outputs from features: ``kept`` are those of parts that are measured again and again."""

    def __init__(self, module: Module, batch: int, kept: Mapping[int, np.ndarray], shape: Shape) -> None:
        super().__init__(module, as_they_are, batch)
        self._kept, self._shape = kept, shape

    def _parts(self, dataset: Dataset, tick: Callable[[int], None]) -> Iterator[dict[str, np.ndarray]]:
        features = self._kept[id(dataset)]
        for start in range(0, len(features), self.batch):
            some = features[start : start + self.batch]
            batch = np.zeros((self.batch, *self._shape), np.float32)
            batch[: len(some)] = some
            yield {name: made[: len(some)] for name, made in self.one(batch).items()}
            tick(start + len(some))
