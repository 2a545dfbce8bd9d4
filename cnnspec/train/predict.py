"""``predict``: what a run's network takes pictures for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..ir import OpError
from ..source import Diagnostic, SpecError
from .data.fitting import Fitting
from .errors import PictureUnusable
from .experiment import Experiment
from .loop import memory_errors
from .measures import output_names
from .network import open_network
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
    fitting = _fitting(experiment, fit)
    files, pixels, problems = _decode_all(images, fitting)
    if not files:
        return Predictions((), problems)
    batch = min(_BATCH, len(files))
    step, place = open_network(run, experiment, batch, device, checkpoint)
    with memory_errors(experiment, place, batch):
        outputs = step.outputs(_Pictures(pixels))
    names = output_names(run.info.class_names, outputs.shape[1])
    found = tuple(
        Prediction(f, _best(row, names, top)) for f, row in zip(files, _softmax(outputs), strict=True)
    )
    return Predictions(found, problems)


def _fitting(experiment: Experiment, fit: str | None) -> Fitting:
    data = experiment.data
    try:
        chosen: str = getattr(data, "fit", "exact") if fit is None else fit
        return Fitting(experiment.graph.input_shape, chosen, getattr(data, "mode", "as_is"))
    except OpError as error:
        raise SpecError([error.diagnostic]) from None


def _decode_all(
    images: Sequence[Path], fitting: Fitting
) -> tuple[list[Path], list[np.ndarray], tuple[Diagnostic, ...]]:
    files, pixels, problems = [], [], []
    for path in images:
        try:
            pixels.append(_decode(path, fitting))
            files.append(path)
        except OpError as error:
            # The data section's hints are about data sets.
            problems.append(replace(error.diagnostic, hints=(), file=str(path)))
    return files, pixels, tuple(problems)


def _decode(path: Path, fitting: Fitting) -> np.ndarray:
    """(C, H, W) of uint8; raises ``OpError``."""
    from .data.images import BrokenImage, decode, shape_of

    if not path.is_file():
        raise OpError(
            PictureUnusable(path=str(path), reason="is a folder" if path.is_dir() else "does not exist")
        )
    try:
        stored = shape_of(path)
    except BrokenImage as error:
        raise OpError(PictureUnusable(path=str(path), reason=f"cannot be decoded: {error}")) from None
    except OSError as error:
        raise OpError(
            PictureUnusable(path=str(path), reason=f"cannot be read: {error.strerror or error}")
        ) from None
    fitting.check(stored, f"'{path}'")
    return decode(path, fitting)


class _Pictures:
    """Decoded pictures, by the batch."""

    def __init__(self, pixels: list[np.ndarray]) -> None:
        import numpy as np

        self.pixels = np.stack(pixels)

    def __len__(self) -> int:
        return len(self.pixels)

    def batch(self, indices: np.ndarray) -> np.ndarray:
        pixels: np.ndarray = self.pixels[indices]
        return pixels


def _softmax(outputs: np.ndarray) -> np.ndarray:
    import numpy as np

    wide = outputs.astype(np.float64)
    powers = np.exp(wide - wide.max(1, keepdims=True))
    result: np.ndarray = powers / powers.sum(1, keepdims=True)
    return result


def _best(probabilities: np.ndarray, names: Sequence[str], top: int) -> tuple[tuple[str, float], ...]:
    order = (-probabilities).argsort(kind="stable")[:top]
    return tuple((names[i], float(probabilities[i])) for i in order)
