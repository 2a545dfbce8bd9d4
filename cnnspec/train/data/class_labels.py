"""Classes from labels that are numbers or names, alike for every source that has them one an image."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...ir import BadValue, OpError
from ...source import did_you_mean
from .archive_errors import MixedLabels, NotClasses, UnknownLabel
from .arrays import Named, check_range, numbered_classes
from .errors import SingleClass
from .places import needs_classes

if TYPE_CHECKING:
    import numpy as np

_NUMBER = re.compile(r"-?\d+", re.ASCII)
_FEW = 100


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """``codes`` (N,) of int64 are class numbers, or point into ``words`` where labels are names.

    ``where`` and ``argument`` are what diagnostics say of them.
    """

    codes: np.ndarray
    words: tuple[str, ...] | None
    where: str
    argument: str

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def named(self) -> Named:
        return Named(self.codes, self.where, self.argument)

    @property
    def strangest(self) -> str | None:
        """The first of the words that is not a number; None where all are, or there are no words."""
        return next((w for w in self.words or () if not is_number(w)), None)

    def as_numbers(self) -> Labels:
        """With each word read as a class number; raises ``OpError`` where one is a name."""
        import numpy as np

        if self.words is None:
            return self
        self._check_no_name("those of the training images are numbers")
        return Labels(np.array(list(map(int, self.words)))[self.codes], None, self.where, self.argument)

    def check_unmixed(self) -> None:
        """Raise ``OpError`` where some of the words are numbers and others names."""
        number = next((w for w in self.words or () if is_number(w)), None)
        if number is not None:
            self._check_no_name(f"one is the number {number}")

    def _check_no_name(self, others: str) -> None:
        if (name := self.strangest) is not None:
            found = f"names, such as '{name}'"
            raise OpError(MixedLabels(where=self.where, found=found, others=others), self.argument)

    def numbered(self, classes: Sequence[str], known: str) -> np.ndarray:
        """(N,) of int64: the class numbers. ``known`` says in diagnostics what ``classes`` are.

        Raises ``OpError`` where a label is not among them.
        """
        import numpy as np

        if self.words is None:
            check_range(self.named, len(classes), f"but there are {len(classes)} classes")
            return self.codes
        places = {name: number for number, name in enumerate(classes)}
        for word in self.words:
            if word not in places:
                hints = did_you_mean(word, classes)
                unknown = UnknownLabel(name=word, where=self.where, known=known, hints=hints)
                raise OpError(unknown, self.argument)
        numbers: np.ndarray = np.array([places[word] for word in self.words], np.int64)[self.codes]
        return numbers


def is_number(word: str) -> bool:
    return _NUMBER.fullmatch(word) is not None


def from_words(words: Sequence[str], where: str, argument: str) -> Labels:
    """Labels from a word an image."""
    import numpy as np

    places: dict[str, int] = {}
    codes = np.array([places.setdefault(word, len(places)) for word in words], np.int64)
    return Labels(codes, tuple(places), where, argument)


def class_names(train: Labels, given: Sequence[str] | None) -> tuple[str, ...]:
    """Names by class number: those ``given``, else the labels' own in alphabetical order, else numbers.

    Raises ``OpError`` for a single class, and for labels that are none.
    """
    if given:
        _check_given(given, train)
        return tuple(given)
    if train.words is None:
        return numbered_classes(train.named)
    if len(train.words) == 1 and needs_classes():
        raise OpError(SingleClass(where=train.where, name=train.words[0]), train.argument)
    if len(train.words) > max(_FEW, len(train) // 2) and needs_classes():
        raise OpError(
            NotClasses(
                where=train.where, found=len(train.words), images=len(train), example=train.words[0][:60]
            ),
            train.argument,
        )
    return tuple(sorted(train.words))


def _check_given(given: Sequence[str], train: Labels) -> None:
    import numpy as np

    twice = next((name for name in given if given.count(name) > 1), None)
    if twice is not None:
        raise OpError(BadValue(call="classes", problem=f"'{twice}' is listed twice"), "classes")
    if train.words is None:
        check_range(train.named, len(given), f"but {len(given)} classes are named")
    present = np.unique(train.codes)
    if len(present) == 1 and needs_classes():
        name = train.words[0] if train.words else given[int(present[0])]
        raise OpError(SingleClass(where=train.where, name=name), train.argument)
