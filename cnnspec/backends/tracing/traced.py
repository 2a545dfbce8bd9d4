"""A tensor that takes notes of what is done to it."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Real
from typing import Any

from . import shapes
from .steps import FLOAT, MASK, Operand, Step, Trace, Value
from .symbols import Dims, Untraceable, plain


class Traced:
    """A tensor of the protocol that stands for an operand of a trace."""

    def __init__(self, trace: Trace, operand: Operand, shape: Dims, dtype: str = FLOAT) -> None:
        self.trace, self.operand = trace, operand
        self.shape, self.dtype = shape, dtype

    def __getattr__(self, name: str) -> Any:
        raise Untraceable(f"it uses '{name}', which tensors of layers do not have")

    def _record(
        self, method: str, others: Sequence[Any], shape: Dims, dtype: str = FLOAT, /, **attributes: Any
    ) -> Traced:
        operands = tuple(map(_operand, (self, *others)))
        self.trace.steps.append(Step(method, operands, attributes, shape, dtype))
        return Traced(self.trace, Value(len(self.trace.steps) - 1), shape, dtype)

    def _axis(self, axis: int) -> int:
        if not -len(self.shape) <= axis < len(self.shape):
            raise Untraceable(f"there is no axis {axis}")
        return axis % len(self.shape)

    # arithmetic

    def _elementwise(self, method: str, *others: Any, dtype: str = FLOAT) -> Traced:
        tensors = [self, *(other for other in others if isinstance(other, Traced))]
        return self._record(method, others, shapes.broadcast(*(t.shape for t in tensors)), dtype)

    def __add__(self, other: Any, /) -> Traced:
        return self._elementwise("add", other)

    def __sub__(self, other: Any, /) -> Traced:
        return self._elementwise("sub", other)

    def __mul__(self, other: Any, /) -> Traced:
        return self._elementwise("mul", other)

    def __truediv__(self, other: Any, /) -> Traced:
        return self._elementwise("div", other)

    def __lt__(self, other: Any, /) -> Traced:
        return self._elementwise("less", other, dtype=MASK)

    def __bool__(self) -> bool:
        raise Untraceable("it branches on the values of a tensor")

    def exp(self) -> Traced:
        return self._elementwise("exp")

    def log(self) -> Traced:
        return self._elementwise("log")

    def rsqrt(self) -> Traced:
        return self._elementwise("rsqrt")

    def square(self) -> Traced:
        return self._elementwise("square")

    def where(self, x: Any, y: Any) -> Traced:
        return self._elementwise("where", x, y)

    # activations

    def relu(self) -> Traced:
        return self._elementwise("relu")

    def sigmoid(self) -> Traced:
        return self._elementwise("sigmoid")

    def tanh(self) -> Traced:
        return self._elementwise("tanh")

    def erf(self) -> Traced:
        return self._elementwise("erf")

    def softmax(self, axis: int) -> Traced:
        axis = self._axis(axis)
        shapes.reduced(self.shape, (axis,), True)  # refuses the batch
        return self._record("softmax", (), self.shape, axis=axis)

    # reductions

    def _reduce(self, method: str, axis: Any, keepdim: bool) -> Traced:
        axes = tuple(self._axis(each) for each in (axis if isinstance(axis, tuple) else (axis,)))
        return self._record(
            method, (), shapes.reduced(self.shape, axes, keepdim), axis=axes, keepdim=bool(keepdim)
        )

    def mean(self, axis: tuple[int, ...], keepdim: bool = False) -> Traced:
        return self._reduce("mean", axis, keepdim)

    def max(self, axis: tuple[int, ...], keepdim: bool = False) -> Traced:
        return self._reduce("max", axis, keepdim)

    # movement

    def reshape(self, shape: tuple[int, ...], /) -> Traced:
        return self._record("reshape", (), shapes.reshaped(self.shape, tuple(shape)), shape=tuple(shape))

    def expand(self, shape: tuple[int, ...], /) -> Traced:
        return self._record("expand", (), shapes.expanded(self.shape, tuple(shape)), shape=tuple(shape))

    def permute(self, *order: int) -> Traced:
        axes = tuple(map(self._axis, order))
        if sorted(axes) != list(range(len(self.shape))):
            raise Untraceable("a permute does not name each axis once")
        return self._record("permute", (), tuple(self.shape[axis] for axis in axes), order=axes)

    def shrink(self, bounds: tuple[tuple[int, int] | None, ...], /) -> Traced:
        return self._record("shrink", (), shapes.shrunk(self.shape, bounds), bounds=tuple(bounds))

    def pad(self, padding: tuple[int, int, int, int], /, *, value: float) -> Traced:
        sides = plain(tuple(padding))
        return self._record("pad", (), shapes.padded(self.shape, sides), padding=sides, value=float(value))

    def cat(self, *others: Traced, dim: int) -> Traced:
        axis = self._axis(dim)
        joined = shapes.joined([self.shape, *(other.shape for other in others)], axis)
        return self._record("cat", others, joined, dim=axis)

    # layers

    def linear(self, weight: Traced, bias: Traced | None) -> Traced:
        if self.shape[-1] != weight.shape[0]:
            raise Untraceable("a matrix does not fit what it multiplies")
        return self._record("linear", (weight, bias), (*self.shape[:-1], weight.shape[1]))

    def conv2d(
        self,
        weight: Traced,
        bias: Traced | None,
        groups: int,
        stride: tuple[int, int],
        dilation: tuple[int, int],
        padding: tuple[int, int, int, int],
    ) -> Traced:
        size = shapes.windows(self.shape, weight.shape[2:], stride, dilation, padding)
        given = {"groups": groups, "stride": stride, "dilation": dilation, "padding": padding}
        attributes = {name: plain(value) for name, value in given.items()}
        return self._record("conv2d", (weight, bias), (self.shape[0], weight.shape[0], *size), **attributes)

    def _pool(self, method: str, **given: Any) -> Traced:
        attributes = {name: plain(value) for name, value in given.items()}
        names = ("kernel_size", "stride", "dilation", "padding", "ceil_mode")
        size = shapes.windows(self.shape, *(attributes[name] for name in names))
        return self._record(method, (), (*self.shape[:-2], *size), **attributes)

    def max_pool2d(
        self,
        kernel_size: tuple[int, int],
        stride: tuple[int, int],
        dilation: tuple[int, int],
        padding: tuple[int, int, int, int],
        ceil_mode: bool,
    ) -> Traced:
        return self._pool(
            "max_pool2d",
            kernel_size=kernel_size,
            stride=stride,
            dilation=dilation,
            padding=padding,
            ceil_mode=ceil_mode,
        )

    def avg_pool2d(
        self,
        kernel_size: tuple[int, int],
        stride: tuple[int, int],
        dilation: tuple[int, int],
        padding: tuple[int, int, int, int],
        ceil_mode: bool,
        count_include_pad: bool,
    ) -> Traced:
        return self._pool(
            "avg_pool2d",
            kernel_size=kernel_size,
            stride=stride,
            dilation=dilation,
            padding=padding,
            ceil_mode=ceil_mode,
            count_include_pad=count_include_pad,
        )

    # types and state

    def float(self) -> Traced:
        return self.cast(FLOAT)

    def cast(self, dtype: Any, /) -> Traced:
        if dtype == self.dtype:
            return self
        if dtype not in (FLOAT, MASK):
            raise Untraceable(f"it asks for the type {dtype!r}")
        return self._record("cast", (), self.shape, dtype, dtype=dtype)

    def detach(self) -> Traced:
        return self

    def assign(self, value: Traced, /) -> Traced:
        raise Untraceable("it changes a tensor that it owns")


def _operand(given: Any) -> Operand:
    if given is None:
        return None
    if isinstance(given, Traced):
        return given.operand
    if isinstance(given, Real):
        return given if isinstance(given, float) else float(given)
    raise Untraceable(f"it calculates with a {type(given).__name__}")
