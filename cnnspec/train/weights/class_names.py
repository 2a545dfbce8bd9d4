"""What the outputs of a pretrained network are called."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from ...source import SpecError
from .origins import PackageFile
from .registry_errors import BadClassNames


@dataclass(frozen=True)
class ClassNames:
    """Names in a JSON file of a package: an object from the class's number to its synonyms, the usual one first."""

    count: int
    origin: PackageFile

    def read(self) -> tuple[str, ...]:
        """A name a class; none where the package is not installed. Raises :class:`SpecError` where its file is damaged."""
        path = self.origin.found()
        if path is None:
            return ()
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            names = [str(found[str(number)]).split(",")[0].strip() for number in range(self.count)]
        except (OSError, ValueError, KeyError, TypeError):
            problem = f"does not hold the names of {self.count} classes"
            hints = (f"pip install --force-reinstall {self.origin.package}",)
            raise SpecError([BadClassNames(path=str(path), problem=problem, hints=hints)]) from None
        return told_apart(names)


def told_apart(names: list[str]) -> tuple[str, ...]:
    """``names``, with the number behind those that several classes have: of ImageNet, a bird and a machine are a crane."""
    several = {name for name, count in Counter(names).items() if count > 1}
    return tuple(f"{name} ({i})" if name in several else name for i, name in enumerate(names))


def numbered(count: int) -> tuple[str, ...]:
    """Names of classes of which only the number is known."""
    return tuple(f"class {i}" for i in range(count))


def read_names(path: Path, outputs: int) -> tuple[str, ...]:
    """The names in a text file, a line each; raises :class:`SpecError` unless there are ``outputs`` different ones."""
    try:
        names = path.read_text(encoding="utf-8").rstrip().split("\n")
    except UnicodeDecodeError:
        raise _bad(path, "is no text in UTF-8") from None
    except OSError as error:
        raise _bad(path, f"cannot be read: {error.strerror or error}") from None
    names = [name.strip() for name in names]
    empty = next((i for i, name in enumerate(names, 1) if not name), None)
    if empty is not None:
        raise _bad(path, "is empty" if names == [""] else f"has no name in line {empty}")
    if len(names) != outputs:
        lines = f"{len(names)} line{'' if len(names) == 1 else 's'}"
        raise _bad(path, f"has {lines}, and the network {outputs} outputs")
    twice = next((name for name, count in Counter(names).items() if count > 1), None)
    if twice is not None:
        raise _bad(path, f"has the name '{twice}' twice")
    return tuple(names)


def _bad(path: Path, problem: str) -> SpecError:
    return SpecError([BadClassNames(path=str(path), problem=problem, file=str(path))])
