"""The files of CIFAR-10 and CIFAR-100, binary and Python version: https://www.cs.toronto.edu/~kriz/cifar.html."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...ir import OpError
from .archive_errors import CifarAmbiguous, CifarFile, CifarMissing, PickleRefused
from .arrays import Named, check_bytes, check_range
from .errors import CountMismatch
from .places import listing, need_file, unreadable
from .safe_pickle import Array, BrokenPickle, RefusedPickle, read_pickle

if TYPE_CHECKING:
    import numpy as np

PIXELS = 3 * 32 * 32
TEN = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
_BATCHES = tuple(f"data_batch_{i}" for i in range(1, 6))


@dataclass(frozen=True, slots=True)
class Kind:
    """One way in which images are classified: ``key`` in the Python version, ``names`` lists its classes."""

    key: str
    names: str
    classes: int

    @property
    def what(self) -> str:
        """``classes``, ``coarse classes`` or ``fine classes``."""
        return self.key.replace("_labels", " classes").replace("labels", "classes")


@dataclass(frozen=True, slots=True)
class Version:
    """One of the sets in one of the forms it is published in; ``kinds`` in the order of their bytes."""

    name: str
    folder: str
    train: tuple[str, ...]
    test: str
    kinds: tuple[Kind, ...]

    @property
    def binary(self) -> bool:
        return self.test.endswith(".bin")

    @property
    def files(self) -> tuple[str, ...]:
        return (*self.train, self.test)


_TEN = (Kind("labels", "label_names", 10),)
_HUNDRED = (Kind("coarse_labels", "coarse_label_names", 20), Kind("fine_labels", "fine_label_names", 100))
VERSIONS = (
    Version("CIFAR-10", "cifar-10-batches-bin", tuple(f"{b}.bin" for b in _BATCHES), "test_batch.bin", _TEN),
    Version("CIFAR-10", "cifar-10-batches-py", _BATCHES, "test_batch", _TEN),
    Version("CIFAR-100", "cifar-100-binary", ("train.bin",), "test.bin", _HUNDRED),
    Version("CIFAR-100", "cifar-100-python", ("train",), "test", _HUNDRED),
)


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """``images`` (N, 32, 32, 3) of uint8; ``labels`` holds (N,) of int64 for each kind, by its key."""

    images: np.ndarray
    labels: dict[str, np.ndarray]


@dataclass(frozen=True, slots=True)
class CifarFiles:
    """A whole set in ``folder``."""

    version: Version
    folder: Path

    @classmethod
    def find(cls, root: Path) -> CifarFiles:
        """The set in ``root`` or in its sub-folder of the published name; raises ``OpError``."""
        places = [cls(v, root / inside) for v in VERSIONS for inside in ("", v.folder)]
        complete = [p for p in places if not p.missing]
        if len({p.version.name for p in complete}) > 1:
            inside = [p.folder.name for p in complete if p.folder != root]
            hints = (f'name one of them: cifar("…/{inside[0]}")',) if inside else ()
            raise OpError(CifarAmbiguous(path=str(root), hints=hints), "path")
        if not complete:
            raise _incomplete(places, root)
        return complete[0]

    @property
    def missing(self) -> list[str]:
        return [name for name in self.version.files if not os.path.isfile(self.folder / name)]

    def train(self) -> Batch:
        """Raises ``OpError`` where a file is damaged."""
        return _joined([self._batch(name) for name in self.version.train])

    def test(self) -> Batch:
        """Raises ``OpError`` where the file is damaged."""
        return self._batch(self.version.test)

    def class_names(self, kind: Kind) -> tuple[str, ...]:
        """The published names; where their file is missing those of CIFAR-10, or numbers.

        Raises ``OpError`` where the file is damaged.
        """
        path = self.folder / self._names_file(kind)
        if not os.path.isfile(path):
            return TEN if kind.classes == len(TEN) else tuple(map(str, range(kind.classes)))
        names = self._listed(path) if self.version.binary else self._pickled(path).get(kind.names)
        if not isinstance(names, list) or not all(isinstance(n, str) for n in names):
            raise self._error(path, f"it has no list '{kind.names}'")
        if len(names) != kind.classes:
            raise self._error(path, f"it names {len(names)} classes, not {kind.classes}")
        return tuple(names)

    def _names_file(self, kind: Kind) -> str:
        if self.version.binary:
            return "batches.meta.txt" if kind.key == "labels" else f"{kind.names}.txt"
        return "batches.meta" if kind.key == "labels" else "meta"

    def _batch(self, name: str) -> Batch:
        path = self.folder / name
        batch = self._binary(path) if self.version.binary else self._python(path)
        for kind in self.version.kinds:
            labels = Named(batch.labels[kind.key], f"'{path}'", "path")
            check_range(labels, kind.classes, f"but {self.version.name} has {kind.classes} {kind.what}")
        return batch

    def _binary(self, path: Path) -> Batch:
        import numpy as np

        data, kinds = read_file(path), self.version.kinds
        record = len(kinds) + PIXELS
        if len(data) % record:
            problem = f"it holds {len(data)} bytes, not a multiple of the {record} of an image and its class"
            raise self._error(path, problem)
        rows = np.frombuffer(data, np.uint8).reshape(-1, record)
        labels = {kind.key: rows[:, i].astype(np.int64) for i, kind in enumerate(kinds)}
        return Batch(_images(rows[:, len(kinds) :]), labels)

    def _python(self, path: Path) -> Batch:
        import numpy as np

        values = self._pickled(path)
        array = values.get("data")
        stored = array.stored if isinstance(array, Array) else None
        if stored is None or stored.kind not in ("u1", "|u1"):
            raise self._error(path, "it has no array 'data' of bytes")
        rows = stored.shape[0] if len(stored.shape) == 2 else 0
        if stored.shape != (rows, PIXELS) or len(stored.data) != rows * PIXELS or not rows:
            shape = " x ".join(map(str, stored.shape)) or "that of a single number"
            raise self._error(path, f"its 'data' is {shape}, in {len(stored.data)} bytes, not N x {PIXELS}")
        pixels = np.frombuffer(stored.data, np.uint8)
        pixels = pixels.reshape(rows, PIXELS, order="F" if stored.fortran else "C")
        labels = {kind.key: self._labels(path, values, kind, rows) for kind in self.version.kinds}
        return Batch(_images(pixels), labels)

    def _labels(self, path: Path, values: dict[str, Any], kind: Kind, rows: int) -> np.ndarray:
        import numpy as np

        labels = values.get(kind.key)
        if not isinstance(labels, list):
            raise self._error(path, f"it has no list '{kind.key}'")
        if not all(type(n) is int and 0 <= n < 2**31 for n in labels):
            raise self._error(path, f"its '{kind.key}' are not all class numbers from 0")
        if len(labels) != rows:
            where = (f"'data' of '{path}'", f"'{kind.key}'")
            counts = CountMismatch(
                images=rows, images_where=where[0], labels=len(labels), labels_where=where[1]
            )
            raise OpError(counts, "path")
        return np.array(labels, np.int64)

    def _pickled(self, path: Path) -> dict[str, Any]:
        try:
            values = read_pickle(read_file(path))
        except RefusedPickle as error:
            raise OpError(PickleRefused(path=str(path), name=str(error), file=str(path)), "path") from None
        except BrokenPickle as error:
            raise self._error(path, str(error)) from None
        if not isinstance(values, dict):
            raise self._error(path, "it is no pickled dictionary")
        return {_text(key): _texts(value) for key, value in values.items()}

    def _listed(self, path: Path) -> list[str]:
        lines = read_file(path).decode("utf-8", "backslashreplace").splitlines()
        return [line.strip() for line in lines if line.strip()]

    def _error(self, path: Path, problem: str) -> OpError:
        found = CifarFile(path=str(path), version=self.version.name, problem=problem, file=str(path))
        return OpError(found, "path")


def _text(value: Any) -> Any:
    """Python 2's text, which Python 3 may have written again as bytes."""
    return value.decode("latin1") if isinstance(value, bytes) else value


def _texts(value: Any) -> Any:
    return [_text(item) for item in value] if isinstance(value, list) else value


def _images(rows: np.ndarray) -> np.ndarray:
    """(N, 32, 32, 3) from (N, 3072): all red values of an image, row by row, then green, then blue."""
    import numpy as np

    return np.ascontiguousarray(rows.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1))


def _joined(batches: Sequence[Batch]) -> Batch:
    import numpy as np

    labels = {key: np.concatenate([b.labels[key] for b in batches]) for key in batches[0].labels}
    return Batch(np.concatenate([b.images for b in batches]), labels)


def read_file(path: Path) -> bytes:
    """All of a file; raises ``OpError`` where that is nothing, too much or impossible."""
    check_bytes(os.path.getsize(need_file(path, "path")), f"'{path}'", "path")
    try:
        return path.read_bytes()
    except OSError as error:
        raise unreadable(path, error, "path") from None


def _incomplete(places: Sequence[CifarFiles], root: Path) -> OpError:
    """What is missing of the set that is nearest to whole."""
    best = max(places, key=lambda p: len(p.version.files) - len(p.missing))
    packed = [n for n in listing(root, "path") if n.startswith("cifar-10") and n.endswith(".tar.gz")]
    hints = tuple(f"unpack {name} first: tar xf {name}" for name in packed)
    if len(best.missing) == len(best.version.files):
        return OpError(
            CifarMissing(path=str(root), missing="the files of CIFAR-10 and CIFAR-100", hints=hints), "path"
        )
    missing = f"{', '.join(best.missing)} of {best.version.name}"
    return OpError(CifarMissing(path=str(best.folder), missing=missing, hints=hints), "path")
