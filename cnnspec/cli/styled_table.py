"""What the tables of other tools share: which layers stand in one row, and columns as wide as the terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from textwrap import wrap

from ..ir import Graph
from .device_table import shortened
from .output import table_width

WEIGHTED = ("convolution", "linear")
_NARROWEST = 12


def readers(graph: Graph) -> Counter[int]:
    """How many layers take each layer."""
    return Counter(i for node in graph.nodes for i in set(node.inputs))


def fused(graph: Graph) -> set[int]:
    """Activations that belong to the convolution or linear layer before them, which nothing else takes."""
    read = readers(graph)
    return {
        index
        for index, node in enumerate(graph.nodes)
        if node.op.family == "activation"
        and graph.nodes[node.inputs[0]].op.family in WEIGHTED
        and read[node.inputs[0]] == 1
    }


def styled(
    head: Sequence[str], rows: Sequence[Sequence[str]], folded: Sequence[int], names: Sequence[int] = ()
) -> list[str]:
    """A table as wide as the terminal, if the columns ``folded`` can be folded as much, the widest first.

    Words of the columns ``names`` are shortened in their middle where that is not enough; figures never are.
    """
    columns = list(zip(head, *rows, strict=True))
    widths = [max(map(len, column)) for column in columns]
    gaps = 2 * len(widths) - 2
    width = table_width() - gaps
    words = {place: max(len(word) for cell in columns[place] for word in cell.split()) for place in folded}
    _narrow(widths, width, words)
    _narrow(widths, width, dict.fromkeys(names, _NARROWEST))
    rule = "─" * (sum(widths) + gaps)
    return [*_folded(head, widths), rule, *(line for row in rows for line in _folded(row, widths))]


def _narrow(widths: list[int], width: int, least: Mapping[int, int]) -> None:
    """Take columns off the widest that may still be narrower, until all fit."""
    while sum(widths) > width and (wide := [place for place, n in least.items() if widths[place] > n]):
        widths[max(wide, key=lambda place: widths[place])] -= 1


def _folded(row: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    cells = [_lines(cell, width) for cell, width in zip(row, widths, strict=True)]
    for parts in zip_longest(*cells, fillvalue=""):
        yield "  ".join(part.ljust(width) for part, width in zip(parts, widths, strict=True)).rstrip()


def _lines(cell: str, width: int) -> list[str]:
    return wrap(" ".join(_fitting(word, width) for word in cell.split(" ")), width) if cell else []


def _fitting(word: str, width: int) -> str:
    """A word that fits, with the comma or bracket that it ends in."""
    end = "," if word.endswith(",") else ""
    return shortened(word.removesuffix(end), width - len(end)) + end
