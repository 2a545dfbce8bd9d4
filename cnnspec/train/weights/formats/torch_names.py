"""The names that PyTorch's pickles use, as stand-ins: storages, tensors, and what stands beside them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any

from ...data.pickle_machine import BrokenPickle, Inert, Named, Vocabulary
from ...data.safe_pickle import ARRAY_NAMES

INSTRUCTIONS = 2_000_000
"""More than a pickle of any network's tensors has; a tensor takes about 25."""
LONGEST = 64 * 2**20
"""Bytes of a pickle of tensors, whose values stand elsewhere."""
MAX_AXES = 32

DTYPES = {
    "float64": "f8",
    "float32": "f4",
    "float16": "f2",
    "bfloat16": "u2",
    "int64": "i8",
    "int32": "i4",
    "int16": "i2",
    "int8": "i1",
    "uint8": "u1",
    "uint16": "u2",
    "uint32": "u4",
    "uint64": "u8",
    "bool": "?",
    "complex64": "c8",
    "complex128": "c16",
    "float8_e4m3fn": "u1",
    "float8_e5m2": "u1",
    "qint8": "i1",
    "quint8": "u1",
    "qint32": "i4",
}
"""PyTorch's types, and NumPy's short names of what they are read as (bfloat16: its bits)."""
_STORAGES = {
    "Double": "float64",
    "Float": "float32",
    "Half": "float16",
    "BFloat16": "bfloat16",
    "Long": "int64",
    "Int": "int32",
    "Short": "int16",
    "Char": "int8",
    "Byte": "uint8",
    "Bool": "bool",
    "ComplexFloat": "complex64",
    "ComplexDouble": "complex128",
    "QInt8": "qint8",
    "QUInt8": "quint8",
    "QInt32": "qint32",
}
UNTYPED = "bytes"
STORAGES = {
    **{f"torch.{name}Storage": dtype for name, dtype in _STORAGES.items()},
    "torch.storage.UntypedStorage": UNTYPED,
    "torch.UntypedStorage": UNTYPED,
}


def width(dtype: str) -> int:
    """Bytes a value."""
    kind = DTYPES.get(dtype, "u1")
    return int(kind[1:] or 1) if kind != "?" else 1


@dataclass(frozen=True, slots=True)
class Storage(Inert):
    """A row of ``count`` values that the file has under ``key``, ``first`` of them left out in front."""

    key: str
    dtype: str
    count: int
    first: int = 0


@dataclass(frozen=True, slots=True)
class Tensor(Inert):
    """A view of a storage: places ``offset`` + sum of index * stride; checked to lie within it."""

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    dtype: str


class Beside(Inert):
    """Something that stands beside tensors, of which nothing is kept."""

    __slots__ = ()

    def set_state(self, state: Any) -> None:
        pass


def persistent(given: Any) -> Storage:
    """What a pickle means by ``("storage", type, key, place, count)``, in old files with a view after it."""
    if not isinstance(given, tuple) or not 5 <= len(given) <= 6 or given[0] != "storage":
        raise BrokenPickle("it refers to something that is no storage")
    kind, key, count = given[1], given[2], given[4]
    if not isinstance(kind, Named) or kind.name not in STORAGES:
        raise BrokenPickle("it has a storage of no type")
    if not isinstance(key, str) or not _whole(count):
        raise BrokenPickle("it has a storage of no size")
    dtype = STORAGES[kind.name]
    if len(given) == 6 and given[5] is not None:
        _, first, viewed = given[5]
        if not _whole(first) or not _whole(viewed) or first + viewed > count:
            raise BrokenPickle("it has a view that does not lie within its storage")
        return Storage(key, dtype, viewed, first)
    return Storage(key, dtype, count)


def _whole(number: Any) -> bool:
    return type(number) is int and 0 <= number < 2**62


def _tensor(storage: Any, offset: Any, shape: Any, strides: Any, *_: Any) -> Tensor:
    """``_rebuild_tensor`` and its later versions."""
    if not isinstance(storage, Storage) or storage.dtype == UNTYPED:
        raise BrokenPickle("it has a tensor without a storage of its type")
    return _checked(storage, offset, shape, strides, storage.dtype)


def _typed_tensor(storage: Any, offset: Any, shape: Any, strides: Any, *rest: Any) -> Tensor:
    """``_rebuild_tensor_v3``: the storage is bytes, and the type stands beside."""
    if not isinstance(storage, Storage) or len(rest) < 3 or not isinstance(rest[2], Named):
        raise BrokenPickle("it has a tensor without a type")
    dtype = rest[2].name.removeprefix("torch.")
    if dtype not in DTYPES or storage.dtype != UNTYPED:
        raise BrokenPickle(f"it has a tensor of the type '{dtype[:40]}'")
    typed = Storage(storage.key, dtype, storage.count // width(dtype), storage.first)
    return _checked(typed, offset, shape, strides, dtype)


def _checked(storage: Storage, offset: Any, shape: Any, strides: Any, dtype: str) -> Tensor:
    if not isinstance(shape, tuple) or not isinstance(strides, tuple) or len(shape) != len(strides):
        raise BrokenPickle("it has a tensor of no shape")
    if len(shape) > MAX_AXES or not all(map(_whole, (offset, *shape, *strides))):
        raise BrokenPickle("it has a tensor of no shape")
    count = prod(shape)
    last = offset + sum((size - 1) * stride for size, stride in zip(shape, strides, strict=True))
    if count and (last >= storage.count or count > storage.count):
        raise BrokenPickle(f"it has a tensor of {count} values in a storage of {storage.count}")
    return Tensor(storage, offset, shape, strides, dtype)


def _data(data: Any, *_: Any) -> Any:
    """``_rebuild_parameter``: the tensor that it is made of."""
    if not isinstance(data, Tensor):
        raise BrokenPickle("it has a parameter that is no tensor")
    return data


def _of_class(function: Any, _: Any, arguments: Any, *__: Any) -> Any:
    """``_rebuild_from_type_v2``: a tensor of a class of its own is a tensor."""
    if not isinstance(function, Named) or function.call is None or not isinstance(arguments, tuple):
        raise BrokenPickle("it makes a tensor of nothing")
    return _data(function.call(*arguments))


def _dictionary(pairs: Any = (), *_: Any) -> dict[Any, Any]:
    """``OrderedDict``; Python 2 gives it a list of pairs."""
    found: dict[Any, Any] = {}
    for pair in [*pairs.items()] if isinstance(pairs, dict) else pairs:
        key, value = pair
        if not isinstance(key, str | int):
            raise BrokenPickle("it has a key that is neither text nor a number")
        found[key] = value
    return found


def _sparse(*_: Any) -> Any:
    raise BrokenPickle("it has a sparse tensor, which is not read")


def _beside(*_: Any) -> Beside:
    return Beside()


_CALLS: dict[str, Callable[..., Any]] = {
    "torch._utils._rebuild_tensor": _tensor,
    "torch._utils._rebuild_tensor_v2": _tensor,
    "torch._utils._rebuild_tensor_v3": _typed_tensor,
    "torch._utils._rebuild_qtensor": _tensor,
    "torch._utils._rebuild_sparse_tensor": _sparse,
    "torch._utils._rebuild_sparse_csr_tensor": _sparse,
    "torch._utils._rebuild_parameter": _data,
    "torch._utils._rebuild_parameter_with_state": _data,
    "torch._tensor._rebuild_from_type_v2": _of_class,
    "torch._tensor._rebuild_from_type": _of_class,
    "torch.serialization._get_layout": _beside,
    "torch.device": _beside,
    "torch.Size": lambda *sizes: tuple(sizes[0]) if sizes else (),
    "collections.OrderedDict": _dictionary,
    "collections.Counter": _dictionary,
    **{f"numpy.{core}.multiarray.scalar": _beside for core in ("core", "_core")},
}
_NAMES = (
    *STORAGES,
    *(f"torch.{dtype}" for dtype in DTYPES),
    *("torch.Tensor", "torch.nn.parameter.Parameter", "torch.nn.parameter.Buffer"),
    *("torch.per_tensor_affine", "torch.per_channel_affine"),
)
TENSORS = Vocabulary(
    {**ARRAY_NAMES, **{n: Named(n, c) for n, c in _CALLS.items()}, **{n: Named(n) for n in _NAMES}},
    persistent,
    INSTRUCTIONS,
)
"""The names of a state dict, and of what training programs save beside it."""
