"""``predict``: what a run's network takes pictures for."""

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
from .experiment import Experiment
from .loop import memory_errors
from .measures import output_names
from .network import open_network
from .preparation import Preparation, check_engine, prepare
from .reading import Run

if TYPE_CHECKING:
    import numpy as np

_BATCH = 32


@dataclass(frozen=True)
class Prediction:
    """The likeliest classes of a picture, likeliest first, as (name, probability)."""

    file: Path
    classes: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Predictions:
    """One prediction a readable picture, in order; a diagnostic for each that is not."""

    found: tuple[Prediction, ...]
    problems: tuple[Diagnostic, ...]


def predict(
    run: Run,
    experiment: Experiment,
    images: Sequence[Path],
    top: int = 5,
    device: str | None = None,
    checkpoint: str = "best",
    fit: str | None = None,
) -> Predictions:
    """Predictions for picture files, decoded and fitted as the run's data source does.

    ``fit`` (exact, resize, crop, pad) overrides the data source's. ``experiment`` is ``run.spec``,
    elaborated. Raises :class:`SpecError` where the run is at fault; pictures that are missing,
    broken or of another size are reported in the result.
    """
    check_engine()
    dataset, problems = _readable(images, prepare(experiment, fit))
    if not len(dataset):
        return Predictions((), problems)
    batch = min(_BATCH, len(dataset))
    step, place = open_network(run, experiment, batch, device, checkpoint)
    with memory_errors(experiment, place, batch):
        outputs = step.outputs(dataset)
    names = output_names(run.info.class_names, outputs.shape[1])
    files = [Path(dataset.names(i)) for i in range(len(dataset))]
    found = tuple(
        Prediction(f, _best(row, names, top)) for f, row in zip(files, _softmax(outputs), strict=True)
    )
    return Predictions(found, problems)


def _readable(images: Sequence[Path], preparation: Preparation) -> tuple[Dataset, tuple[Diagnostic, ...]]:
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
    return _unusable(path, "is a folder" if path.is_dir() else "does not exist")


def _unfit(path: Path, shape: Shape, preparation: Preparation) -> Diagnostic | None:
    try:
        check_shape(shape, f"'{path}'", False, preparation.evaluation, preparation.fitting)
    except OpError as error:
        # The data section's hints are about data sets.
        return replace(error.diagnostic, hints=(), file=str(path))
    return None


def _undecodable(path: Path, pictures: EncodedPictures, place: int) -> Diagnostic | None:
    try:
        pictures.read(place, "as_is", None)
    except OpError as error:
        return replace(error.diagnostic, hints=(), file=str(path))
    return None


def _unusable(path: Path, reason: str) -> Diagnostic:
    return PictureUnusable(path=str(path), reason=reason)


def _softmax(outputs: np.ndarray) -> np.ndarray:
    import numpy as np

    wide = outputs.astype(np.float64)
    powers = np.exp(wide - wide.max(1, keepdims=True))
    result: np.ndarray = powers / powers.sum(1, keepdims=True)
    return result


def _best(probabilities: np.ndarray, names: Sequence[str], top: int) -> tuple[tuple[str, float], ...]:
    order = (-probabilities).argsort(kind="stable")[:top]
    return tuple((names[i], float(probabilities[i])) for i in order)
