"""The nodes, constants and names of an ONNX graph while it is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Constant:
    """An array that is known, with the name that it shall have in the file."""

    array: np.ndarray
    name: str


Term = str | Constant | None
"""A value by its name, a constant, or nothing where an operator's input is left out."""


@dataclass
class Record:
    """A node; ``name`` is put in when its layer is complete."""

    operator: str
    inputs: list[str]
    output: str
    attributes: Mapping[str, Any]
    name: str = ""


@dataclass
class Writer:
    """Collects records and constants. No name is given twice; ``reserved`` ones are given to nobody."""

    reserved: set[str]
    records: list[Record] = field(default_factory=list)
    constants: dict[str, np.ndarray] = field(default_factory=dict)
    _names: set[str] = field(default_factory=set)

    def free_name(self, wanted: str) -> str:
        """``wanted``, or it with a number where it is taken."""
        name, number = wanted, 1
        while name in self._names or name in self.reserved or name in self.constants:
            name, number = f"{wanted}_{number}", number + 1
        self._names.add(name)
        return name

    def node(
        self, layer: str, operator: str, inputs: Sequence[Term], attributes: Mapping[str, Any] | None = None
    ) -> str:
        """Add a node of ``layer``; the name of what it gives."""
        named = ["" if term is None else self.named(term) for term in inputs]
        while named and not named[-1]:
            named.pop()
        output = self.free_name(f"{layer}/{operator}")
        self.records.append(Record(operator, named, output, attributes or {}))
        return output

    def named(self, term: str | Constant) -> str:
        """The name of a value; a constant is put into the file, an equal one of that name only once."""
        if isinstance(term, str):
            return term
        name, number = term.name, 1
        while (known := self.constants.get(name)) is not None and not _same(known, term.array):
            name, number = f"{term.name}_{number}", number + 1
        self.constants[name] = term.array
        return name

    def finish_layer(self, layer: str, first: int, result: str) -> str:
        """Name the nodes from number ``first``: the last like its layer, and what it gives likewise. The value's name."""
        made = self.records[first:]
        for record in made[:-1]:
            record.name = record.output
        if not made:
            return result
        made[-1].name = layer
        made[-1].output = self.free_name(layer)
        return made[-1].output

    def rename(self, old: str, new: str) -> None:
        """Call a value otherwise, wherever it is."""
        for record in self.records:
            record.inputs = [new if name == old else name for name in record.inputs]
            record.output = new if record.output == old else record.output


def _same(one: np.ndarray, other: np.ndarray) -> bool:
    if one is other:
        return True
    return one.shape == other.shape and one.dtype == other.dtype and one.tobytes() == other.tobytes()
