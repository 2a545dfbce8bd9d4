"""What PyTorch's two formats share: tensors as views of storages, and what is wrong with a pickle."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ....ir import show
from ....source import SpecError
from ...data.pickle_machine import BrokenPickle, RefusedPickle, Stream, Vocabulary, run_pickle
from ...data.safe_pickle import Array
from ..errors import WeightsRunCode, WholeModel
from ..files import Stored, WeightFile, broken
from .states import State
from .torch_names import DTYPES, Storage, Tensor

if TYPE_CHECKING:
    import numpy as np

FORMAT = "PyTorch"
SAVE = "in the program that wrote it: torch.save(model.state_dict(), 'weights.pth')"
_CLASSES = (
    "torch.nn.",
    "torchvision.",
    "timm.",
    "__main__.",
    "models.",
    "model.",
    "ultralytics.",
    "segmentation_models",
)
_NUMPY = {"f": "float", "i": "int", "u": "uint", "c": "complex"}


class PyTorchFile(WeightFile):
    """Tensors whose values are in storages; a subclass reads those."""

    format = FORMAT

    def __init__(self, path: Path, state: State, big_endian: bool = False) -> None:
        super().__init__(path, {name: _stored(name, each) for name, each in state.tensors.items()})
        self.stripped, self.part = state.prefix, state.part
        self._tensors, self._big = state.tensors, big_endian

    def _storage(self, storage: Storage) -> bytes:
        """All values of a storage. Raises :class:`SpecError`."""
        raise NotImplementedError

    def _read(self, names: list[str]) -> Iterator[tuple[str, np.ndarray]]:
        """Those of one storage after another, so that each is read once and only one is in memory."""
        views: dict[str, list[str]] = {}
        for name in names:
            each = self._tensors[name]
            if isinstance(each, Array):
                yield name, self._array(name, each)
            else:
                views.setdefault(each.storage.key, []).append(name)
        for shared in views.values():
            data: dict[Storage, bytes] = {}
            for name in shared:
                tensor = self._tensors[name]
                assert isinstance(tensor, Tensor)
                if tensor.storage not in data:
                    data = {tensor.storage: self._storage(tensor.storage)}
                yield name, self._view(tensor, data[tensor.storage])

    def _view(self, tensor: Tensor, data: bytes) -> np.ndarray:
        import numpy as np
        from numpy.lib.stride_tricks import as_strided

        kind = np.dtype(DTYPES[tensor.dtype]).newbyteorder(">" if self._big else "<")
        flat = np.frombuffer(data, kind)
        if not tensor.shape or 0 in tensor.shape:
            return (
                flat[tensor.offset : tensor.offset + 1].reshape(())
                if not tensor.shape
                else np.zeros(tensor.shape, kind)
            )
        strides = tuple(stride * kind.itemsize for stride in tensor.strides)
        return as_strided(flat[tensor.offset :], tensor.shape, strides, writeable=False)

    def _array(self, name: str, array: Array) -> np.ndarray:
        """An array of NumPy's that a pickle held as a whole."""
        import numpy as np

        stored = array.stored
        assert stored is not None
        try:
            kind = np.dtype(stored.kind).newbyteorder(">" if stored.big_endian else "<")
            order = "F" if stored.fortran else "C"
            return np.frombuffer(stored.data, kind).reshape(stored.shape, order=order)  # type: ignore[call-overload, no-any-return]
        except (TypeError, ValueError):
            size = len(stored.data)
            raise broken(
                self.path, self.format, f"'{name}' of {show(stored.shape)} is given {size} bytes"
            ) from None


def _stored(name: str, each: Tensor | Array) -> Stored:
    if isinstance(each, Tensor):
        return Stored(name, each.shape, each.dtype)
    assert each.stored is not None
    kind = each.stored.kind
    bits = int(kind[1:]) * 8 if kind[1:].isdigit() and kind[:1] in _NUMPY else 0
    dtype = f"{_NUMPY[kind[0]]}{bits}" if bits else "bool" if kind == "b1" else kind
    return Stored(name, each.stored.shape, dtype)


def pickled(stream: Stream, vocabulary: Vocabulary, path: Path) -> Any:
    """The value of a pickle in the file at ``path``. Raises :class:`SpecError`; nothing is run."""
    try:
        return run_pickle(stream, vocabulary)
    except BrokenPickle as error:
        raise broken(path, FORMAT, str(error)) from None
    except RefusedPickle as error:
        raise refused(str(error), path) from None


def refused(name: str, path: Path) -> SpecError:
    """The error that a pickle asks for ``name``: a class of a network, or anything else."""
    last = name.rpartition(".")[2]
    if name.startswith(_CLASSES) and last[:1].isupper():
        return whole_model(name, path)
    hints = ("nothing of it was run; a safetensors file of the same weights can hold no code", f"or, {SAVE}")
    return SpecError([WeightsRunCode(path=str(path), name=name, file=str(path), hints=hints)])


def whole_model(name: str, path: Path, kind: str = "network") -> SpecError:
    """The error that a file holds a network as a program's object."""
    return SpecError([WholeModel(path=str(path), kind=kind, name=name, file=str(path), hints=(SAVE,))])
