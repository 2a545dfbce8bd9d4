"""Where the weights of a pretrained network come from."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path, PurePosixPath
from typing import Protocol

from ...ir import OpError
from ...source import SpecError
from ...source.cache import user_cache
from ..data.download import fetch
from .registry_errors import NothingToFetch


class Origin(Protocol):
    """Where a file comes from: a package, or the network."""

    @property
    def text(self) -> str:
        """It in a line, for a person."""
        ...

    def found(self) -> Path | None:
        """The file, where it is on this machine."""
        ...

    def how(self, name: str) -> str:
        """What gets it, as a hint."""
        ...

    def again(self, name: str) -> str:
        """What gets it where a wrong one is there, as a hint."""
        ...

    def fetched(self, name: str, sha256: str) -> Path:
        """The file, downloaded. Raises :class:`SpecError`."""
        ...


@dataclass(frozen=True)
class PackageFile:
    """A file of a package that pip installs; ``extra`` of this one brings it along. None of its code is run."""

    package: str
    file: str
    extra: str = ""

    @property
    def text(self) -> str:
        return f"package {self.package}"

    def found(self) -> Path | None:
        try:
            path = Path(str(distribution(self.package).locate_file(self.file)))
        except PackageNotFoundError:
            return None
        return path if path.is_file() else None

    def how(self, name: str) -> str:
        try:
            distribution(self.package)
        except PackageNotFoundError:
            return f"pip install 'cnnspec[{self.extra}]'" if self.extra else f"pip install {self.package}"
        return f"pip install --force-reinstall --no-deps {self.package}"  # pip takes it for whole

    def again(self, name: str) -> str:
        return self.how(name)

    def fetched(self, name: str, sha256: str) -> Path:
        raise SpecError([NothingToFetch(name=name, package=self.package, hints=(self.how(name),))])


@dataclass(frozen=True)
class Download:
    """A file on the network, kept in the user's cache folder; where PyTorch has fetched it before, its copy is taken."""

    url: str

    @property
    def text(self) -> str:
        return self.url

    @property
    def kept(self) -> Path:
        """Where the file is kept."""
        return user_cache() / "cnnspec" / "weights" / PurePosixPath(self.url).name

    def found(self) -> Path | None:
        return next((path for path in self._places() if path.is_file()), None)

    def how(self, name: str) -> str:
        return f"cnnspec pretrained --fetch {name}"

    def again(self, name: str) -> str:
        return f"remove it, then {self.how(name)}"

    def fetched(self, name: str, sha256: str) -> Path:
        hints = (f"or put the file there yourself: {self.kept}",)
        try:
            fetch(self.url, self.kept, sha256, hints, "fetch", algorithm="sha256")
        except OpError as error:
            raise SpecError([error.diagnostic]) from None
        return self.kept

    def _places(self) -> Iterator[Path]:
        yield self.kept
        home = Path(os.environ.get("TORCH_HOME") or user_cache() / "torch")
        yield home / "hub" / "checkpoints" / self.kept.name
