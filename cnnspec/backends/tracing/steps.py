"""A layer's computation as data: steps of the tensor protocol."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .symbols import Dims

FLOAT, MASK = "float32", "bool"


@dataclass(frozen=True)
class Value:
    """What a step gave."""

    step: int


@dataclass(frozen=True)
class Input:
    """A tensor that the layer takes."""

    number: int


@dataclass(frozen=True)
class Parameter:
    """A tensor that the layer owns."""

    name: str


Operand = Value | Input | Parameter | float | None


@dataclass(frozen=True)
class Step:
    """An operation of the protocol: ``operands`` are tensors, numbers, or None where an optional one is left out."""

    method: str
    operands: tuple[Operand, ...]
    attributes: Mapping[str, Any]
    shape: Dims
    dtype: str = FLOAT


@dataclass
class Trace:
    """The steps of one layer, and what it gives."""

    inputs: tuple[Dims, ...]
    parameters: Mapping[str, Dims]
    steps: list[Step] = field(default_factory=list)
    output: Operand = None

    def shape(self, operand: Operand) -> Dims:
        if isinstance(operand, Value):
            return self.steps[operand.step].shape
        if isinstance(operand, Input):
            return self.inputs[operand.number]
        return self.parameters[operand.name] if isinstance(operand, Parameter) else ()
