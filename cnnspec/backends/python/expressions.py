"""Steps of a trace as tinygrad expressions."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..tracing.nodes import SIZES
from ..tracing.steps import Step, Trace
from ..tracing.symbols import BATCH, REST, Dim, text_of

LESS, SUM, PRODUCT, ATOM = range(4)
"""How tightly a text holds together."""

INFIX = {
    "add": ("+", SUM),
    "sub": ("-", SUM),
    "mul": ("*", PRODUCT),
    "div": ("/", PRODUCT),
    "less": ("<", LESS),
}

SIDES = ("kernel_size", "stride", "dilation", "padding")
"""Attributes of windows: tinygrad takes one number where all are equal."""

DEFAULTS: dict[str, dict[str, Any]] = {
    "conv2d": {"groups": 1, "stride": (1, 1), "dilation": (1, 1), "padding": (0, 0, 0, 0)},
    "max_pool2d": {"dilation": (1, 1), "padding": (0, 0, 0, 0), "ceil_mode": False},
    "avg_pool2d": {
        "dilation": (1, 1),
        "padding": (0, 0, 0, 0),
        "ceil_mode": False,
        "count_include_pad": True,
    },
    "mean": {"keepdim": False},
    "max": {"keepdim": False},
    "pad": {"value": 0.0},
}
"""What tinygrad's methods take where nothing is given."""


@dataclass(frozen=True)
class Text:
    """An expression, and how tightly it holds together."""

    text: str
    binds: int = ATOM

    def within(self, binds: int) -> str:
        """The text as a part of one that binds so, in brackets where it must be."""
        return self.text if self.binds >= binds else f"({self.text})"


def default(step: Step, attribute: str) -> Any:
    """What tinygrad takes for an attribute that is left out; None where it must be given."""
    if attribute == "stride" and "kernel_size" in step.attributes:
        return step.attributes["kernel_size"]
    return DEFAULTS.get(step.method, {}).get(attribute)


def form_of(step: Step, attribute: str) -> str:
    """What ``literal`` has to know of an attribute: padding without a window is written out."""
    return "" if step.method == "pad" else attribute


def literal(attribute: str, value: Any) -> str:
    """A value as Python: 2 for a stride of (2, 2)."""
    if isinstance(value, tuple):
        if attribute in SIDES and len(set(value)) == 1:
            return repr(value[0])
        inner = ", ".join(literal("", each) for each in value)
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value}")'
    return repr(value)


Leaf = tuple[int, str, int]
"""A place in a trace where a value stands: the step, the attribute ("" for an operand), the number in it (-1: all of it)."""


def leaves(trace: Trace) -> Mapping[Leaf, Any]:
    """The values in a trace that its function may take as arguments."""
    found: dict[Leaf, Any] = {}
    for number, step in enumerate(trace.steps):
        for place, operand in enumerate(step.operands):
            if isinstance(operand, float):
                found[number, "", place] = operand
        for name, value in step.attributes.items():
            if name not in ("shape", "bounds"):
                found[number, name, -1] = value
            elif not flattens(trace, step) and not restores(trace, step):
                places = enumerate(_numbers(trace, step, name))
                found |= {(number, name, place): size for place, size in places if not _is_text(name, size)}
    return found


def _numbers(trace: Trace, step: Step, name: str) -> Sequence[Any]:
    """The sizes of a shape; or the bounds of a shrink one after the other, None at an end of the axis."""
    value: Sequence[Any] = step.attributes[name]
    if name == "shape":
        return value
    found: list[Any] = []
    for bounds, size in zip(value, trace.shape(step.operands[0]), strict=True):
        start, stop = bounds if bounds is not None else (0, size)
        found += [start or None, None if stop == size else stop]
    return found


def _is_text(name: str, size: Any) -> bool:
    """Whether a size is written as a text that is the same in all networks."""
    if size is BATCH or size is None:
        return True
    return isinstance(size, Dim) and (size.text != REST or name == "shape")


def kinds(trace: Trace, step: Step) -> tuple[Any, ...]:
    """What a step's attributes look like, values aside."""
    found: list[Any] = []
    for name in step.attributes:
        if name not in ("shape", "bounds"):
            found.append(name)
        elif flattens(trace, step) or restores(trace, step):
            found.append((name, "flat" if flattens(trace, step) else "restored"))
        else:
            sizes = _numbers(trace, step, name)
            found.append(
                (name, *(str(size and text_of(size)) if _is_text(name, size) else "#" for size in sizes))
            )
    return tuple(found)


def flattens(trace: Trace, step: Step) -> bool:
    """Whether a reshape makes vectors of images."""
    given = trace.shape(step.operands[0])
    return step.method == "reshape" and given[0] is BATCH and len(step.shape) == 2 < len(given)


def restores(trace: Trace, step: Step) -> bool:
    """Whether a reshape gives the shape of the layer's first input."""
    first = trace.inputs[0]
    named = len(first) - 1 in SIZES and all(isinstance(size, Dim) for size in first[1:])
    wanted = step.attributes.get("shape")
    if step.method != "reshape" or not named or wanted is None or len(wanted) != len(first):
        return False
    return all(
        one is other or (isinstance(one, Dim) and one.text == other.text)
        for one, other in zip(wanted, first, strict=True)
    )


Show = Callable[[str, int], str | None]
"""The text of an attribute, or of the number at a place in it; None where it is left out."""


def expression(trace: Trace, step: Step, operands: Sequence[Text | None], show: Show) -> Text:
    """The step as an expression of its operands' texts."""
    if step.method in INFIX:
        sign, binds = INFIX[step.method]
        left, right = operands
        assert left is not None and right is not None
        return Text(f"{left.within(binds)} {sign} {right.within(binds + 1)}", binds)
    first, *others = operands
    assert first is not None
    own = first.within(ATOM)
    if step.method in _FORMS:
        return Text(_FORMS[step.method](trace, step, own, [o for o in others if o is not None], show))
    positional = [o.text for o in others if o is not None]
    keywords = {name: show(name, -1) for name in step.attributes}
    if first_attribute := next((n for n in ("kernel_size", "axis", "padding") if n in _leading(step)), None):
        positional.append(keywords.pop(first_attribute) or "")
    given = (f"{name}={text}" for name, text in keywords.items() if text is not None)
    return Text(f"{own}.{step.method}({', '.join([*positional, *given])})")


def _leading(step: Step) -> tuple[str, ...]:
    """Attributes that are given by place."""
    return () if step.method == "conv2d" else tuple(step.attributes)[:1]


Form = Callable[[Trace, Step, str, list[Text], Show], str]


def _reshape(trace: Trace, step: Step, own: str, others: list[Text], show: Show) -> str:
    if flattens(trace, step):
        return f"{own}.flatten(1)"
    if restores(trace, step):
        return f"{own}.reshape(x.shape)"
    sizes = enumerate(step.attributes["shape"])
    return f"{own}.{step.method}({', '.join(_size('shape', each, place, show) for place, each in sizes)})"


def _shrink(trace: Trace, step: Step, own: str, others: list[Text], show: Show) -> str:
    ends = [_end(size, place, show) for place, size in enumerate(_numbers(trace, step, "bounds"))]
    slices = [f"{start}:{stop}" for start, stop in zip(ends[::2], ends[1::2], strict=True)]
    while len(slices) > 1 and slices[-1] == ":":
        slices.pop()
    return f"{own}[{', '.join(slices)}]"


def _end(size: Any, place: int, show: Show) -> str:
    return "" if size is None else _size("bounds", size, place, show)


def _size(name: str, size: Any, place: int, show: Show) -> str:
    return text_of(size) if _is_text(name, size) else str(show(name, place))


def _permute(trace: Trace, step: Step, own: str, others: list[Text], show: Show) -> str:
    order = step.attributes["order"]
    return f"{own}.T" if order == (1, 0) else f"{own}.permute({', '.join(map(str, order))})"


def _cast(trace: Trace, step: Step, own: str, others: list[Text], show: Show) -> str:
    return f"{own}.float()" if step.dtype == "float32" else f'{own}.cast("{step.dtype}")'


_FORMS: dict[str, Form] = {
    "reshape": _reshape,
    "expand": _reshape,
    "shrink": _shrink,
    "permute": _permute,
    "cast": _cast,
}
