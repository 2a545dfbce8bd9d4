"""Images that a person should look at: the worst mistakes, and those that the network is least sure of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..evaluate import Evaluated
from ..tasks import ClassTask, Scored, overlaps
from ..wording import figure

if TYPE_CHECKING:
    import numpy as np

_SHOWN = 12
_NUMBERS = 4


@dataclass(frozen=True)
class Case:
    """An image as the network sees it, (H, W, C) of uint8, its file, and what is said of it, a line each.

    ``boxes`` and ``points`` are (what, places) in pixels: what is "actual" or "predicted".
    """

    name: str
    pixels: np.ndarray
    lines: tuple[str, ...]
    boxes: tuple[tuple[str, tuple[float, ...]], ...] = ()
    points: tuple[tuple[str, tuple[float, ...]], ...] = ()


@dataclass(frozen=True)
class Cases:
    """``title`` and ``about`` say why these images were chosen."""

    name: str
    title: str
    about: str
    cases: tuple[Case, ...]


def chosen_cases(found: Evaluated) -> list[Cases]:
    """The worst mistakes and the least sure answers of each output, where there are such."""
    made = []
    for output, scored in found.measures.scored.items():
        of = f" of '{output}'" if len(found.measures.scored) > 1 else ""
        for name, title, about, pick in _CHOICES:
            images = pick(scored)[:_SHOWN]
            if len(images):
                title = title if scored.task.kind in ("classes", "labels") else "The furthest off"
                cases = tuple(_case(found, scored, int(i)) for i in images)
                made.append(Cases(f"{name}_{output}" if of else name, title + of, about, cases))
    return made


def _mistakes(scored: Scored) -> np.ndarray:
    """Numbers of the images that are answered wrongly, the worst first."""
    import numpy as np

    badness, wrong = _badness(scored)
    order = np.argsort(-badness, kind="stable")
    result: np.ndarray = order[wrong[order]]
    return result


def _badness(scored: Scored) -> tuple[np.ndarray, np.ndarray]:
    """How bad each answer is, and whether it is wrong at all."""
    import numpy as np

    scores, truth = scored.scores, scored.truth
    if scored.task.kind == "classes":
        return 1 - scores[np.arange(len(truth)), truth], scores.argmax(1) != truth
    if scored.task.kind == "labels":
        return np.abs(scores - truth).max(1), ((scores >= 0.5) != truth).any(1)
    if scored.task.kind == "boxes":
        overlap = overlaps(scores, truth)
        return 1 - overlap, overlap < 1
    spread = truth.std(0)
    errors = (np.abs(scores - truth) / np.where(spread > 0, spread, 1)).mean(1)
    return errors, errors > 0


def _unsure(scored: Scored) -> np.ndarray:
    """Numbers of the images whose answer is the closest call, right or wrong; none where answers have no probability."""
    import numpy as np

    scores = scored.scores
    if scored.task.kind == "classes" and scores.shape[1] > 1:
        ordered = np.sort(scores, axis=1)
        return np.argsort(ordered[:, -1] - ordered[:, -2], kind="stable")
    if scored.task.kind == "labels":
        return np.argsort(np.abs(scores - 0.5).min(1), kind="stable")
    return np.empty(0, np.int64)


_CHOICES: tuple[tuple[str, str, str, Callable[[Scored], np.ndarray]], ...] = (
    (
        "mistakes",
        "The worst mistakes",
        "The images whose answer is furthest from the truth. Look for labels that are wrong, and for kinds of images that "
        "training had few of.",
        _mistakes,
    ),
    (
        "unsure",
        "The least sure",
        "The images whose answer is the closest call, right or wrong.",
        _unsure,
    ),
)


def _case(found: Evaluated, scored: Scored, image: int) -> Case:
    import numpy as np

    part, number = found.located(image)
    pixels = part.batch([number])[0]
    if pixels.dtype != np.uint8:
        pixels = np.rint(pixels * 255).clip(0, 255).astype(np.uint8)
    return Case(
        part.names(number),
        pixels,
        _lines(scored, image),
        _places(found, image, "boxes"),
        _places(found, image, "points"),
    )


def _places(found: Evaluated, image: int, kind: str) -> tuple[tuple[str, tuple[float, ...]], ...]:
    places: list[tuple[str, tuple[float, ...]]] = []
    for scored in found.measures.scored.values():
        if scored.task.kind == kind:
            for what, values in (("actual", scored.truth[image]), ("predicted", scored.scores[image])):
                step = 4 if kind == "boxes" else 2
                places += [
                    (what, tuple(map(float, values[i : i + step]))) for i in range(0, len(values), step)
                ]
    return tuple(places)


def _lines(scored: Scored, image: int) -> tuple[str, ...]:
    scores, truth, names = scored.scores[image], scored.truth[image], scored.task.names
    if isinstance(scored.task, ClassTask):
        best = (-scores).argsort(kind="stable")[:2].tolist()
        told = ", ".join(f"{names[i]} {scores[i]:.1%}" for i in best)
        return (f"actual: {names[truth]}", f"predicted: {told}")
    if scored.task.kind == "labels":
        return _label_lines(scored, image)
    if scored.task.kind == "boxes":
        return (f"IoU {overlaps(scores[None], truth[None])[0]:.2f}",)
    pairs = list(zip(names, truth.tolist(), scores.tolist(), strict=True))[:_NUMBERS]
    return tuple(f"{name}: actual {figure(is_)}, predicted {figure(said)}" for name, is_, said in pairs)


def _label_lines(scored: Scored, image: int) -> tuple[str, ...]:
    scores, truth, names = scored.scores[image], scored.truth[image], scored.task.names
    actual = ", ".join(name for name, on in zip(names, truth, strict=True) if on) or "none"
    said = [i for i in (-scores).argsort(kind="stable").tolist() if scores[i] >= 0.5]
    told = ", ".join(f"{names[i]} {scores[i]:.1%}" for i in said) or "none"
    worst = int(abs(scores - truth).argmax())
    return (f"actual: {actual}", f"predicted: {told}", f"furthest off: {names[worst]} {scores[worst]:.1%}")
