"""What a trained network says of pictures and arrays."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, Union

from ..source import SpecError
from ..train.data.arrays import as_images
from ..train.data.dataset import Dataset
from ..train.data.memory import named_images
from ..train.data.pictures import ArrayPictures
from ..train.data.preparing import check_shape
from ..train.data.targets import Targets
from ..train.experiment import Experiment
from ..train.network import Trained, trained_by
from ..train.predict import Answer, picture_files
from ..train.reading import Run as StoredRun

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

Images: TypeAlias = Union[str, "os.PathLike[str]", "Sequence[str | os.PathLike[str]]", "ArrayLike"]
"""Files or folders of pictures, one or several; or an array (N, H, W), (N, H, W, C) or (N, C, H, W)."""


@dataclass(frozen=True)
class Options:
    """How to predict, see :meth:`cnnspec.Run.predict`."""

    top: int
    device: str | None
    checkpoint: str
    fit: str | None


@dataclass(frozen=True)
class Prediction:
    """What is said of a picture: an answer an output that exists outside training. ``name`` is its file, or its number."""

    name: str
    answers: tuple[Answer, ...]

    @property
    def label(self) -> str:
        """The likeliest class of the first output that learns classes; raises :class:`ValueError` where none does."""
        answer = next((a for a in self.answers if a.learns == "classes"), None)
        if answer is None:
            learnt = " and ".join(a.learns for a in self.answers)
            raise ValueError(f"this network learnt {learnt}, no classes; see 'values'")
        return answer.values[0][0]

    @property
    def values(self) -> dict[str, float]:
        """Of the first output: probabilities of classes or labels by name, likeliest first, or numbers by name."""
        return dict(self.answers[0].values)


def predictions(
    run: StoredRun, experiment: Experiment, images: Images, options: Options, skip_broken: bool
) -> tuple[Prediction, ...]:
    """A prediction an image, in order. Raises :class:`SpecError` with all that cannot be read, unless they are skipped."""
    files = _files(images)
    trained = trained_by(run, experiment, options.checkpoint)
    if files is None:
        return of_array(trained, images, options)
    from ..train.predict import predict

    result = predict(trained, picture_files(files), options.top, options.device, options.fit)
    if result.problems and not skip_broken:
        raise SpecError(result.problems)
    return tuple(Prediction(str(found.file), found.answers) for found in result.found)


def _files(images: Any) -> list[Path] | None:
    """Paths, where ``images`` is one or some."""
    if isinstance(images, (str, os.PathLike)):
        return [Path(images)]
    if not isinstance(images, Iterable) and not hasattr(images, "shape"):
        raise TypeError(f"images are files or an array, not {images!r}")
    if (
        isinstance(images, (list, tuple))
        and images
        and all(isinstance(i, (str, os.PathLike)) for i in images)
    ):
        return [Path(image) for image in images]
    return None


def of_array(trained: Trained, images: Any, options: Options) -> tuple[Prediction, ...]:
    """The same for images in memory."""
    from ..train.predict import answers

    dataset = _dataset(images, trained.experiment, options.fit)
    found = answers(trained, dataset, options.top, options.device)
    return tuple(Prediction(dataset.names(i), each) for i, each in enumerate(found))


def _dataset(images: Any, experiment: Experiment, fit: str | None) -> Dataset:
    from ..train.preparation import check_engine, prepare

    check_engine()
    named, preparation = named_images(images), prepare(_unplaced(experiment), fit)
    pixels = as_images(named, experiment.graph.input_shape)
    pictures = ArrayPictures(pixels, "image", f"the images in {named.where}")
    channels, height, width = pictures.shapes[0].tolist()
    check_shape((channels, height, width), pictures.where, True, preparation.evaluation, preparation.fitting)
    return Dataset(pictures, Targets(), None, preparation.evaluation)


def _unplaced(experiment: Experiment) -> Experiment:
    """Without the spec's places: images that a program holds are not those of its section ``data``."""
    return replace(experiment, spans={})
