"""Workings that follow from what a layer states anyway; a layer whose formula says more states its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from .shape import Shape
from .working import Given, Step, Working, product

if TYPE_CHECKING:
    from .op import ParameterSpec

_MAP = (("C", "channels"), ("H", "height"), ("W", "width"))
_VECTOR = (("N", "features"),)
_ROLES = (
    ("weight", "weights", "weights"),
    ("bias", "biases", "biases"),
    ("norm", "norm", "factors and offsets of the norm"),
)
_BUFFERS = "running statistics: kept and saved, not trained, so not among the parameters"


def sizes(shape: Shape) -> tuple[tuple[str, str], ...]:
    """Letter and name of each size of a shape."""
    return _MAP if len(shape) == 3 else _VECTOR if len(shape) == 1 else _many(len(shape))


def _many(rank: int) -> tuple[tuple[str, str], ...]:
    return tuple((f"D{place}", f"size {place}") for place in range(1, rank + 1))


def input_givens(shape: Shape, which: int = 0, mark: str = "in") -> tuple[Given, ...]:
    """The sizes of an input: C_in, H_in, W_in, or N_in."""
    named = zip(sizes(shape), shape, strict=True)
    return tuple(
        Given(f"{letter}_{mark}", n, f"{word} of the input", input=which, tells=f"{letter}_out")
        for (letter, word), n in named
    )


def size_step(
    letter: str, formula: str, note: str = "", like: str = "", because: tuple[str, ...] = ()
) -> Step:
    """The step for C_out, H_out, W_out or N_out."""
    words = {**dict(_MAP), **dict(_VECTOR)}.get(letter, f"size {letter[1:]}")
    return Step(
        "size", f"{letter}_out", f"{words} of the output", formula, note, like and f"{like}_out", because
    )


def kept(*letters: str) -> tuple[Step, ...]:
    """Steps for the sizes that stay as they are."""
    return tuple(size_step(letter, f"{letter}_in") for letter in letters)


def size_stated(inputs: tuple[Shape, ...], output: Shape) -> Working:
    """The sizes that stay, and the others as facts."""
    first = inputs[0] if inputs else ()
    alike = len(first) == len(output)
    steps = []
    for place, ((letter, _), n) in enumerate(zip(sizes(output), output, strict=True)):
        stays = alike and first[place] == n
        steps.append(
            size_step(letter, f"{letter}_in" if stays else str(n), "" if stays else "by the layer's rule")
        )
    return Working(input_givens(first) if inputs else (), tuple(steps))


def _words(role: str, words: str, specs: tuple[ParameterSpec, ...]) -> str:
    """What the parameters of a role are called; a layer of factors alone is no norm."""
    alone = role == "norm" and all(spec.name == "weight" for spec in specs)
    return "factors" if alone else words


def parameters_stated(inputs: tuple[Shape, ...], specs: tuple[ParameterSpec, ...]) -> Working:
    """Sums of the sizes of the tensors, by their roles."""
    givens = input_givens(inputs[0]) if inputs and specs else ()
    steps = [
        Step(
            "params",
            symbol,
            _words(role, words, specs),
            _sum_of(inputs[0], (s.shape for s in specs if s.role == role)),
        )
        for role, symbol, words in _ROLES
        if any(spec.role == role for spec in specs)
    ]
    total = " + ".join(step.symbol for step in steps) or "0"
    steps.append(
        Step("params", "parameters", "all parameters", total, "" if specs else "nothing is learnt here")
    )
    buffers = [spec.shape for spec in specs if spec.role == "buffer"]
    if buffers:
        steps.append(Step("params", "buffers", _BUFFERS, _sum_of(inputs[0], buffers)))
    return Working(givens, tuple(steps))


def _sum_of(shape: Shape, tensors: Iterable[Shape]) -> str:
    """The formula of a sum of products; tensors of one size are counted."""
    counted = Counter(_product_of(shape, tensor) for tensor in tensors)
    return " + ".join(product([str(n), term] if n > 1 else [term]) for term, n in counted.items())


def _product_of(shape: Shape, tensor: Shape) -> str:
    """A tensor's size: over the input's sizes where it has these, else over its own."""
    letters = [f"{letter}_in" for letter, _ in sizes(shape)]
    if tensor in (shape, shape[: len(tensor)]):
        return product(letters[: len(tensor)])
    return product(map(str, tensor))


def macs_stated(macs: int) -> Working:
    """Multiply-adds as a fact; none of what no convolution or linear layer does."""
    note = "" if macs else "by convention only convolutions and linear layers are counted"
    return Working(steps=(Step("macs", "MACs", "multiply-adds", str(macs), note),))


def elements(shape: Shape, mark: str = "out") -> str:
    """The formula for the number of elements: C_out*H_out*W_out, or N_out."""
    return product(f"{letter}_{mark}" for letter, _ in sizes(shape))
