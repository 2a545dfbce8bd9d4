"""Some classes of a data set, and a few of their images: ``only`` and ``per_class`` of all sources that have classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ...ir import BadValue, Either, Int, ListOf, OpError, Word, arg
from ...source import did_you_mean
from ..task_errors import UnknownClass
from .dataset import Dataset, Splits
from .places import needs_classes
from .split import counts
from .targets import Known, TargetNames

if TYPE_CHECKING:
    import numpy as np

    from ..registries import DataSource

ONLY, PER_CLASS = "only", "per_class"


def only_argument() -> Any:
    """The field ``only`` of sources that have classes."""
    kind = ListOf(Either(Word(), Int(0), expected="the name of a class, or its number"))
    return arg(
        kind,
        "the classes to keep, which are numbered anew in this order, in all parts; all of them. By name; by number too, "
        "from 0, where classes are not called by numbers",
        None,
    )


def per_class_argument() -> Any:
    """The field ``per_class`` of sources that have classes."""
    return arg(
        Int(1),
        "how many images of each class there are to train on at most, drawn by the seed; those to validate on are a share "
        "of these, and test images stay as many as they are. All of them",
        None,
    )


@dataclass(frozen=True, slots=True)
class Selection:
    """What is kept of the data that ``call`` gives.

    Images are chosen after parts were divided, so that none of the test of all classes is among those to train on; each
    class is drawn by itself, so that the images of a smaller ``per_class`` are among those of a larger one.
    """

    call: str = ""
    only: tuple[str | int, ...] | None = None
    per_class: int | None = None

    @classmethod
    def of(cls, source: DataSource) -> Selection:
        return cls(source.call_name, getattr(source, ONLY, None), getattr(source, PER_CLASS, None))

    def names(self, names: TargetNames) -> TargetNames:
        """What the targets are called afterwards; raises ``OpError`` at ``only``."""
        return replace(names, classes=tuple(names.classes[n] for n in self._numbers(names.classes)))

    def known(self, known: Known) -> Known:
        """What is known of what is kept, of what is known of all; raises ``OpError`` at ``only``."""
        return replace(known, names=self.names(known.names))

    def chosen(self, splits: Splits, share: float | None, seed: int) -> Splits:
        """What is kept of ``splits``. ``share`` is that of the images to validate on where they are a share of those to
        train on, None where they are given. Raises ``OpError``."""
        if self.only is None and self.per_class is None:
            return splits
        self._check(splits)
        numbers = self._numbers(splits.class_names)
        train, validation, test = (_kept(part, numbers) for part in splits)
        if self.per_class is not None:
            (taken,) = counts(self.per_class, [share or 0.0])
            train = _thinned(train, numbers, self.per_class - taken, seed)
            validation = validation if share is None else _thinned(validation, numbers, taken, seed)
        names = self.names(splits.names)
        return replace(splits, train=train, validation=validation, test=test, names=names)

    def _numbers(self, classes: Sequence[str]) -> list[int]:
        """The numbers of the classes that are kept, in their new order."""
        if self.only is None:
            return list(range(len(classes)))
        found = [self._number(item, classes) for item in self.only]
        if not found:
            raise self._error("a list without any class leaves nothing")
        double = next((n for place, n in enumerate(found) if n in found[:place]), None)
        if double is not None:
            raise self._error(f"the class '{classes[double]}' is listed twice")
        return found

    def _number(self, item: str | int, classes: Sequence[str]) -> int:
        name = str(item)
        if name in classes:
            return classes.index(name)
        if isinstance(item, int) and item < len(classes) and not any(map(str.isdecimal, classes)):
            return item
        hints = did_you_mean(name, classes)
        raise OpError(UnknownClass(call=self.call, name=name, what="class", hints=hints), ONLY)

    def _check(self, splits: Splits) -> None:
        if not splits.class_names:
            problem = "there are no classes to choose from"
            raise self._error(problem, ONLY if self.only is not None else PER_CLASS)
        if self.only is not None and len(self.only) == 1 and needs_classes():
            raise self._error(f"'{self.only[0]}' alone leaves nothing to tell apart")

    def _error(self, problem: str, argument: str = ONLY) -> OpError:
        return OpError(BadValue(call=self.call, problem=problem), argument)


ALL = Selection()


def _kept(part: Dataset, numbers: Sequence[int]) -> Dataset:
    """The images of the classes ``numbers``, which are numbered by their place in it."""
    import numpy as np

    of_class = part.labels
    kept = part.subset(np.flatnonzero(np.isin(of_class, numbers)))
    new = np.full(max([*numbers, *of_class.tolist()], default=0) + 1, -1, np.int64)
    new[list(numbers)] = np.arange(len(numbers))
    return Dataset(kept.pictures, replace(kept.targets, classes=new[kept.labels]), kept.rows, kept.pipeline)


def _thinned(part: Dataset, numbers: Sequence[int], images: int, seed: int) -> Dataset:
    """At most so many ``images`` of each class; ``numbers`` are those that classes had before."""
    import numpy as np

    found = [_drawn(np.flatnonzero(part.labels == new), images, seed, old) for new, old in enumerate(numbers)]
    return part.subset(np.sort(np.concatenate(found)))


def _drawn(rows: np.ndarray, images: int, seed: int, number: int) -> np.ndarray:
    import numpy as np

    # RandomState's stream is frozen: a resumed run needs the same images.
    drawn: np.ndarray = np.random.RandomState([seed, number]).permutation(rows)[:images]
    return drawn
