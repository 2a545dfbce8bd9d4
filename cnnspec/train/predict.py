"""``predict``: what a network takes pictures for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..ir import OpError, Shape
from ..source import Diagnostic
from .data.dataset import Dataset
from .data.pictures import EncodedPictures, Files, scanned
from .data.preparing import check_shape
from .data.targets import Targets
from .errors import PictureUnusable
from .failures import memory_errors
from .network import Trained, compiled
from .preparation import Preparation, check_engine, prepare
from .tasks import Task

if TYPE_CHECKING:
    import numpy as np

_BATCH = 32


@dataclass(frozen=True)
class Answer:
    """What one output says of a picture: names with probabilities, likeliest first, or with numbers.

    A box and points are in pixels of the picture as it is stored.
    """

    output: str
    learns: str
    values: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Prediction:
    """What is said of a picture, an answer a main output."""

    file: Path
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class Predictions:
    """One prediction a readable picture, in order; a diagnostic for each that is not."""

    found: tuple[Prediction, ...]
    problems: tuple[Diagnostic, ...]


def predict(
    trained: Trained,
    images: Sequence[Path],
    top: int = 5,
    device: str | None = None,
    fit: str | None = None,
) -> Predictions:
    """Predictions for picture files, decoded and fitted as the network's spec says.

    ``top`` is how many classes are named; of labels, all. ``fit`` (exact, resize, crop, pad) overrides the spec's. Raises
    :class:`SpecError` where the network is at fault; pictures that are missing, broken or of another size are reported in
    the result.
    """
    check_engine()
    dataset, problems = readable_pictures(images, prepare(trained.experiment, fit, trained.mode))
    if not len(dataset):
        return Predictions((), problems)
    found = answers(trained, dataset, top, device)
    files = (Path(dataset.names(i)) for i in range(len(dataset)))
    return Predictions(tuple(map(Prediction, files, found)), problems)


def answers(trained: Trained, dataset: Dataset, top: int, device: str | None) -> list[tuple[Answer, ...]]:
    """What is said of each image of ``dataset``, by each output; raises :class:`SpecError` where the network is at fault."""
    tasks, batch = trained.tasks, min(_BATCH, len(dataset))
    step, place = compiled(trained, batch, device)
    with memory_errors(trained.experiment, place, batch):
        outputs = step.outputs(dataset)
    scores = {task.output: _placed(task, task.scores(outputs[task.output]), dataset) for task in tasks}
    return [tuple(_answer(task, scores[task.output][i], top) for task in tasks) for i in range(len(dataset))]


def picture_files(given: Sequence[Path]) -> list[Path]:
    """The files that are named, and those with a picture's suffix in the folders that are, in order of their names."""
    from .data.sources.folder import images_in

    found: list[Path] = []
    for path in given:
        inside = images_in(path) if path.is_dir() else []
        found += inside or [path]
    return found


def _answer(task: Task, scores: np.ndarray, top: int) -> Answer:
    order = range(len(scores))
    if task.kind in ("classes", "labels"):
        order = (-scores).argsort(kind="stable").tolist()
        order = order[:top] if task.kind == "classes" else order
    return Answer(task.output, task.kind, tuple((task.names[i], float(scores[i])) for i in order))


def _placed(task: Task, scores: np.ndarray, dataset: Dataset) -> np.ndarray:
    """Places in the network's input as places in the pictures."""
    import numpy as np

    from .augment.matrices import moved_points

    if task.kind not in ("boxes", "points"):
        return scores
    matrices, _ = dataset.at_evaluation().geometry()
    corners = scores.reshape(len(scores), -1, 2)
    if task.kind == "boxes":
        corners = scores[:, [0, 1, 2, 1, 2, 3, 0, 3]].reshape(-1, 4, 2)
    moved = moved_points(corners, np.linalg.inv(matrices))
    if task.kind == "points":
        return moved.reshape(len(scores), -1)
    return np.concatenate([moved.min(1), moved.max(1)], axis=1)


def readable_pictures(
    images: Sequence[Path], preparation: Preparation
) -> tuple[Dataset, tuple[Diagnostic, ...]]:
    """The pictures that can be read and fitted, and why others cannot."""
    import numpy as np

    problems = {i: problem for i, path in enumerate(images) if (problem := _missing(path))}
    there = [i for i in range(len(images)) if i not in problems]
    pictures, broken = scanned(Files(tuple(images[i] for i in there), Path()))
    reasons = {problem.place: problem.reason for problem in broken}
    for i in there:
        if str(images[i]) in reasons:
            problems[i] = _unusable(images[i], f"cannot be decoded: {reasons[str(images[i])]}")
    kept = []
    for place, row in enumerate(pictures.rows.tolist()):
        i = there[row]
        problem = _unfit(images[i], pictures.header(place).shape, preparation) or _undecodable(
            images[i], pictures, place
        )
        if problem is None:
            kept.append(place)
        else:
            problems[i] = problem
    dataset = Dataset(pictures, Targets(), np.array(kept, np.int64), preparation.evaluation)
    return dataset, tuple(problems[i] for i in sorted(problems))


def _missing(path: Path) -> Diagnostic | None:
    if path.is_file():
        return None
    return _unusable(path, "is a folder, and no picture" if path.is_dir() else "does not exist")


def _unfit(path: Path, shape: Shape, preparation: Preparation) -> Diagnostic | None:
    try:
        check_shape(shape, f"'{path}'", False, preparation.evaluation, preparation.fitting)
    except OpError as error:
        # The data section's hints are about data sets.
        hints = ("--fit resize (or crop, or pad) brings pictures of any size to the input",)
        return replace(error.diagnostic, hints=hints, file=str(path))
    return None


def _undecodable(path: Path, pictures: EncodedPictures, place: int) -> Diagnostic | None:
    try:
        pictures.read(place, "as_is", None)
    except OpError as error:
        return replace(error.diagnostic, hints=(), file=str(path))
    return None


def _unusable(path: Path, reason: str) -> Diagnostic:
    return PictureUnusable(path=str(path), reason=reason)
