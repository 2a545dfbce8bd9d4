"""Samples in tar shards, as the webdataset library has them: https://github.com/webdataset/webdataset."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ...ir import OpError
from .archive_errors import BrokenSamples, DuplicateSample
from .class_labels import Labels, from_words, is_number
from .errors import DataEmpty
from .pictures import Problem
from .tar_file import Member, ShardImages, read_members

IMAGES = ("jpg", "jpeg", "png", "webp", "ppm", "pgm", "pbm", "bmp", "gif", "tif", "tiff")
LABELS = ("cls", "json", "txt")
KEYS = ("label", "class", "cls")
_SKIP = "leave them out: --skip-broken, or skip_broken = true in the spec"
_NAME = 'say which extensions hold them: image = "jpg", label = "cls"'
_LISTED = 5
_LONGEST = 200
_META = re.compile(r"__[^/]*__($|/)")


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """Images of one part and a label each; ``skipped`` are the samples that lack one."""

    images: ShardImages
    labels: Labels
    skipped: tuple[Problem, ...]


class Unusable(ValueError):
    """A sample cannot be used; the message says why."""


def split_name(name: str) -> tuple[str, str] | None:
    """Key and extension of a file: the path up to the first dot of its own name, and what follows it.

    None for what is of no sample: hidden files, files without an extension, ``__…__``.

    >>> split_name("./dogs/17.Seg.PNG")
    ('dogs/17', 'seg.png')
    """
    name = name.removeprefix("./")
    folder, slash, base = name.rpartition("/")
    stem, _, extension = base.partition(".")
    if not stem or not extension or _META.match(name):
        return None
    return folder + slash + stem, extension.lower()


@dataclass(frozen=True, slots=True)
class SampleReader:
    """Reads shards; ``image`` and ``label`` are the extensions to look for, the first that is there."""

    image: Sequence[str] = IMAGES
    label: Sequence[str] = LABELS
    skip_broken: bool = False

    def read(self, files: tuple[Path, ...], argument: str) -> Samples:
        """All samples of one part; raises ``OpError``."""
        spans: list[tuple[int, int, int]] = []
        names, words, problems = [], [], []
        for number, path in enumerate(files):
            for key, sample in self._grouped(path, argument).items():
                try:
                    image, word = self._image(sample), self._label(sample)
                except Unusable as error:
                    problems.append(Problem(f"{path}: {key}", str(error)))
                    continue
                spans.append((number, image.start, image.size))
                names.append(image.name)
                words.append(word)
        where = f"'{files[0]}'" + (f" and {len(files) - 1} more" if len(files) > 1 else "")
        self._check(problems, len(spans), where, argument)
        images = ShardImages(files, spans, names)
        return Samples(images, from_words(words, where, argument), tuple(problems))

    def _grouped(self, path: Path, argument: str) -> dict[str, dict[str, Member]]:
        """The files of each sample of a shard by their extensions."""
        samples: dict[str, dict[str, Member]] = {}
        for member in read_members(path, self._is_label, argument):
            if (split := split_name(member.name)) is None:
                continue
            key, extension = split
            sample = samples.setdefault(key, {})
            if extension in sample:
                twice = DuplicateSample(path=str(path), key=key, extension=extension, file=str(path))
                raise OpError(twice, argument)
            sample[extension] = member
        return samples

    def _is_label(self, name: str) -> bool:
        split = split_name(name)
        return split is not None and split[1] in self.label

    def _image(self, sample: dict[str, Member]) -> Member:
        found = next((sample[e] for e in self.image if e in sample), None)
        if found is None:
            raise Unusable(f"no image: {_held(sample)}")
        return found

    def _label(self, sample: dict[str, Member]) -> str:
        """The class as a word: a number from 0 or a name."""
        for extension in self.label:
            if extension in sample:
                word = _word(extension, sample[extension])
                if word is not None:
                    return word
        raise Unusable(f"no label: {_held(sample)}")

    def _check(self, problems: list[Problem], usable: int, where: str, argument: str) -> None:
        if problems and (not self.skip_broken or not usable):
            raise _broken(problems, _SKIP if usable else _NAME, argument)
        if not usable:
            raise OpError(DataEmpty(where=f"{where}, where no sample can be used,"), argument)


def _held(sample: dict[str, Member]) -> str:
    return f"it holds {', '.join(f'.{extension}' for extension in list(sample)[:_LISTED])}"


def _word(extension: str, member: Member) -> str | None:
    """The class in a label's file; None where JSON says nothing of a class. Raises :class:`Unusable`."""
    if member.data is None:
        raise Unusable(f"its .{extension} of {member.size} bytes is no label")
    try:
        text = member.data.decode("utf-8")
    except UnicodeDecodeError:
        raise Unusable(f"its .{extension} is no text") from None
    if extension.rpartition(".")[2] in ("json", "jsn"):
        value = _from_json(text, extension)
        return None if value is None else _checked(value, extension)
    return _checked(text, extension)


def _from_json(text: str, extension: str) -> str | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise Unusable(f"its .{extension} is damaged") from None
    if isinstance(value, dict):
        key = next((k for k in KEYS if k in value), None)
        if key is None:
            return None
        value = value[key]
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise Unusable(f"the class in its .{extension} is neither a number nor a name")
    return str(value)


def _checked(text: str, extension: str) -> str:
    """A class number in its plain form, or a name in one line."""
    word = text.strip()
    if not word:
        raise Unusable(f"its .{extension} is empty")
    if len(word) > _LONGEST or not word.isprintable():
        raise Unusable(f"its .{extension} is not the name of a class")
    if not is_number(word):
        return word
    if not 0 <= int(word) < 2**31:
        raise Unusable(f"its label is {word}, not a class number from 0")
    return str(int(word))


def _broken(problems: Sequence[Problem], hint: str, argument: str) -> OpError:
    names = ", ".join(f"'{p.place}' ({p.reason})" for p in problems[:_LISTED])
    more = len(problems) - _LISTED
    found = BrokenSamples(
        count=len(problems),
        s="s" if len(problems) > 1 else "",
        names=names + (f" and {more} more" if more > 0 else ""),
        hints=(hint,),
    )
    return OpError(found, argument)
