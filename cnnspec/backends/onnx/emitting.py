"""An ONNX node, or a few, for each operation of the tensor protocol."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..tracing.steps import Input, Operand, Parameter, Step, Trace, Value
from ..tracing.symbols import BATCH, Dims, count, plain
from .forms import Fill, recognised
from .writer import Constant, Term, Writer

if TYPE_CHECKING:
    import numpy as np

SAME = {
    "add": "Add",
    "sub": "Sub",
    "mul": "Mul",
    "div": "Div",
    "less": "Less",
    "exp": "Exp",
    "log": "Log",
    "relu": "Relu",
    "sigmoid": "Sigmoid",
    "tanh": "Tanh",
    "erf": "Erf",
    "where": "Where",
}
"""Operations that are an operator of ONNX as they are."""


@dataclass
class Layer:
    """One layer while its nodes are made. ``inputs`` are names of values, ``parameters`` arrays by their short name."""

    writer: Writer
    name: str
    trace: Trace
    inputs: tuple[str, ...]
    parameters: Mapping[str, np.ndarray]
    terms: dict[int, Term] = field(default_factory=dict)

    def emit(self) -> str:
        """Add the layer's nodes; the name of the value that it gives."""
        self.trace = recognised(self.trace)
        first = len(self.writer.records)
        for number, step in enumerate(self.trace.steps):
            self.terms[number] = self._emitted(step)
        result = self.writer.named(self.term(self.trace.output) or "")
        return self.writer.finish_layer(self.name, first, result)

    def _emitted(self, step: Step) -> Term:
        terms = [self.term(operand) for operand in step.operands]
        if step.method[0].isupper():
            return self.node(step.method, *terms, **step.attributes)
        known = [term for term in terms if isinstance(term, Constant)]
        if step.method in FOLDED and len(known) == len(terms):
            return self._folded(step, known)
        if step.method in SAME:
            return self.node(SAME[step.method], *terms)
        return EMITTED[step.method](self, step, terms)

    def _folded(self, step: Step, known: list[Constant]) -> Constant:
        """Arithmetic of parameters alone, done now."""
        import numpy as np

        array = FOLDED[step.method](
            np, plain(tuple(step.attributes.values())), *(each.array for each in known)
        )
        return Constant(np.ascontiguousarray(array, dtype=np.float32).reshape(array.shape), known[0].name)

    def term(self, operand: Operand | Fill) -> Term:
        import numpy as np

        if isinstance(operand, Value):
            return self.terms[operand.step]
        if isinstance(operand, Input):
            return self.inputs[operand.number]
        if isinstance(operand, Parameter):
            return Constant(self.parameters[operand.name], f"{self.name}.{operand.name}")
        if isinstance(operand, Fill):
            array = np.full(operand.length, operand.value, np.float32)
            return Constant(array, f"constant_{operand.value:g}_{operand.length}")
        return None if operand is None else Constant(np.array(operand, np.float32), f"constant_{operand:g}")

    def node(self, operator: str, *inputs: Term, **attributes: Any) -> str:
        return self.writer.node(self.name, operator, inputs, attributes)

    def integers(self, what: str, values: Any) -> Constant:
        """An operator's input of int64."""
        import numpy as np

        return Constant(np.array([int(v) for v in values], np.int64), f"{self.name}/{what}")

    def given(self, step: Step) -> Dims:
        """The shape of what the operation is done to."""
        return self.trace.shape(step.operands[0])


FOLDED: dict[str, Callable[..., Any]] = {
    "add": lambda np, _, a, b: a + b,
    "sub": lambda np, _, a, b: a - b,
    "mul": lambda np, _, a, b: a * b,
    "div": lambda np, _, a, b: a / b,
    "exp": lambda np, _, a: np.exp(a),
    "log": lambda np, _, a: np.log(a),
    "rsqrt": lambda np, _, a: 1 / np.sqrt(a),
    "square": lambda np, _, a: a * a,
    "relu": lambda np, _, a: np.maximum(a, 0),
    "tanh": lambda np, _, a: np.tanh(a),
    "reshape": lambda np, given, a: a.reshape(given[0]),
    "permute": lambda np, given, a: a.transpose(given[0]),
}
"""Operations that are done at once where all operands are known: of NumPy, the attributes, and the arrays."""


def _rsqrt(layer: Layer, step: Step, terms: list[Term]) -> Term:
    return layer.node("Reciprocal", layer.node("Sqrt", terms[0]))


def _square(layer: Layer, step: Step, terms: list[Term]) -> Term:
    return layer.node("Mul", terms[0], terms[0])


def _softmax(layer: Layer, step: Step, terms: list[Term]) -> Term:
    return layer.node("Softmax", terms[0], axis=step.attributes["axis"])


def _reduced(whole: str, some: str) -> Callable[[Layer, Step, list[Term]], Term]:
    def emit(layer: Layer, step: Step, terms: list[Term]) -> Term:
        axes, keepdim = step.attributes["axis"], step.attributes["keepdim"]
        if len(layer.given(step)) == 4 and axes == (2, 3) and keepdim:
            return layer.node(whole, terms[0])
        return layer.node(some, terms[0], axes=list(axes), keepdims=int(keepdim))

    return emit


def _reshape(layer: Layer, step: Step, terms: list[Term]) -> Term:
    given, wanted = layer.given(step), step.shape
    if given[0] is BATCH and len(wanted) == 2 and wanted[1] == count(given):
        return layer.node("Flatten", terms[0], axis=1)
    sizes = [0 if size is BATCH else size for size in wanted]  # 0 keeps the size that the axis has
    return layer.node("Reshape", terms[0], layer.integers("shape", sizes))


def _expand(layer: Layer, step: Step, terms: list[Term]) -> Term:
    sizes = [1 if size is BATCH else size for size in step.shape]  # 1 broadcasts
    return layer.node("Expand", terms[0], layer.integers("shape", sizes))


def _permute(layer: Layer, step: Step, terms: list[Term]) -> Term:
    return layer.node("Transpose", terms[0], perm=list(step.attributes["order"]))


def _shrink(layer: Layer, step: Step, terms: list[Term]) -> Term:
    kept = [(axis, *bounds) for axis, bounds in enumerate(step.attributes["bounds"]) if bounds is not None]
    axes, starts, ends = zip(*kept, strict=True) if kept else ((), (), ())
    named = zip(("starts", "ends", "axes"), (starts, ends, axes), strict=True)
    return layer.node("Slice", terms[0], *(layer.integers(name, values) for name, values in named))


def _pad(layer: Layer, step: Step, terms: list[Term]) -> Term:
    return _padded(layer, terms[0], len(step.shape), step.attributes["padding"], step.attributes["value"])


def _padded(layer: Layer, x: Term, rank: int, sides: tuple[int, ...], value: float) -> str:
    left, right, top, bottom = sides
    before = [0] * (rank - 2)
    amounts = layer.integers("pads", (*before, top, left, *before, bottom, right))
    return layer.node("Pad", x, amounts, layer.term(float(value)), mode="constant")


def _cat(layer: Layer, step: Step, terms: list[Term]) -> Term:
    return layer.node("Concat", *terms, axis=step.attributes["dim"])


def _linear(layer: Layer, step: Step, terms: list[Term]) -> Term:
    x, weight, bias = terms
    if len(step.shape) != 2:
        product = layer.node("MatMul", x, weight)
        return product if bias is None else layer.node("Add", product, bias)
    made_by = step.operands[1]
    before = layer.trace.steps[made_by.step] if isinstance(made_by, Value) else None
    if before and before.method == "permute" and before.attributes["order"] == (1, 0):
        return layer.node("Gemm", x, layer.term(before.operands[0]), bias, transB=1)
    return layer.node("Gemm", x, weight, bias)


def _conv2d(layer: Layer, step: Step, terms: list[Term]) -> Term:
    given = step.attributes
    kernel = layer.trace.shape(step.operands[1])[2:]
    return layer.node(
        "Conv",
        *terms,
        kernel_shape=[int(size) for size in kernel],
        strides=list(given["stride"]),
        dilations=list(given["dilation"]),
        group=given["groups"],
        pads=_pads(given["padding"]),
    )


def _pads(sides: tuple[int, ...]) -> list[int]:
    """(left, right, top, bottom) in the order of ONNX: top, left, bottom, right."""
    left, right, top, bottom = sides
    return [top, left, bottom, right]


def _needed_sides(step: Step, shape: Dims) -> tuple[int, ...]:
    """The padding with which windows that are counted by rounding up fit exactly.

    Runtimes do not agree on ``ceil_mode``, so no node has it.
    """
    given = step.attributes
    if not given["ceil_mode"]:
        sides: tuple[int, ...] = given["padding"]
        return sides
    left, _, top, _ = given["padding"]
    after = []
    for axis, before in ((0, top), (1, left)):
        span = given["dilation"][axis] * (given["kernel_size"][axis] - 1) + 1
        end = (int(step.shape[axis - 2]) - 1) * given["stride"][axis] + span
        after.append(max(end - before - int(shape[axis - 2]), 0))
    return left, after[1], top, after[0]


def _max_pool2d(layer: Layer, step: Step, terms: list[Term]) -> Term:
    given, sides = step.attributes, _needed_sides(step, layer.given(step))
    x, (height, width) = terms[0], given["kernel_size"]
    if max(sides[:2]) >= width or max(sides[2:]) >= height:  # more than runtimes take, with a dilation
        x, sides = _padded(layer, x, len(step.shape), sides, float("-inf")), (0, 0, 0, 0)
    return layer.node(
        "MaxPool",
        x,
        kernel_shape=[height, width],
        strides=list(given["stride"]),
        dilations=list(given["dilation"]),
        pads=_pads(sides),
    )


def _avg_pool2d(layer: Layer, step: Step, terms: list[Term]) -> Term:
    given, sides = step.attributes, _needed_sides(step, layer.given(step))
    x, counted = terms[0], given["count_include_pad"]
    if counted and sides != given["padding"]:
        # The padding counts as pixels, what windows reach beyond it does not.
        x, counted = _padded(layer, x, len(step.shape), given["padding"], 0.0), False
        sides = tuple(max(a - b, 0) for a, b in zip(sides, given["padding"], strict=True))
    return layer.node(
        "AveragePool",
        x,
        kernel_shape=list(given["kernel_size"]),
        strides=list(given["stride"]),
        pads=_pads(sides),
        count_include_pad=int(counted),
    )


def _cast(layer: Layer, step: Step, terms: list[Term]) -> Term:
    from onnx import TensorProto

    return layer.node("Cast", terms[0], to=TensorProto.FLOAT if step.dtype == "float32" else TensorProto.BOOL)


EMITTED: dict[str, Callable[[Layer, Step, list[Term]], Term]] = {
    "rsqrt": _rsqrt,
    "square": _square,
    "softmax": _softmax,
    "mean": _reduced("GlobalAveragePool", "ReduceMean"),
    "max": _reduced("GlobalMaxPool", "ReduceMax"),
    "reshape": _reshape,
    "expand": _expand,
    "permute": _permute,
    "shrink": _shrink,
    "pad": _pad,
    "cat": _cat,
    "linear": _linear,
    "conv2d": _conv2d,
    "max_pool2d": _max_pool2d,
    "avg_pool2d": _avg_pool2d,
    "cast": _cast,
}
