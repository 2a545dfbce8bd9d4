"""Arithmetic that ONNX has one operator for: ``(x < 6).where(x.relu(), 6)`` is a ``Clip``.

A form is stated as a function of the tensor protocol, and found by its steps, wherever they are in a layer's trace. A layer
that is computed otherwise stays as arithmetic, which is as right.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..tracing.steps import Input, Operand, Step, Trace, Value
from ..tracing.symbols import BATCH, Dims, Untraceable, plain
from ..tracing.traced import Traced

Found = Mapping[str, Any]


class Free(float):
    """A number that may be any; ``name`` is what it is found as."""

    name: str

    def __new__(cls, name: str) -> Free:
        made = super().__new__(cls, 1.0)
        made.name = name
        return made


@dataclass(frozen=True)
class Fill:
    """An operand: a vector of one number, as long as there are channels."""

    value: float
    length: int


@dataclass(frozen=True)
class Form:
    """``compute`` of an image tensor and ``others`` is what ``operator`` does.

    ``others`` names further tensors with their shapes, as a function of the first one's. ``made`` gives operands and
    attributes of the operator from what was found.
    """

    operator: str
    compute: Callable[..., Traced]
    made: Callable[[Found], tuple[Sequence[Any], Mapping[str, Any]]]
    others: Callable[[Dims], Mapping[str, Dims]] = lambda shape: {}


def recognised(trace: Trace) -> Trace:
    """``trace`` with the forms in it as steps of their own, named by their operator, and what is no longer needed gone."""
    steps = list(trace.steps)
    for number in range(len(steps) - 1, -1, -1):
        for form in FORMS:
            found = _match(form, replace_steps(trace, steps), number)
            if found is not None:
                operands, attributes = form.made(found)
                old = steps[number]
                steps[number] = Step(form.operator, tuple(operands), attributes, old.shape, old.dtype)
                break
    return _needed(replace_steps(trace, steps))


def replace_steps(trace: Trace, steps: Sequence[Step]) -> Trace:
    return replace(trace, steps=list(steps))


def _match(form: Form, trace: Trace, number: int) -> Found | None:
    """What the form's names stand for where step ``number`` is its end; None where it is not."""
    shape = trace.steps[number].shape
    if len(shape) < 2 or shape[0] is not BATCH:
        return None
    shapes = {"x": shape, **form.others(shape)}
    pattern = Trace(tuple(shapes.values()), {})
    tensors = (Traced(pattern, Input(i), each) for i, each in enumerate(shapes.values()))
    try:
        form.compute(*tensors)
    except Untraceable:  # the form is about other shapes
        return None
    found: dict[str, Any] = {"shape": shape}
    end = Value(len(pattern.steps) - 1)
    return found if _fits(pattern, end, trace, Value(number), tuple(shapes), found) else None


def _fits(
    pattern: Trace, wanted: Operand, trace: Trace, given: Operand, names: Sequence[str], found: dict[str, Any]
) -> bool:
    if isinstance(wanted, Input):
        name = names[wanted.number]
        fitting = given is None or _size(trace, given) == _size(pattern, wanted)
        return fitting and found.setdefault(name, given) == given
    if isinstance(wanted, Free):
        return isinstance(given, float) and found.setdefault(wanted.name, given) == given
    if not isinstance(wanted, Value):
        return wanted == given
    if not isinstance(given, Value):
        return False
    one, other = pattern.steps[wanted.step], trace.steps[given.step]
    return (
        one.method == other.method
        and len(one.operands) == len(other.operands)
        and {name: plain(value) for name, value in one.attributes.items()}
        == {name: plain(value) for name, value in other.attributes.items()}
        and all(
            _fits(pattern, a, trace, b, names, found)
            for a, b in zip(one.operands, other.operands, strict=True)
        )
    )


def _size(trace: Trace, operand: Operand) -> Any:
    return plain(trace.shape(operand))


def _needed(trace: Trace) -> Trace:
    """The trace without steps that its output does not need."""
    if not isinstance(trace.output, Value):
        return replace(trace, steps=[])
    needed = {trace.output.step}
    for number in range(len(trace.steps) - 1, -1, -1):
        if number in needed:
            needed.update(o.step for o in trace.steps[number].operands if isinstance(o, Value))
    new = {old: number for number, old in enumerate(sorted(needed))}

    def moved(operand: Operand) -> Operand:
        return Value(new[operand.step]) if isinstance(operand, Value) else operand

    steps = [
        replace(trace.steps[old], operands=tuple(map(moved, trace.steps[old].operands)))
        for old in sorted(needed)
    ]
    return replace(trace, steps=steps, output=moved(trace.output))


def _clipped(x: Traced, top: float) -> Traced:
    return (x < top).where(x.relu(), top)


def _clamped(x: Traced, low: float) -> Traced:
    return (x < low).where(low, x)


def _elu(x: Traced) -> Traced:
    positive = x.relu()
    return positive + ((x - positive).exp() - 1.0) * Free("alpha")


def _along(vector: Traced, x: Traced) -> Traced:
    return vector.reshape((1, *vector.shape, *(1,) * (len(x.shape) - 1 - len(vector.shape))))


def _batch_norm(x: Traced, mean: Traced, variance: Traced) -> Traced:
    return (x - _along(mean, x)) * _along((variance + Free("epsilon")).rsqrt(), x)


def _affine_batch_norm(x: Traced, mean: Traced, variance: Traced, weight: Traced, bias: Traced) -> Traced:
    return _batch_norm(x, mean, variance) * _along(weight, x) + _along(bias, x)


def _layer_norm(x: Traced, weight: Traced, bias: Traced) -> Traced:
    axes = tuple(range(1, len(x.shape)))
    centred = x - x.mean(axes, True)
    scaled = centred * (centred.square().mean(axes, True) + Free("epsilon")).rsqrt()
    return scaled * _along(weight, x) + _along(bias, x)


def _channels(*names: str) -> Callable[[Dims], Mapping[str, Dims]]:
    return lambda shape: dict.fromkeys(names, (shape[1],))


def _unary(**attributes: float) -> Callable[[Found], tuple[Sequence[Any], Mapping[str, Any]]]:
    return lambda found: ((found["x"],), attributes)


FORMS = (
    Form(
        "BatchNormalization",
        _affine_batch_norm,
        lambda found: (
            [found[name] for name in ("x", "weight", "bias", "mean", "variance")],
            {"epsilon": found["epsilon"]},
        ),
        _channels("mean", "variance", "weight", "bias"),
    ),
    Form(
        "BatchNormalization",
        _batch_norm,
        lambda found: (
            (
                found["x"],
                Fill(1.0, int(found["shape"][1])),
                Fill(0.0, int(found["shape"][1])),
                found["mean"],
                found["variance"],
            ),
            {"epsilon": found["epsilon"]},
        ),
        _channels("mean", "variance"),
    ),
    Form(
        "LayerNormalization",
        _layer_norm,
        lambda found: (
            [found[name] for name in ("x", "weight", "bias")],
            {"axis": 1, "epsilon": found["epsilon"]},
        ),
        lambda shape: {"weight": shape[1:], "bias": shape[1:]},
    ),
    Form("HardSwish", lambda x: x * _clipped(x + 3.0, 6.0) * (1 / 6), _unary()),
    Form("HardSigmoid", lambda x: _clipped(x + 3.0, 6.0) * (1 / 6), _unary(alpha=1 / 6, beta=0.5)),
    Form("Clip", lambda x: _clipped(x, Free("top")), lambda found: ((found["x"], 0.0, found["top"]), {})),
    Form("Sigmoid", lambda x: _clamped(x, -40.0).sigmoid(), _unary()),
    Form("Tanh", lambda x: _clamped(x, -20.0).tanh(), _unary()),
    Form(
        "LeakyRelu",
        lambda x: (x < 0.0).where(x * Free("alpha"), x),
        lambda found: ((found["x"],), {"alpha": found["alpha"]}),
    ),
    Form("Elu", _elu, lambda found: ((found["x"],), {"alpha": found["alpha"]})),
)
