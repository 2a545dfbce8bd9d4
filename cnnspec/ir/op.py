"""The base of every layer: one class holds all that the compiler knows of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import inf
from typing import Any, ClassVar, Literal, Protocol, Self, TypeAlias

from ..source.values import Value
from .errors import OpError, WrongRank
from .initialisers import Initialiser
from .mixing import MIXED, Mixing
from .shape import Shape, is_map, show
from .signature import Entry, Registry, signature
from .working import Working
from .workings import macs_stated, parameters_stated, size_stated

LAYERS: Registry[Op] = Registry("layer")

Read = Literal["input", "output"]
Role = Literal["weight", "bias", "norm", "buffer"]
Cells: TypeAlias = tuple[tuple[int, int], ...]
Range: TypeAlias = tuple[float, float]
"""The least and the most that values can be, infinite where there is no limit."""
Family = Literal[
    "input", "convolution", "pooling", "norm", "activation", "linear", "reshape", "merge", "regularize"
]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ParameterSpec(Value):
    """One tensor that a layer owns. Counter, allocator and checkpoint all read this.

    ``role`` "buffer" is a running statistic: kept and saved, not trained, not counted.
    ``fans`` are (fan_in, fan_out) of the layer, for the initialiser. ``starts`` is the first epoch in which it is
    trained (of a running statistic: in which it moves): a later one than 1, or None, where it is frozen till then, or for
    good.
    """

    name: str
    shape: Shape
    initialiser: Initialiser
    role: Role
    fans: tuple[int, int] = (1, 1)
    starts: int | None = 1

    @property
    def trainable(self) -> bool:
        """Whether it is ever trained."""
        return self.role != "buffer" and self.starts is not None

    def trained_in(self, epoch: int) -> bool:
        """Whether it is trained in ``epoch`` (from 1)."""
        return self.role != "buffer" and self.starts is not None and self.starts <= epoch


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Window(Value):
    """The receptive-field window of a layer, (height, width) each.

    ``extent`` is the kernel with its dilation, ``before`` the padding at top and left (negative
    where pixels are cropped), and
    ``stride`` the step in input pixels (a fraction for upsampling). ``whole`` marks a layer
    each of whose outputs sees the whole map (global pooling, linear); with ``statistics``, by its mean and variance alone,
    beside the pixel in its own place (group norm).

    Where windows differ from one output to the next, in a pattern, ``cells`` has the first and the last input element of
    each output of the pattern; ``extent`` is then that of the largest, ``before`` that of output 0, ``stride`` the mean.
    """

    extent: tuple[int, int] = (1, 1)
    stride: tuple[Fraction, Fraction] = (Fraction(1), Fraction(1))
    before: tuple[int, int] = (0, 0)
    whole: bool = False
    statistics: bool = False
    cells: tuple[Cells, Cells] = ((), ())

    def looks_at(self, axis: int, output: int) -> tuple[int, int]:
        """First and last input element of an output along an axis (0 height, 1 width), as if the map went on."""
        stride, cells = self.stride[axis], self.cells[axis]
        if not cells:
            first = output * stride.numerator // stride.denominator - self.before[axis]
            return first, first + self.extent[axis] - 1
        turns, place = divmod(output, len(cells))
        moved = turns * int(len(cells) * stride)
        return cells[place][0] + moved, cells[place][1] + moved


POINTWISE = Window()
WHOLE = Window(whole=True)
STATISTICS = Window(whole=True, statistics=True)


class Run(Protocol):
    """What a forward pass knows beside tensors."""

    training: bool

    def uniform(self, like: Any, shape: tuple[int, ...]) -> Any:
        """A tensor of U[0, 1) draws of ``shape`` (with batch), on the device of ``like``."""


@dataclass(frozen=True, eq=False, repr=False)
class Example(Value):
    """A use of a layer for the contract tests and the reference: call text and input shapes."""

    text: str
    inputs: tuple[Shape, ...]


class Op(Entry):
    """A layer. A subclass is a frozen dataclass whose fields are made with ``arg``.

    Shapes are without batch; tensors have the batch in front (N, C, H, W). ``inputs`` is the
    number of tensors taken: (least, most), most None where there is no limit. ``also_called``
    are other tools' names, for hints. ``backward_reads`` says which tensors the gradient needs,
    ``is_view`` that the output shares the input's buffer,
    ``differs_in_training`` that ``forward`` does something else then, ``any_axes`` that it does the same to
    (N, H, W, C), ``commutative`` that the order of its inputs does not matter. ``output_range`` is the least and the most
    that it can give, where it is limited; ``keeps_range`` says that what it gives lies between what it took,
    ``sums_to_one`` that its values are shares of a whole, ``drops_elements`` that in training it sets some elements to 0,
    each by itself, ``adds_tracks`` that it is the sum of its inputs, ``moves_pixels`` that it only puts pixels around a
    map or takes some off, ``scales_channels`` that it multiplies all of a channel (or a feature) by one number, whatever the
    values, ``drops_channels`` that some channels of the input are read by no output, ``takes_gates`` that
    inputs of C x 1 x 1 scale the channels of a map beside them.
    """

    family: ClassVar[Family]
    inputs: ClassVar[tuple[int, int | None]] = (1, 1)
    examples: ClassVar[tuple[Example, ...]] = ()
    also_called: ClassVar[tuple[str, ...]] = ()
    backward_reads: ClassVar[tuple[Read, ...]] = ("input",)
    is_view: ClassVar[bool] = False
    is_view_at_inference: ClassVar[bool] = False
    differs_in_training: ClassVar[bool] = False
    any_axes: ClassVar[bool] = False
    commutative: ClassVar[bool] = False
    output_range: ClassVar[tuple[float, float] | None] = None
    keeps_range: ClassVar[bool] = False
    sums_to_one: ClassVar[bool] = False
    drops_channels: ClassVar[bool] = False
    takes_gates: ClassVar[bool] = False
    drops_elements: ClassVar[bool] = False
    moves_pixels: ClassVar[bool] = False
    scales_channels: ClassVar[bool] = False
    adds_tracks: ClassVar[bool] = False

    def filled_in(self, *inputs: Shape) -> Self:
        """The layer that computes the same, with what is left out and what depends on input shapes written out, and what
        makes no difference at its default. Without ``inputs``: what holds for all."""
        return self

    def output_shape(self, *inputs: Shape) -> Shape:
        """The shape given for these input shapes; raises :class:`OpError` where they don't fit."""
        raise NotImplementedError

    def parameters(self, *inputs: Shape) -> tuple[ParameterSpec, ...]:
        """What the layer owns, in the order of PyTorch's state dict."""
        return ()

    def macs(self, inputs: tuple[Shape, ...], output: Shape) -> int:
        """Multiply-adds for one sample; by the project's convention only conv and linear count."""
        return 0

    def draws(self, output: Shape) -> int:
        """Random numbers for one sample of a step of training; its gradient reads them again."""
        return 0

    def window(self, *inputs: Shape) -> Window:
        """The receptive-field window; pointwise unless a layer says otherwise."""
        return POINTWISE

    def mixing(self, *inputs: Shape) -> Mixing:
        """Which input channels each output channel is computed from; all unless a layer says otherwise."""
        return MIXED

    def copies(self) -> tuple[int, int]:
        """How many rows, and columns, one after the other, hold the same: what one row, or column, of the input does."""
        return 1, 1

    def range_given(self, *taken: Range) -> Range:
        """The least and the most that it gives, in training or after it, where inputs are within their ranges ``taken``."""
        if self.output_range is not None:
            return self.output_range
        if not self.keeps_range:
            return -inf, inf
        return min(low for low, _ in taken), max(high for _, high in taken)

    def changes_nothing(self, taken: Range) -> bool:
        """Whether an activation gives all that it takes as it is, where that is within ``taken``."""
        return bool(self.never_changes)

    @property
    def never_changes(self) -> str:
        """Why an activation gives all values as they are, by its arguments; empty where it does not."""
        return ""

    def keeps_constants(self, *inputs: Shape) -> bool:
        """Whether a constant more in all of a channel of an input is, in training, a constant more in all of each channel
        that it gives (features of a vector are channels)."""
        return False

    def removes_constants(self, *inputs: Shape) -> bool:
        """Whether a constant more in all of a channel makes no difference to what it gives in training."""
        return False

    def forward(self, inputs: tuple[Any, ...], parameters: Mapping[str, Any], run: Run) -> Any:
        """The tensor given; written against ``cnnspec.ir.tensor.Tensor``."""
        raise NotImplementedError

    def size_working(self, inputs: tuple[Shape, ...], output: Shape) -> Working:
        """How the output's shape comes about: steps for C_out, H_out and W_out, of a vector for N_out.

        A layer that changes the shape states its formula here; the default says what stays, and the rest as a fact.
        """
        return size_stated(inputs, output)

    def parameter_working(self, inputs: tuple[Shape, ...]) -> Working:
        """How many parameters there are: steps for weights, biases, norm, buffers as there are any, and ``parameters``.

        The default multiplies the sizes of the tensors that ``parameters`` states.
        """
        return parameters_stated(inputs, self.parameters(*inputs))

    def mac_working(self, inputs: tuple[Shape, ...], output: Shape) -> Working:
        """How many multiply-adds there are: a step for ``MACs``, over the symbols of the other two."""
        return macs_stated(self.macs(inputs, output))

    def label(self) -> str:
        """A few words for tables and drawings: ``3x3, 64, /2``."""
        given = ((a, getattr(self, a.name)) for a in signature(type(self)))
        return ", ".join(f"{a.name}={_plain(value)}" for a, value in given if value != a.default)

    def need_map(self, shape: Shape) -> tuple[int, int, int]:
        """``shape`` as (C, H, W), or the diagnostic that a feature map is needed."""
        if not is_map(shape):
            found = f"a vector of {show(shape)}" if len(shape) == 1 else show(shape)
            hint = f"put '{self.call_name}' before the 'flatten' or 'linear' that makes the vector"
            expected = "a feature map (C x H x W)"
            raise OpError(WrongRank(call=self.call_name, expected=expected, found=found, hints=(hint,)))
        return shape[0], shape[1], shape[2]


def _plain(value: Any) -> Any:
    """A value as one writes it: 2 for (2, 2), 2x3 for (2, 3), false."""
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, tuple):
        return value
    return value[0] if len(set(value)) == 1 else "x".join(map(str, value))


def known_as(registry: Registry[Any], name: str) -> str | None:
    """The entry that other tools call ``name`` (``dense``, ``BatchNorm2d``), if there is one."""
    folded = name.lower()
    entries = registry.entries.items()
    return next(
        (own for own, cls in entries if folded in (a.lower() for a in getattr(cls, "also_called", ()))), None
    )
