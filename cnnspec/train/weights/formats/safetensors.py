"""Safetensors: eight bytes that give the length of a JSON header, the header, the tensors."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import pairwise
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ....ir import show
from ..files import Stored, WeightFile, broken, readable
from ..kinds_of_file import is_text

if TYPE_CHECKING:
    import numpy as np

MAX_HEADER = 8 * 2**20
"""Bytes: a tensor takes about 100."""
MAX_TENSORS = 200_000
_BYTES = 8
_DTYPES = {
    "F64": ("float64", 8),
    "F32": ("float32", 4),
    "F16": ("float16", 2),
    "BF16": ("bfloat16", 2),
    "F8_E4M3": ("float8_e4m3fn", 1),
    "F8_E5M2": ("float8_e5m2", 1),
    "I64": ("int64", 8),
    "I32": ("int32", 4),
    "I16": ("int16", 2),
    "I8": ("int8", 1),
    "U64": ("uint64", 8),
    "U32": ("uint32", 4),
    "U16": ("uint16", 2),
    "U8": ("uint8", 1),
    "BOOL": ("bool", 1),
    "C64": ("complex64", 8),
}
_PLACE = tuple[int, int]


@readable
class Safetensors(WeightFile):
    """A safetensors file; the library sorts its tensors by name, so their order says nothing."""

    format = "safetensors"
    ordered = False

    def __init__(
        self,
        path: Path,
        tensors: Mapping[str, Stored],
        places: Mapping[str, _PLACE],
        metadata: Mapping[str, str],
    ) -> None:
        super().__init__(path, tensors)
        self._places, self.metadata = places, metadata

    @classmethod
    def recognises(cls, head: bytes, path: Path) -> bool:
        if head[_BYTES : _BYTES + 1] == b"{" and not is_text(head[:_BYTES]):
            return True
        return bool(head) and path.suffix == ".safetensors" and not is_text(head)

    @classmethod
    def open(cls, path: Path, part: str = "") -> WeightFile:
        size = path.stat().st_size
        with open(path, "rb") as stream:
            length = int.from_bytes(stream.read(_BYTES), "little")
            if size < _BYTES + 2:
                raise broken(path, cls.format, f"it has {size} bytes, less than any such file")
            if length > size - _BYTES or length < 2:
                raise broken(
                    path, cls.format, f"its header is said to take {length} bytes, and it has {size}"
                )
            if length > MAX_HEADER:
                raise broken(path, cls.format, f"its header takes {length} bytes, more than any file needs")
            text = stream.read(length)
        header = _parsed(path, text)
        metadata = header.pop("__metadata__", {})
        if not isinstance(metadata, dict) or not all(isinstance(v, str) for v in metadata.values()):
            raise broken(path, cls.format, "its metadata are no texts")
        if len(header) > MAX_TENSORS:
            raise broken(path, cls.format, f"it has {len(header)} tensors, more than any network")
        tensors, places = {}, {}
        for name, entry in header.items():
            tensors[name], places[name] = _entry(path, name, entry)
        _check_places(path, places, size - _BYTES - length)
        order = sorted(tensors, key=lambda name: places[name])
        return cls(path, {name: tensors[name] for name in order}, places, metadata)

    def _read(self, names: list[str]) -> Iterator[tuple[str, np.ndarray]]:
        from safetensors import SafetensorError, safe_open

        try:
            with safe_open(self.path, framework="numpy") as opened:
                for name in names:
                    yield name, self._tensor(opened, name)
        except (SafetensorError, ValueError, TypeError, EOFError) as error:
            raise broken(self.path, self.format, str(error).partition("\n")[0] or "it is cut short") from None

    def _tensor(self, opened: Any, name: str) -> np.ndarray:
        """The library's NumPy knows neither bfloat16 nor smaller floats: their bits are read from the file."""
        import numpy as np

        stored = self.tensors[name]
        if not stored.dtype.startswith(("bfloat", "float8", "complex")):
            tensor: np.ndarray = opened.get_tensor(name)
            return tensor
        begin, end = self._places[name]
        with open(self.path, "rb") as stream:
            stream.seek(_BYTES + int.from_bytes(stream.read(_BYTES), "little") + begin)
            data = stream.read(end - begin)
        kind = {2: "<u2", 1: "u1"}.get((end - begin) // max(1, stored.size), "<c8")
        return np.frombuffer(data, kind).reshape(stored.shape)


def _parsed(path: Path, text: bytes) -> dict[str, Any]:
    try:
        header = json.loads(text.decode(), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        problem = (
            str(error).partition("\n")[0] if isinstance(error, _Twice) else "its header is no proper JSON"
        )
        raise broken(path, "safetensors", problem) from None
    if not isinstance(header, dict):
        raise broken(path, "safetensors", "its header is no JSON object")
    return header


class _Twice(ValueError):
    """A key comes twice."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        twice, _ = Counter(key for key, _ in pairs).most_common(1)[0]
        raise _Twice(f"it has '{twice[:100]}' twice")
    return found


def _entry(path: Path, name: str, entry: Any) -> tuple[Stored, _PLACE]:
    """A tensor as the header describes it, and where it is after the header."""
    where = f"'{name[:100]}'"
    if not isinstance(entry, dict) or entry.keys() != {"dtype", "shape", "data_offsets"}:
        raise broken(path, "safetensors", f"{where} is not described as a tensor is")
    shape, place = entry["shape"], entry["data_offsets"]
    if entry["dtype"] not in _DTYPES if isinstance(entry["dtype"], str) else True:
        raise broken(
            path, "safetensors", f"{where} has the type {str(entry['dtype'])[:40]!r}, which is unknown"
        )
    if not _whole_numbers(shape) or not _whole_numbers(place) or len(place) != 2 or len(shape) > 32:
        raise broken(path, "safetensors", f"{where} has no proper shape or place")
    dtype, width = _DTYPES[entry["dtype"]]
    begin, end = place
    if end - begin != prod(shape) * width:
        needed = prod(shape) * width
        problem = (
            f"{where} of {show(tuple(shape)) or 'one value'} takes {needed} bytes, and is given {end - begin}"
        )
        raise broken(path, "safetensors", problem)
    return Stored(name, tuple(shape), dtype), (begin, end)


def _whole_numbers(values: Any) -> bool:
    return isinstance(values, list) and all(type(v) is int and 0 <= v < 2**63 for v in values)


def _check_places(path: Path, places: Mapping[str, _PLACE], room: int) -> None:
    """One tensor after another, and all within the file."""
    in_order = sorted(places.items(), key=lambda item: item[1])
    for (first, (_, end)), (second, (begin, _)) in pairwise(in_order):
        if begin < end:
            raise broken(path, "safetensors", f"'{first[:100]}' and '{second[:100]}' lie over each other")
    last = max((end for _, end in places.values()), default=0)
    if last > room:
        problem = f"its tensors take {last} bytes, and {room} are there: the file is cut short"
        raise broken(path, "safetensors", problem)
    if (
        last != room
        or any(b[1][0] != a[1][1] for a, b in pairwise(in_order))
        or (in_order and in_order[0][1][0])
    ):
        raise broken(path, "safetensors", "it has bytes that belong to no tensor")
