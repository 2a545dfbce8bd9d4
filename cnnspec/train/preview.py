"""What each step does to a picture, and what batches look like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count as count_up
from pathlib import Path
from typing import TYPE_CHECKING

from ..ir import OpError
from ..source import SpecError
from .augment.base import Augmentation, Mixing
from .data.dataset import Dataset
from .data.pictures import Files, scanned
from .errors import PictureUnusable
from .experiment import Experiment
from .preparation import Preparation
from .resolve import step_text, steps_text

if TYPE_CHECKING:
    import numpy as np

    from .pipeline.drawn import Drawn, DrawnLeaf
    from .pipeline.plan import Pipeline

_SHOWN = 512
"""Pictures are shown with at most so many pixels on their longer side."""
LONGEST = 2048
"""Larger ones are scaled down to this before anything is done to them, and the title says so."""
_WIDE = 8
"""Images of a batch in a row."""


@dataclass(frozen=True)
class Shown:
    """A picture (H, W, C) of uint8, what was drawn for it in words, and boxes (K, 4) and points (K, 2) on it."""

    pixels: np.ndarray
    caption: str
    boxes: tuple[tuple[float, ...], ...] = ()
    points: tuple[tuple[float, ...], ...] = ()


@dataclass(frozen=True)
class Row:
    """A step as it is written, and pictures of what it does; the first is the original."""

    title: str
    pictures: tuple[Shown, ...]


def opened_picture(path: Path, mode: str) -> np.ndarray:
    """(H, W, C) of uint8 of an image file; raises :class:`SpecError` where it cannot be read."""
    from .imaging.engine import engine

    if not path.is_file():
        reason = "is a folder" if path.is_dir() else "does not exist"
        raise SpecError([PictureUnusable(path=str(path), reason=reason)])
    pictures, problems = scanned(Files((path,), path.parent))
    if problems:
        raise SpecError([PictureUnusable(path=str(path), reason=f"cannot be decoded: {problems[0].reason}")])
    try:
        return engine().array(pictures.read(0, mode, None))
    except OpError as error:
        raise SpecError([error.diagnostic]) from None


def step_rows(
    experiment: Experiment, preparation: Preparation, picture: np.ndarray, other: np.ndarray, count: int
) -> list[Row]:
    """A row for each step of ``augment`` alone, one for all of them, and one for evaluation; ``count`` draws each.

    ``other`` is the picture that steps which mix take as the second.
    """
    seed, picture, other = experiment.settings.seed, smaller(picture, LONGEST), smaller(other, LONGEST)
    rows = [_step_row(step, picture, other, count, seed + i) for i, step in enumerate(experiment.augment)]
    training, evaluation = preparation.training, preparation.evaluation
    whole = [step for step in training.steps if not isinstance(step, Mixing)]
    if len(whole) > 1:
        rows.append(_row("all of them: training", whole, picture, count, seed))
    rows.append(_row(f"evaluation: {steps_text(evaluation.steps)}", evaluation.steps, picture, 1, seed))
    return rows


def _step_row(step: Augmentation, picture: np.ndarray, other: np.ndarray, count: int, seed: int) -> Row:
    if any(isinstance(leaf.step, Mixing) for leaf in step.leaves(count_up(), ())):
        return _mixed_row(step, picture, other, count, seed)
    return _row(step_text(step), [step], picture, count, seed)


def _row(title: str, steps: Sequence[Augmentation], picture: np.ndarray, count: int, seed: int) -> Row:
    import numpy as np

    from .augment.draws import Draws
    from .imaging.engine import engine
    from .pipeline.drawn import draw
    from .pipeline.host import changed
    from .pipeline.plan import Pipeline

    using = engine()
    height, width, channels = picture.shape
    pipeline = Pipeline.of(steps, (channels, height, width))
    count = count if pipeline.is_random else 1
    drawn = draw(pipeline, Draws.of(seed, 1, np.arange(count)), np.array([[height, width]] * count))
    made = [
        Shown(
            smaller(using.array(changed(using.image(picture), drawn, len(drawn.groups), i, using))),
            caption(drawn, i) or _size_text(drawn, i),
        )
        for i in range(count)
    ]
    return Row(title, (Shown(smaller(picture), f"original, {height} x {width}"), *made))


def caption(drawn: Drawn, image: int) -> str:
    """What was drawn for an image, in words; that it stays as it is, where no step was for it."""
    leaves = [leaf for group in drawn.groups for leaf in group.leaves]
    said = [text for leaf in leaves if leaf.is_on(image) and (text := _told(leaf, image, len(leaves) > 2))]
    return "  ".join(said) or ("as it is" if any(leaf.leaf.gates for leaf in leaves) else "")


def _told(leaf: DrawnLeaf, image: int, named: bool) -> str:
    """What a step does to an image; with its name where there are many."""
    step = leaf.leaf.step
    text = step.described(leaf.parameters[image])
    if text and named:
        return f"{step.call_name} {text}"
    return text or (step.call_name if leaf.leaf.gates else "")


def _size_text(drawn: Drawn, image: int) -> str:
    height, width = drawn.groups[-1].sizes[image].tolist() if drawn.groups else drawn.sizes[image].tolist()
    return f"{height} x {width}"


def _mixed_row(step: Augmentation, picture: np.ndarray, other: np.ndarray, count: int, seed: int) -> Row:
    import numpy as np

    from .imaging.engine import engine
    from .pipeline.drawn import drawn_mix
    from .pipeline.plan import Pipeline

    height, width, channels = picture.shape
    using = engine()
    whole = (0.0, 0.0, float(other.shape[1]), float(other.shape[0]))
    second = using.array(using.scaled(using.image(other), whole, (height, width), "bilinear"))
    pipeline = Pipeline.of([step], (channels, height, width))
    pictures = [Shown(smaller(picture), f"original, {height} x {width}")]
    for number in range(count):
        inner, outer, left, top, right, bottom, own = drawn_mix(pipeline, seed, 1, number).tolist()
        share = np.full((height, width, 1), outer)
        share[int(top) : int(bottom), int(left) : int(right)] = inner
        mixed = np.rint(picture * share + second * (1 - share)).astype(np.uint8)
        pictures.append(Shown(smaller(mixed), f"{own:.0%} of the first, {1 - own:.0%} of another"))
    return Row(step_text(step), tuple(pictures))


def smaller(picture: np.ndarray, longest: int = _SHOWN) -> np.ndarray:
    """The picture with its longer side at most ``longest`` pixels."""
    from .imaging.engine import engine

    height, width = picture.shape[:2]
    factor = longest / max(height, width)
    if factor >= 1:
        return picture
    using = engine()
    size = (max(1, round(height * factor)), max(1, round(width * factor)))
    return using.array(using.scaled(using.image(picture), (0, 0, width, height), size, "bilinear"))


def batch_rows(
    experiment: Experiment,
    preparation: Preparation,
    train: Dataset,
    names: Sequence[str],
    device: str,
    batches: int,
) -> list[Row]:
    """Whole training batches as the network sees them, normalised and scaled back to be shown, and one of evaluation."""
    count = min(experiment.settings.batch, len(train), 2 * _WIDE)

    def rows(title: str, pipeline: Pipeline, epoch: int) -> list[Row]:
        shown = _batch(experiment, pipeline, train, names, device, epoch, count)
        return [Row("" if i else title, tuple(shown[i : i + _WIDE])) for i in range(0, count, _WIDE)]

    training = [
        rows(f"training, epoch {epoch}", preparation.training, epoch) for epoch in range(1, batches + 1)
    ]
    return [row for part in (*training, rows("evaluation", preparation.evaluation, 0)) for row in part]


def _batch(
    experiment: Experiment,
    pipeline: Pipeline,
    train: Dataset,
    names: Sequence[str],
    device: str,
    epoch: int,
    count: int,
) -> list[Shown]:
    import numpy as np
    from tinygrad import Tensor

    from .batches import training_draws
    from .pipeline.device import DevicePart
    from .pipeline.feed import Feed

    settings = experiment.settings
    placed = pipeline.placed(device.partition(":")[0] == "CPU", train.one_size)
    feed, part = Feed(train, placed, count, settings.workers), DevicePart(placed, count, device)
    rows = np.arange(count) * (len(train) // count)
    fed = next(iter(feed.batches([rows], training_draws(settings, len(train), count, epoch))))
    part.write(fed.drawn, settings.seed, epoch, 0)
    seen = part(Tensor(fed.images, device=device)).numpy()
    pixels = fed.images if seen.dtype == np.uint8 else np.rint(seen * 255).clip(0, 255).astype(np.uint8)
    targets = fed.drawn.targets(train.targets[rows])
    own = part.own_share
    called = [_called(train, int(row), names) for row in rows]
    captions = called if own is None else _shares(called, float(own.item()))
    shown = []
    for i in range(count):
        boxes = () if targets.boxes is None else (tuple(map(float, targets.boxes[i])),)
        points = () if targets.points is None else tuple(tuple(map(float, p)) for p in targets.points[i])
        shown.append(Shown(pixels[i], captions[i], boxes, points))
    return shown


def _called(train: Dataset, row: int, names: Sequence[str]) -> str:
    """An image's class, else its labels' number or its name."""
    if train.targets.classes is not None and names:
        return str(names[train.labels[row]])
    return train.names(row)


def _shares(called: Sequence[str], own: float) -> list[str]:
    """What images are mixed of."""
    return [
        f"{own:.0%} {one}, {1 - own:.0%} {other}" for one, other in zip(called, called[::-1], strict=True)
    ]
