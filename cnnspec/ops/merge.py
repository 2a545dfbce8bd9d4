"""Joins of parallel tracks."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from math import prod
from typing import TYPE_CHECKING

from ..ir import (
    APART,
    LAYERS,
    Example,
    Mixing,
    Op,
    OpError,
    Picked,
    Range,
    Run,
    Shape,
    ShapeMismatch,
    Working,
    WrongInputCount,
    input_givens,
    is_map,
    kept,
    show,
    size_step,
)

if TYPE_CHECKING:
    from ..ir.tensor import Tensor
from .ranges import multiplied


class _Merge(Op):
    """What the joins share: at least two tracks."""

    family = "merge"
    inputs = (2, None)

    def need_tracks(self, inputs: tuple[Shape, ...]) -> None:
        if len(inputs) < 2:
            found = "one track" if inputs else "none"
            raise OpError(WrongInputCount(call=self.call_name, expected="two tracks or more", found=found))

    def mismatch(self, inputs: tuple[Shape, ...], reason: str, *hints: str) -> OpError:
        shown = [show(s) for s in inputs]
        shapes = ", ".join(shown[:-1]) + " and " + shown[-1]
        return OpError(ShapeMismatch(call=self.call_name, shapes=shapes, reason=reason, hints=hints))


_CHANNEL_HINT = "end a track with 'conv({channels}, 1)' to change its channels"
_SIZE_HINT = "height and width change by stride, padding and pooling: give the tracks the same"


def _difference(inputs: tuple[Shape, ...]) -> tuple[str, tuple[str, ...]]:
    """In what shapes differ, and what helps."""
    if len({len(s) for s in inputs}) > 1:
        hint = "end the tracks that are maps with 'flatten'"
        return "some are feature maps, some are vectors", (hint,)
    reasons, hints = [], []
    if len({s[0] for s in inputs}) > 1:
        vectors = not is_map(inputs[0])
        reasons.append(f"{'features' if vectors else 'channels'} differ ({_listed(s[0] for s in inputs)})")
        last = inputs[-1][0]
        hints.append(f"end a track with 'linear({last})'" if vectors else _CHANNEL_HINT.format(channels=last))
    if len({s[1:] for s in inputs}) > 1:
        reasons.append(f"height and width differ ({_listed(show(s[1:]) for s in inputs)})")
        hints.append(_SIZE_HINT)
    return " and ".join(reasons), tuple(hints)


def _listed(values: object) -> str:
    return ", ".join(map(str, values))  # type: ignore[call-overload]


@LAYERS.register("add")
class Add(_Merge):
    """Sum of tracks of one shape, as a residual connection. He et al. 2016."""

    any_axes = True
    adds_tracks = True
    commutative = True
    backward_reads = ()
    examples = (
        Example("add", ((2, 3, 4), (2, 3, 4))),
        Example("add", ((5,), (5,), (5,))),
    )

    def output_shape(self, *inputs: Shape) -> Shape:
        self.need_tracks(inputs)
        if len(set(inputs)) > 1:
            reason, hints = _difference(inputs)
            raise self.mismatch(inputs, reason, *hints)
        return inputs[0]

    def mixing(self, *inputs: Shape) -> Mixing:
        return APART

    def keeps_constants(self, *inputs: Shape) -> bool:
        return True

    def range_given(self, *taken: Range) -> Range:
        return sum(low for low, _ in taken), sum(high for _, high in taken)

    def forward(self, inputs: tuple[Tensor, ...], parameters: Mapping[str, Tensor], run: Run) -> Tensor:
        total = inputs[0]
        for x in inputs[1:]:
            total = total + x
        return total


@LAYERS.register("multiply")
class Multiply(_Merge):
    """Product of tracks of one shape, or of a map and its gates. The largest track sets the shape.

    A gate is C x 1 x 1 (a factor for each channel: squeeze-and-excitation, Hu et al. 2018, equation 4) or
    1 x H x W (a factor for each pixel).
    """

    also_called = ("mul",)
    any_axes = True
    takes_gates = True
    commutative = True
    examples = (
        Example("multiply", ((3, 2, 4), (3, 1, 1))),
        Example("multiply", ((1, 2, 4), (3, 2, 4))),
        Example("multiply", ((5,), (5,))),
    )

    def output_shape(self, *inputs: Shape) -> Shape:
        self.need_tracks(inputs)
        full = max(inputs, key=prod)
        gates = (full, (full[0], 1, 1), (1, *full[1:]))
        odd = [s for s in inputs if s not in gates or len(s) != len(full)]
        if odd:
            reason, hints = _difference((full, odd[0]))
            if is_map(full) and is_map(odd[0]):
                reason = f"beside {show(full)} a gate is {full[0]} x 1 x 1 or 1 x {show(full[1:])}"
                hints = (_CHANNEL_HINT.format(channels=full[0]),) if odd[0][1:] == (1, 1) else hints
            raise self.mismatch(inputs, reason, *hints)
        return full

    def size_working(self, inputs: tuple[Shape, ...], output: Shape) -> Working:
        """The sizes of the largest track, beside which the others are gates."""
        givens = input_givens(output, inputs.index(output))
        return Working(givens, kept(*(given.symbol.partition("_")[0] for given in givens)))

    def mixing(self, *inputs: Shape) -> Mixing:
        return APART

    def range_given(self, *taken: Range) -> Range:
        return reduce(multiplied, taken)

    def forward(self, inputs: tuple[Tensor, ...], parameters: Mapping[str, Tensor], run: Run) -> Tensor:
        product = inputs[0]
        for x in inputs[1:]:
            product = product * x
        return product


@LAYERS.register("concat")
class Concat(_Merge):
    """Tracks one after the other along channels (vectors: features). Szegedy et al. 2015; Huang et al. 2017.

    Maps must agree in height and width: C1 x H x W, C2 x H x W, … → (C1 + C2 + …) x H x W.
    """

    backward_reads = ()
    keeps_range = True
    also_called = ("concatenate", "cat")
    examples = (
        Example("concat", ((2, 3, 4), (1, 3, 4), (3, 3, 4))),
        Example("concat", ((3,), (4,))),
    )

    def output_shape(self, *inputs: Shape) -> Shape:
        self.need_tracks(inputs)
        if len({s[1:] for s in inputs}) > 1:
            # Channels may differ here: compare shapes that agree in them.
            reason, hints = _difference(tuple((1, *s[1:]) for s in inputs))
            raise self.mismatch(inputs, reason, *hints)
        return sum(s[0] for s in inputs), *inputs[0][1:]

    def size_working(self, inputs: tuple[Shape, ...], output: Shape) -> Working:
        first, *others = input_givens(inputs[0])
        letter = first.symbol.partition("_")[0]
        tracks = [input_givens(shape, i, str(i + 1))[0] for i, shape in enumerate(inputs)]
        joined = size_step(letter, " + ".join(track.symbol for track in tracks))
        stay = kept(*(given.symbol.partition("_")[0] for given in others))
        return Working((*tracks, *others), (joined, *stay))

    def mixing(self, *inputs: Shape) -> Mixing:
        return Picked(tuple((track, range(shape[0])) for track, shape in enumerate(inputs)))

    def keeps_constants(self, *inputs: Shape) -> bool:
        return True

    def forward(self, inputs: tuple[Tensor, ...], parameters: Mapping[str, Tensor], run: Run) -> Tensor:
        return inputs[0].cat(*inputs[1:], dim=1)
