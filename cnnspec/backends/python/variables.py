"""Names of variables: ``x`` is the path through the network, other letters are what waits beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from keyword import iskeyword

LETTERS = (*"xyzabcdefghjklm",)
RESERVED = frozenset({"w", "n", "i", "name"})

Call = Callable[[Mapping[int, str], str], str]


@dataclass
class Statement:
    """``given`` values from ``taken`` ones. ``suffix`` is the rest of the layer's name where the code needs it, ``label``
    what a person called it. ``function`` is called with what is taken, unless there is a ``layer`` call.

    ``read`` is filled when variables are named: what the taken values are called at this place.
    """

    taken: tuple[int, ...]
    given: tuple[int, ...]
    suffix: str | None
    comment: str
    label: str
    layer: Call | None = None
    function: str = ""
    read: Mapping[int, str] = field(default_factory=dict)

    def call(self, variables: Mapping[int, str], name: str) -> str:
        if self.layer is not None:
            return self.layer(variables, name)
        weights = ["w", name] if self.suffix is not None else []
        return f"{self.function}({', '.join([*(variables[value] for value in self.taken), *weights])})"


def named(
    statements: Sequence[Statement], taken: Sequence[int], given: Sequence[int], reserved: set[str]
) -> dict[int, str]:
    """A variable for each value; fills each statement's ``read``. ``taken`` and ``given`` are a function's.

    A value takes the name of one that is read for the last time, ``x`` if it can. One that is read again later gets the
    name that a person gave it.
    """
    last, reads = _uses(statements, given)
    names: dict[int, str] = {}
    live: dict[str, int] = {}  # the place at which each variable is read for the last time
    for value in taken:
        names[value] = _free(live, reserved)
        live[names[value]] = last.get(value, 0)
    for place, statement in enumerate(statements):
        statement.read = {value: names[value] for value in statement.taken}
        live = {name: end for name, end in live.items() if end > place}
        for value in statement.given:
            ending = [n for n in statement.read.values() if n not in live and n in LETTERS]
            label = statement.label if reads.get(value, 0) > 1 and len(statement.given) == 1 else ""
            names[value] = _chosen(label, ending, live, reserved)
            live[names[value]] = last.get(value, place)
    return names


def _uses(statements: Sequence[Statement], given: Sequence[int]) -> tuple[dict[int, int], dict[int, int]]:
    """The place at which each value is read for the last time, and how often it is read."""
    last: dict[int, int] = {}
    reads: dict[int, int] = {}
    for place, read in enumerate((*(s.taken for s in statements), tuple(given))):
        for value in read:
            last[value] = place
            reads[value] = reads.get(value, 0) + 1
    return last, reads


def _chosen(label: str, ending: Sequence[str], live: Mapping[str, int], reserved: set[str]) -> str:
    usable = label and label not in LETTERS and not iskeyword(label)
    if usable and label not in live and label not in reserved and label not in RESERVED:
        return label
    if "x" not in live and ("x" in ending or not ending):
        return "x"
    return ending[0] if ending else _free(live, reserved)


def _free(live: Mapping[str, int], reserved: set[str]) -> str:
    free = (letter for letter in LETTERS if letter not in live and letter not in reserved)
    numbered = (f"v{number}" for number in range(1, len(live) + len(reserved) + 2))
    return next(free, None) or next(name for name in numbered if name not in live and name not in reserved)
