"""What is told of two networks as wholes: their figures, and how many layers became what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap

from ..analyses.alignment import Alignment
from ..analyses.alignment.differences import Difference
from ..analyses.comparison import Figures, figures
from ..ir import Graph
from ..train.wording import count, printable
from .compare_columns import Figure, Unit
from .compare_columns import figure_text as column_text
from .diff_figures import bytes_text
from .diff_words import MINUS, few, renamed


def totals(graph: Graph) -> Figures:
    """All layers are counted, those of auxiliary heads too, as in the rows."""
    return figures(graph, auxiliary=True)


def heading(alignment: Alignment, titles: tuple[str, str], width: int) -> list[str]:
    """Figures of both networks and by how much they differ; then what became of the layers."""
    first, second = totals(alignment.first), totals(alignment.second)
    rows = [("", *map(printable, titles), ""), *_figures(first, second)]
    if alignment.same:
        rows = [(title, figure, "", "") for title, figure, _, _ in rows[1:]]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        f"{row[0].ljust(widths[0])}  {row[1].rjust(widths[1])}  {row[2].rjust(widths[2])}  {row[3]}".rstrip()
        for row in rows
    ]
    told = [line for text in _told(alignment, titles) for line in wrap(text, width, break_long_words=False)]
    return [*told, "", *lines] if alignment.same else [*lines, "", *told]


def _figures(one: Figures, other: Figures) -> Iterator[tuple[str, str, str, str]]:
    values: list[tuple[str, Figure, Figure, Unit]] = [
        ("input", one.input, other.input, "shape"),
        ("output", one.output, other.output, "shape"),
        ("depth", one.depth, other.depth, ""),
        ("parameters", one.params, other.params, ""),
        ("trained parameters", one.trainable, other.trainable, ""),
        ("MACs", one.macs, other.macs, ""),
        ("memory, parameters", one.memory.parameters, other.memory.parameters, "bytes"),
        (
            "memory, inference",
            one.memory.activations_inference,
            other.memory.activations_inference,
            "bytes",
        ),
        ("memory, training", one.memory.activations_training, other.memory.activations_training, "bytes"),
        ("receptive field", one.receptive_field, other.receptive_field, "field"),
    ]
    for title, before, after, unit in values:
        if title == "trained parameters" and (one.trainable, other.trainable) == (one.params, other.params):
            continue
        yield title, figure_text(before, unit), figure_text(after, unit), _by(before, after, unit)


def figure_text(value: Figure, unit: Unit) -> str:
    """As in ``compare``, but for bytes, of which small differences are to be seen."""
    return bytes_text(value) if unit == "bytes" else column_text(value, unit)


def _by(before: Figure, after: Figure, unit: Unit) -> str:
    """By how much it grew, and what part of the first that is."""
    if not isinstance(before, int) or not isinstance(after, int) or before == after:
        return ""
    grown = after - before
    sign = "+" if grown > 0 else MINUS
    text = f"{sign}{figure_text(abs(grown), unit)}"
    if not before:
        return text
    percent = 100 * abs(grown) / before
    share = (
        f"{percent:,.0f} %" if percent >= 100 else f"{percent:.1f} %" if percent >= 0.05 else "below 0.1 %"
    )
    return f"{text} ({share if share.startswith('below') else sign + share})"


def _told(alignment: Alignment, titles: tuple[str, str]) -> Iterator[str]:
    yield _same(alignment, titles) if alignment.same else _counts(alignment)
    if any(o.auxiliary for graph in (alignment.first, alignment.second) for o in graph.outputs):
        yield "Auxiliary outputs, which exist only in training, are counted."


def _same(alignment: Alignment, titles: tuple[str, str]) -> str:
    told = f"{' and '.join(dict.fromkeys(map(printable, titles)))}: the same network"
    found = _renames(alignment)
    if not found:
        return f"{told}."
    return f"{told}; {count(len(found), 'layer')} under other names: {few(renamed(found))}."


def _counts(alignment: Alignment) -> str:
    """How many layers became what."""
    starts = sum(_only_start(pair.differences) for pair in alignment.layers)
    resized = sum(pair.only_shape for pair in alignment.layers)
    numbers = {
        "the same": alignment.count("same"),
        "on other sizes": resized,
        "the same but for how they start": starts,
        "changed": alignment.count("changed") - resized - starts,
        "removed": alignment.count("removed"),
        "added": alignment.count("added"),
    }
    told = ", ".join(f"{number} {words}" for words, number in numbers.items() if number)
    alike = alignment.count("same") == len(alignment.layers)
    return f"Layers: {told}." + (" Their outputs differ." if alike else "")


def _only_start(differences: Sequence[Difference]) -> bool:
    return bool(differences) and all(d.kind == "start" for d in differences)


def _renames(alignment: Alignment) -> list[tuple[str, str]]:
    """The layers that are called otherwise in the second network."""
    first, second = alignment.first.nodes, alignment.second.nodes
    both = ((p.first, p.second) for p in alignment.layers)
    names = [(first[i].name, second[j].name) for i, j in both if i is not None and j is not None]
    return [(one, other) for one, other in names if one != other]
