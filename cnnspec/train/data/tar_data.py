"""The parts of a data set in tar shards."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .assemble import Part, encoded_part, splits_of
from .class_labels import Labels, class_names
from .dataset import Splits
from .selection import Selection
from .shards import part_files
from .split import check_fractions
from .tar_samples import IMAGES, LABELS, SampleReader, Samples
from .targets import TargetNames, Targets

if TYPE_CHECKING:
    from .sources.webdataset import WebDataset


def tar_splits(source: WebDataset, seed: int) -> Splits:
    """Raises ``OpError``."""
    others = {"validation_shards": source.validation_shards, "test_shards": source.test_shards}
    files = part_files(source.path, others, ".tar")
    check_fractions(
        "webdataset", 0 if files.validation else source.validation, 0 if files.test else source.test
    )
    image, label = _extensions(source.image, IMAGES), _extensions(source.label, LABELS)
    reader = SampleReader(image, label, source.skip_broken)
    train = reader.read(files.train, "path")
    classes = _Classes.of(train.labels, source.classes or ())
    first = classes.part(train, source.skip_broken)
    validation, test = (
        classes.part(reader.read(paths, "path"), source.skip_broken) if paths else share
        for paths, share in ((files.validation, source.validation), (files.test, source.test))
    )
    return splits_of(first, validation, test, seed, TargetNames(classes.names), Selection.of(source))


def _extensions(given: str | None, known: tuple[str, ...]) -> tuple[str, ...]:
    """``jpg``; several, in the library's way of writing them, as ``jpg;png``."""
    return tuple(e.strip().lstrip(".").lower() for e in given.split(";")) if given else known


@dataclass(frozen=True, slots=True)
class _Classes:
    """How labels become class numbers: they are such (``numbers``), or are among ``names``."""

    names: tuple[str, ...]
    numbers: bool
    known: str

    @classmethod
    def of(cls, train: Labels, given: tuple[str, ...]) -> _Classes:
        """As the training images' labels are, and the names ``given``, if any. Raises ``OpError``."""
        if not given:
            train.check_unmixed()
        numbers = train.strangest is None and not set(train.words or ()) <= set(given)
        names = class_names(train.as_numbers() if numbers else train, given)
        return cls(names, numbers, "those listed in 'classes'" if given else "those of the training images")

    def part(self, samples: Samples, skip_broken: bool) -> Part:
        labels = samples.labels.as_numbers() if self.numbers else samples.labels
        classes = labels.numbered(self.names, self.known)
        part = encoded_part(samples.images, Targets(classes=classes), skip_broken, labels.where)
        return replace(part, skipped=(*samples.skipped, *part.skipped))
