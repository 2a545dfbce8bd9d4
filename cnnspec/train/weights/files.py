"""Files with weights: which formats there are, and what each gives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, ClassVar

from ...ir import Shape
from ...source import SpecError
from .errors import BrokenWeights, NotWeights, UnknownWeights
from .kinds_of_file import kind_of_file
from .naming import likely_names, meant
from .values import as_weight, check_kind

if TYPE_CHECKING:
    import numpy as np

HEAD = 4096
"""Bytes of a file by which its format is told."""
SUFFIXES = (".safetensors", ".pth", ".pt", ".bin", ".h5", ".keras", ".npz")
"""Endings of files with weights, for hints alone: a format is told by its bytes."""
FORMATS: list[type[WeightFile]] = []
"""All formats, in the order in which files are offered to them; a module of ``formats`` adds its own."""


@dataclass(frozen=True)
class Stored:
    """A tensor of a file, known from its header alone.

    ``dtype`` is NumPy's name of its type, or the format's where NumPy has none ("bfloat16", "float8_e4m3fn"). ``role`` is
    what the format says of the tensor beyond its name: for Keras what the layer calls it ("kernel", "moving_mean").
    ``alias`` is the name that it would have in PyTorch ("conv1.weight" for "conv1.kernel"); empty where that is its own.
    """

    name: str
    shape: Shape
    dtype: str
    role: str = ""
    alias: str = ""

    @property
    def called(self) -> str:
        """The name that pairing goes by."""
        return self.alias or self.name

    @property
    def size(self) -> int:
        return prod(self.shape)


class WeightFile:
    """A file whose header was read and checked; tensors are read when they are asked for.

    ``tensors`` are in the file's order; ``ordered``: it is that in which the network was made. ``part`` is where in the
    file its tensors were, "" for all of it; ``stripped`` is a prefix that all names had. A format is a subclass with
    ``recognises``, ``open`` and ``_read``, put into ``FORMATS``.
    """

    format: ClassVar[str]
    ordered: bool = True
    has_parts: ClassVar[bool] = False
    stripped: str = ""
    part: str = ""

    def __init__(self, path: Path, tensors: Mapping[str, Stored]) -> None:
        self.path, self.tensors = path, tensors

    @classmethod
    def recognises(cls, head: bytes, path: Path) -> bool:
        """Whether a file that begins with ``head`` is of this format."""
        raise NotImplementedError

    @classmethod
    def open(cls, path: Path, part: str = "") -> WeightFile:
        """Read and check the header of ``path``; ``part`` of it where it ``has_parts``. Raises :class:`SpecError`."""
        raise NotImplementedError

    def _read(self, names: list[str]) -> Iterator[tuple[str, np.ndarray]]:
        """The tensors of these names, as they are stored. Raises :class:`SpecError`."""
        raise NotImplementedError

    def read(self, names: Iterable[str]) -> dict[str, np.ndarray]:
        """Tensors by name, as float32. Raises :class:`SpecError` where one is damaged, of whole numbers, or not finite."""
        return dict(self.values(names))

    def values(self, names: Iterable[str]) -> Iterator[tuple[str, np.ndarray]]:
        """As :meth:`read`, one tensor after another, in an order that suits the file; none is kept."""
        wanted = list(dict.fromkeys(names))
        for name in wanted:
            check_kind(self.tensors[name], self.path)
        with reading(self.path, self.format):
            for name, value in self._read(wanted):
                yield name, as_weight(value, self.tensors[name], self.path)


def readable(cls: type[WeightFile]) -> type[WeightFile]:
    """Class decorator: puts a format into ``FORMATS``."""
    FORMATS.append(cls)
    return cls


def open_file(path: Path, part: str = "", base: Path = Path()) -> WeightFile:
    """The file at ``path``, its header read. Raises :class:`SpecError` where it is missing, damaged, or something else.

    ``part`` says which of several sets of tensors is meant, by the keys that lead to it ("ema", "teacher.model"). ``base``
    is where relative paths start for the person who reads the hints.
    """
    from . import formats  # noqa: F401  # fills FORMATS

    head = _head(path, base)
    for each in FORMATS:
        if each.recognises(head, path):
            if part and not each.has_parts:
                raise unknown(f"{path}#{part}", f"a {each.format} file has no parts", ())
            with reading(path, each.format):
                return each.open(path, part)
    what, hints = kind_of_file(head, path)
    raise SpecError([NotWeights(path=str(path), what=what, file=str(path), hints=hints)])


def broken(path: Path, kind: str, problem: str, hints: tuple[str, ...] = ()) -> SpecError:
    """The error that ``path`` is damaged."""
    return SpecError(
        [BrokenWeights(path=str(path), format=kind, problem=problem, file=str(path), hints=hints)]
    )


@contextmanager
def reading(path: Path, kind: str) -> Iterator[None]:
    """Turn what the system says while a file is read into a :class:`SpecError`."""
    try:
        yield
    except MemoryError:
        raise broken(path, kind, "it would take more memory than there is") from None
    except OSError as error:
        raise broken(path, kind, f"it cannot be read: {error.strerror or error}") from None


def _head(path: Path, base: Path) -> bytes:
    try:
        if path.exists() and not path.is_dir() and not path.is_file():
            raise unknown(str(path), "it is no file that can be read twice", ())
        with open(path, "rb") as stream:
            return stream.read(HEAD)
    except FileNotFoundError:
        raise unknown(str(path), "there is no such file", _beside(path, base)) from None
    except IsADirectoryError:
        raise unknown(str(path), "it is a folder, and not one of a run", _inside(path, base)) from None
    except OSError as error:
        raise unknown(str(path), f"it cannot be read: {error.strerror or error}", ()) from None
    except ValueError as error:  # a zero byte in the name
        raise unknown(str(path), str(error), ()) from None


def unknown(text: str, problem: str, hints: tuple[str, ...]) -> SpecError:
    return SpecError([UnknownWeights(name=text, problem=problem, hints=hints)])


def _beside(path: Path, base: Path) -> tuple[str, ...]:
    """The files beside ``path`` that were most likely meant, as they would have to be written."""
    try:
        names = [child.name for child in path.parent.iterdir()]
    except OSError:
        return (f"there is no folder '{_written(path.parent, base)}' either",)
    return meant(_written(path.parent / name, base) for name in likely_names(path.name, names))


def _inside(path: Path, base: Path) -> tuple[str, ...]:
    """The file in the folder ``path`` that was most likely meant: the only one that could hold weights."""
    found = sorted(child for child in path.iterdir() if child.suffix in SUFFIXES)
    return meant([_written(found[0], base)]) if len(found) == 1 else ()


def _written(path: Path, base: Path) -> str:
    """``path`` for a person whose relative paths start at ``base``."""
    return str(path.relative_to(base) if path.is_relative_to(base) else path)


def whole(stream: BinaryIO, place: int, size: int) -> bytes:
    """``size`` bytes at ``place``; raises ``EOFError`` where the file has become shorter than it was."""
    stream.seek(place)
    data = stream.read(size)
    if len(data) != size:
        raise EOFError
    return data
