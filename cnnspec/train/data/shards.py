"""Sets that are spread over several files: patterns of their paths, and which part each file is of."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from glob import glob
from itertools import product
from math import prod
from pathlib import Path

from ...ir import OpError
from .archive_errors import BadShards, MixedParts
from .places import listing, need_file, need_folder, not_found, resolve

MAX_FILES = 100_000
PARTS = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("val", "valid", "validation"), "validation"),
    **dict.fromkeys(("test", "testing"), "test"),
}
_BRACES = re.compile(r"\{([^{}]*)\}")
_RANGE = re.compile(r"(\d{1,9})\.\.(\d{1,9})", re.ASCII)


@dataclass(frozen=True, slots=True)
class PartFiles:
    """The files of each part; none where a share of the training images is to be taken."""

    train: tuple[Path, ...]
    validation: tuple[Path, ...] = ()
    test: tuple[Path, ...] = ()


def part_files(path: str, others: dict[str, str | None], ending: str) -> PartFiles:
    """The files that a source's ``path`` stands for, divided by their names.

    ``others`` maps the arguments that name validation and test files to what was given. What is given
    goes before what names say, and is left out of ``path``. Raises ``OpError``.
    """
    given = [files_of(p, ending, argument) if p else () for argument, p in others.items()]
    taken = [os.path.realpath(file) for files in given for file in files]
    files = [f for f in files_of(path, ending, "path") if os.path.realpath(f) not in taken]
    if not files or len(set(taken)) < len(taken):
        raise _bad(path, "its files would be in two parts of the data", "path")
    named = _by_name(files, path)
    validation, test = (
        ours or named.get(part, ()) for ours, part in zip(given, ("validation", "test"), strict=True)
    )
    return PartFiles(named["train"], validation, test)


def _by_name(files: Sequence[Path], path: str) -> dict[str, tuple[Path, ...]]:
    """All of them as the training part, unless several parts occur in their names."""
    parts = [_part(file) for file in files]
    if len(set(parts)) == 1:
        return {"train": tuple(files)}
    if None in parts or "train" not in parts:
        part = next(p for p in parts if p)
        other = next(f for f, p in zip(files, parts, strict=True) if p != part)
        hint = "name the files of each part by a pattern, such as 'shards/train-*'"
        raise OpError(MixedParts(path=path, part=part, other=other.name, hints=(hint,)), "path")
    return {p: tuple(f for f, q in zip(files, parts, strict=True) if q == p) for p in parts if p}


def _part(file: Path) -> str | None:
    """By the first word of the file's name, or by its folder where that is the part's name."""
    word = re.match(r"[a-z]*", file.name.lower())
    return PARTS.get(word[0] if word else "") or PARTS.get(file.parent.name.lower())


def files_of(path: str, ending: str, argument: str) -> tuple[Path, ...]:
    """The files that ``path`` stands for, each with something in it; raises ``OpError``.

    A folder stands for those in it that end with ``ending``, or else for those in its sub-folders.
    """
    if "://" in path or path.startswith("pipe:"):
        raise _bad(path, "addresses are not read; download the files first", argument)
    whole = resolve(path)
    if os.path.isdir(whole):
        return _in_folder(whole, ending, argument)
    if "\0" in path or os.path.isfile(whole):
        return (need_file(whole, argument),)
    found = [file for one in expanded(path, argument) for file in _matching(one, argument)]
    return tuple(dict.fromkeys(found))


def _in_folder(folder: Path, ending: str, argument: str) -> tuple[Path, ...]:
    need_folder(folder, argument)
    found = _ending_with(folder, ending, argument)
    if not found:
        inside = [folder / name for name in listing(folder, argument) if not name.startswith(".")]
        found = [f for sub in inside if os.path.isdir(sub) for f in _ending_with(sub, ending, argument)]
    if not found:
        raise not_found(folder / f"*{ending}", "file", argument)
    return tuple(need_file(file, argument) for file in found)


def _ending_with(folder: Path, ending: str, argument: str) -> list[Path]:
    names = listing(folder, argument)
    return [folder / n for n in names if n.lower().endswith(ending) and not n.startswith(".")]


def _matching(pattern: str, argument: str) -> list[Path]:
    if not any(c in pattern for c in "*?["):
        return [need_file(resolve(pattern), argument)]
    base = resolve("")
    found = sorted(base / f for f in glob(os.path.expanduser(pattern), root_dir=base))
    files = [need_file(f, argument) for f in found if os.path.isfile(f)]
    if not files:
        raise not_found(resolve(pattern), "file", argument)
    return files


def expanded(pattern: str, argument: str) -> list[str]:
    """``pattern`` with each of its braces replaced by all that they stand for, in order.

    >>> expanded("{a,b}-{08..10}.tar", "path")
    ['a-08.tar', 'a-09.tar', 'a-10.tar', 'b-08.tar', 'b-09.tar', 'b-10.tar']
    """
    pieces = _BRACES.split(pattern)
    choices = [_choices(body, pattern, argument) for body in pieces[1::2]]
    if prod(map(len, choices)) > MAX_FILES:
        raise _bad(pattern, f"that is more than {MAX_FILES:,} files", argument)
    texts = pieces[::2]
    return ["".join(map("".join, zip(texts, (*made, ""), strict=True))) for made in product(*choices)]


def _choices(body: str, pattern: str, argument: str) -> Sequence[str]:
    if not (match := _RANGE.fullmatch(body)):
        if "," in body:
            return body.split(",")
        raise _bad(pattern, f"'{{{body}}}' is neither a range, {{000..012}}, nor a list, {{a,b}}", argument)
    first, last = int(match[1]), int(match[2])
    if last < first:
        raise _bad(pattern, f"the range '{{{body}}}' counts down", argument)
    if last - first >= MAX_FILES:
        raise _bad(pattern, f"that is more than {MAX_FILES:,} files", argument)
    padded = any(len(m) > 1 and m.startswith("0") for m in match.groups())
    width = max(map(len, match.groups())) if padded else 0
    return [str(n).zfill(width) for n in range(first, last + 1)]


def _bad(path: str, problem: str, argument: str) -> OpError:
    return OpError(BadShards(path=path, problem=problem), argument)
