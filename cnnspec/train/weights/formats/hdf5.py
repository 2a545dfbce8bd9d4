"""HDF5 files of which nothing is followed that leads out of them, read by a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from ....ir import Shape
from ....source import SpecError
from ..errors import ReaderMissing, WeightsElsewhere
from ..files import broken
from . import hdf5_child

if TYPE_CHECKING:
    import numpy as np

_ROOM = 3 * 2**30
"""Bytes that the process may take beside the values: address space, most of which Python and its libraries never touch."""
_LINE = 256 * 2**20
_SECONDS = 120
_PER_SECOND = 5 * 10**6
"""Bytes that are read in a second, at least."""


@dataclass(frozen=True)
class Source:
    """A file, or the part of one, that is HDF5; ``kind`` is what diagnostics call it."""

    path: Path
    start: int
    size: int
    kind: str


@dataclass(frozen=True)
class Dataset:
    path: str
    shape: Shape
    dtype: str


@dataclass
class Group:
    """``lists`` are names that stand beside the group, ``name`` what it is called there."""

    path: str
    name: str = ""
    lists: Mapping[str, Any] = field(default_factory=dict)
    inside: dict[str, Group | Dataset | str] = field(default_factory=dict)


@dataclass(frozen=True)
class Hdf5:
    """What is in a file. Links that lead elsewhere are texts that say where; whoever comes to one refuses it."""

    source: Source
    root: Group

    def child(self, group: Group, name: str) -> Group | Dataset | None:
        """What ``name`` is in ``group``, None where there is no such thing. Raises :class:`SpecError` for a link."""
        found = group.inside.get(name)
        if isinstance(found, str):
            path = str(self.source.path)
            hints = ("such links are not followed; save the weights anew, so that they are in one file",)
            name = f"{group.path}/{name}".strip("/")
            raise SpecError([WeightsElsewhere(path=path, name=name, what=found, file=path, hints=hints)])
        return found

    def at(self, group: Group, path: str) -> Group | Dataset | None:
        """What ``path`` leads to from ``group``, step by step."""
        found: Group | Dataset | None = group
        for name in path.split("/"):
            if name in ("", "."):
                continue
            found = self.child(found, name) if isinstance(found, Group) else None
        return found

    def walk(self, group: Group) -> Iterator[Group]:
        """The group and all groups inside of it, each after the one it is in."""
        yield group
        for name in group.inside:
            child = self.child(group, name)
            if isinstance(child, Group):
                yield from self.walk(child)

    def texts(self, group: Group, attribute: str) -> list[str] | None:
        """A list of names that stands beside ``group``, in pieces (``…0``, ``…1``) where it is long."""
        pieces = [attribute] if attribute in group.lists else []
        while not pieces or pieces[0] != attribute:
            if f"{attribute}{len(pieces)}" not in group.lists:
                break
            pieces.append(f"{attribute}{len(pieces)}")
        if not pieces:
            return None
        names = [name for piece in pieces for name in group.lists[piece]]
        if not all(isinstance(name, str) for name in names):
            raise self.broken("its list of layers holds other than names")
        return names

    def broken(self, problem: str) -> SpecError:
        return broken(self.source.path, self.source.kind, problem)


def open_hdf5(source: Source) -> Hdf5:
    """What is in ``source``. Raises :class:`SpecError`; also where the library that reads it crashes on it."""
    with _process(source, None, 0) as out:
        entries = _line(out, source).get("entries")
    root = Group("")
    groups = {"": root}
    for entry in entries if isinstance(entries, list) else ():
        path = entry["path"]
        parent, _, name = path.rpartition("/")
        if "elsewhere" in entry:
            groups[parent].inside[name] = entry["elsewhere"]
        elif "dtype" in entry:
            if entry["shape"] is None:
                raise broken(source.path, source.kind, f"'{path[:100]}' holds nothing")
            groups[parent].inside[name] = Dataset(path, tuple(entry["shape"]), entry["dtype"])
        else:
            lists = {key: value for key, value in entry.items() if isinstance(value, list)}
            groups[path] = group = Group(path, entry.get("name", ""), lists)
            if path:
                groups[parent].inside[name] = group
    return Hdf5(source, groups[""])


def values_in(source: Source, wanted: Sequence[Dataset]) -> Iterator[np.ndarray]:
    """The values of datasets, one after another. Raises :class:`SpecError`."""
    import numpy as np

    most = max((_bytes(each) for each in wanted), default=0)
    total = sum(map(_bytes, wanted))
    with _process(source, [each.path for each in wanted], 3 * most, total) as out:
        for each in wanted:
            told = _line(out, source)
            kind = np.dtype(told["dtype"])
            count = int(np.prod(each.shape, dtype=np.int64))
            if kind.kind not in "fiubc" or told["bytes"] != count * kind.itemsize:
                raise broken(source.path, source.kind, f"'{each.path[:100]}' has changed while it was read")
            data = out.read(told["bytes"])
            if len(data) != told["bytes"]:
                raise _crashed(source)
            yield np.frombuffer(data, kind).reshape(each.shape)


def _bytes(dataset: Dataset) -> int:
    size = 8
    for length in dataset.shape:
        size *= length
    return size


def _line(out: IO[bytes], source: Source) -> dict[str, Any]:
    """The next line of the answer; raises :class:`SpecError` where that says what is wrong, or there is none."""
    line = out.readline(_LINE)
    if not line.endswith(b"\n"):
        raise _crashed(source)
    found: dict[str, Any] = json.loads(line)
    if "problem" in found:
        raise broken(source.path, source.kind, found["problem"])
    return found


def _crashed(source: Source) -> SpecError:
    return broken(source.path, source.kind, "it is damaged: the library that reads it did not get to its end")


@contextmanager
def _process(source: Source, wanted: list[str] | None, memory: int, total: int = 0) -> Iterator[IO[bytes]]:
    """The answer of a process that reads ``source``, which is ended afterwards in any case."""
    if find_spec("h5py") is None:
        raise _missing(source)
    request = {
        "path": str(source.path.absolute()),
        "start": source.start,
        "size": source.size,
        "memory": _ROOM + memory,
        "wanted": wanted,
    }
    command = [sys.executable, "-P", str(Path(hdf5_child.__file__))]
    seconds = _SECONDS + total // _PER_SECOND
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        from threading import Timer

        timer = Timer(seconds, process.kill)
        timer.daemon = True
        timer.start()
        try:
            assert process.stdin and process.stdout
            process.stdin.write(json.dumps(request).encode())
            process.stdin.close()
            yield process.stdout
        except BrokenPipeError:
            raise _crashed(source) from None
        finally:
            timer.cancel()
            process.kill()


def _missing(source: Source) -> SpecError:
    path = str(source.path)
    hints = (
        "pip install 'cnnspec[keras]'",
        "or, in Keras, save the weights as NumPy arrays with names: numpy.savez",
    )
    return SpecError([ReaderMissing(path=path, format=source.kind, library="h5py", file=path, hints=hints)])
