"""Run as a process of its own: says what is in an HDF5 file, or gives the values of some datasets.

The library that reads HDF5 can crash on damaged files, or take memory without end; here it takes nobody with it. Links that
lead out of the file are not followed. The file and what is wanted come as one JSON object on standard input:
``{"path": …, "start": …, "size": …, "memory": …, "wanted": [paths] or null}``. What is there goes to standard output as
JSON; wanted values follow it as bytes, each dataset's after a line with its type and their number.
"""

import json
import math
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO

MAX_ENTRIES = 200_000
DEEPEST = 24
_NAMES = ("layer_names", "weight_names")
_MOST_NAMES = 200_000
_LARGEST_CHUNK = 64 * 2**20


class Window:
    """A part of a file as a file of its own, for h5py."""

    def __init__(self, stream: BinaryIO, start: int, size: int) -> None:
        self._stream, self._start, self._size, self._place = stream, start, size, 0

    def seek(self, place: int, whence: int = 0) -> int:
        self._place = place + (self._place if whence == 1 else self._size if whence == 2 else 0)
        return self._place

    def tell(self) -> int:
        return self._place

    def read(self, size: int = -1) -> bytes:
        room = max(0, self._size - self._place)
        self._stream.seek(self._start + self._place)
        data = self._stream.read(room if size < 0 else min(size, room))
        self._place += len(data)
        return data

    def readinto(self, buffer: Any) -> int:
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def entries(group: Any, path: str, depth: int, count: list[int]) -> Iterator[dict[str, Any]]:
    """All that is in ``group``, groups before what is in them. ``count`` is how many entries there were in all."""
    import h5py

    yield {"path": path, **names_beside(group)}
    for name in group:
        count[0] += 1
        inner = f"{path}/{name}"
        if count[0] > MAX_ENTRIES or depth > DEEPEST:
            yield {"path": inner, "elsewhere": "part of a circle, or of more groups than any network has"}
            return
        link = group.get(name, getlink=True)
        if isinstance(link, h5py.ExternalLink):
            yield {"path": inner, "elsewhere": f"a link into the file '{link.filename[:100]}'"}
        elif isinstance(link, h5py.SoftLink):
            yield {"path": inner, "elsewhere": f"a link to '{link.path[:100]}'"}
        elif group.get(name, getclass=True) is h5py.Dataset:
            yield {"path": inner, **dataset(group[name])}
        elif group.get(name, getclass=True) is h5py.Group:
            yield from entries(group[name], inner, depth + 1, count)


def names_beside(group: Any) -> dict[str, Any]:
    """The lists of names that Keras keeps as attributes, in pieces (``…0``, ``…1``) where they are long; and a name."""
    found: dict[str, Any] = {}
    for attribute in group.attrs:
        listed = attribute.rstrip("0123456789")
        if listed in _NAMES and math.prod(group.attrs.get_id(attribute).shape or (1,)) <= _MOST_NAMES:
            given = group.attrs[attribute].tolist()
            found[attribute] = [v.decode() if isinstance(v, bytes) else v for v in given]
    if "name" in group.attrs and isinstance(group.attrs["name"], str):
        found["name"] = group.attrs["name"]
    return found


def dataset(found: Any) -> dict[str, Any]:
    """A dataset's shape and type; whether its values are elsewhere is asked before anything else."""
    if found.is_virtual:
        return {"elsewhere": "put together from other datasets, which may be in other files"}
    if found.external:
        return {"elsewhere": f"kept in the file '{str(found.external[0][0])[:100]}'"}
    if found.shape is None:
        return {"shape": None, "dtype": "nothing"}
    kind = found.dtype.name if found.dtype.kind in "fiubc" else "other"
    return {"shape": [int(n) for n in found.shape], "dtype": kind}


def values(file: Any, path: str) -> Any:
    """All of a dataset, contiguous."""
    import numpy as np

    found = file[path]
    if found.size and not found.id.get_storage_size():
        raise ValueError(f"'{path[:100]}' has a shape, and no values")
    each = found.dtype.itemsize
    for length in found.chunks or ():
        each *= length
    if found.chunks and each > max(_LARGEST_CHUNK, 2 * found.nbytes):
        raise ValueError(f"'{path[:100]}' is stored in pieces larger than itself")
    return np.ascontiguousarray(found[()])


def limited(memory: int) -> None:
    """Take no more memory than that, where the system can be told so."""
    try:
        import resource
    except ImportError:
        return
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    memory = memory if most == resource.RLIM_INFINITY else min(memory, most)
    resource.setrlimit(resource.RLIMIT_AS, (memory, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def answer(request: dict[str, Any], out: BinaryIO) -> None:
    import h5py

    with open(request["path"], "rb") as stream:
        window = Window(stream, request["start"], request["size"])
        with h5py.File(window, "r") as file:
            if request["wanted"] is None:
                out.write(json.dumps({"entries": list(entries(file, "", 0, [0]))}).encode() + b"\n")
                return
            for path in request["wanted"]:
                array = values(file, path)
                out.write(json.dumps({"dtype": array.dtype.str, "bytes": array.nbytes}).encode() + b"\n")
                out.write(array.tobytes())


def main() -> None:
    request = json.loads(sys.stdin.buffer.read())
    out = sys.stdout.buffer
    try:
        import numpy  # noqa: F401  # before memory is limited: its libraries reserve much that they never use

        limited(request["memory"])
        answer(request, out)
    except MemoryError:
        out.write(b'{"problem": "it would take more memory than its tensors have"}\n')
    except Exception as error:  # damage makes the library raise most kinds
        problem = " ".join(str(error).split())[:160] or type(error).__name__
        out.write(json.dumps({"problem": problem}).encode() + b"\n")


if __name__ == "__main__":
    main()
