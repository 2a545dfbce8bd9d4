"""What is told of two networks as wholes: their figures, and how many layers became what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from textwrap import wrap

from ...analyses.alignment import Alignment, Pair, output_changes
from ...analyses.sizes import percent_text
from ...train.wording import count, printable
from ..compare_columns import BY_NAME, Figure, Network, Unit, heads_lines
from ..compare_columns import figure_text as column_text
from ..device_table import shortened
from .figures import DIGITS, bytes_text, count_text
from .words import ARROW, MINUS, RESTS, few, renamed

_Row = tuple[str, str, str, str]
_Difference = Callable[[Figure, Figure, Unit], str]

_GAP = "  "
_SHOWN = (
    "input",
    "output",
    "depth",
    "params",
    "trainable",
    "macs",
    "memory-params",
    "memory-inference",
    "memory-training",
    "receptive-field",
)
"""Columns of ``compare``."""
_STARTS = "the same but for how they start"
_MOVED = "moved"
_TRAINED = "the same but for whether they are trained"
_WORDS = (*RESTS.values(), _STARTS, _TRAINED, "changed", _MOVED, "removed", "added")
"""What layers became, as it is told."""


def networks(alignment: Alignment, titles: tuple[str, str], batch: int) -> tuple[Network, Network]:
    """Both networks, under what they are called, with the memory of a batch."""
    return Network(alignment.first, titles[0], batch), Network(alignment.second, titles[1], batch)


def heading(alignment: Alignment, titles: tuple[str, str], width: int, batch: int = 1) -> list[str]:
    """Figures of both networks and by how much they differ; then what became of the layers."""
    first, second = networks(alignment, titles, batch)
    told = wrap(
        _same(alignment, titles) if alignment.same else _counts(alignment), width, break_long_words=False
    )
    told += _of_outputs(alignment, width)
    told += heads_lines((first, second), width)
    if alignment.same:
        return [*told, "", *_lines([(title, figure) for title, figure, _, _ in _figures(first, second)])]
    figures = next((f for f in _forms(first, second) if _width(f) <= width), list(_forms(first, second))[-1])
    return [*_lines([("", *_titles(titles, figures, width), ""), *figures]), "", *told]


def _forms(first: Network, second: Network) -> Iterator[list[_Row]]:
    """The figures from the most exact form to the narrowest."""
    yield list(_figures(first, second))
    yield list(_figures(first, second, by=_share))
    yield list(_figures(first, second, DIGITS[-1], _share))
    yield list(_figures(first, second, DIGITS[-1], lambda before, after, unit: ""))


def _width(rows: Sequence[_Row]) -> int:
    columns = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return sum(columns) + len(_GAP) * (sum(map(bool, columns)) - 1)


def _titles(titles: tuple[str, str], figures: Sequence[tuple[str, ...]], width: int) -> list[str]:
    """The titles, in what room the figures leave them: shortened in their middle, the longer one first."""
    names = [printable(title) for title in titles]
    columns = [max(map(len, column)) for column in zip(*figures, strict=True)]
    room = width - columns[0] - columns[3] - 2 * len(_GAP) - (len(_GAP) if columns[3] else 0)
    half = max(
        room // 2, room - min(max(len(n), least) for n, least in zip(names, columns[1:3], strict=True))
    )
    return [shortened(name, max(half, least)) for name, least in zip(names, columns[1:3], strict=True)]


def _lines(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """The first and the last cell of a row at the left of their columns, those between at the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [cell.rjust(width) for cell, width in zip(row[1:3], widths[1:3], strict=True)]
        lines.append(_GAP.join([row[0].ljust(widths[0]), *cells, *row[3:]]).rstrip())
    return lines


def _figures(
    one: Network, other: Network, digits: int | None = None, by: _Difference | None = None
) -> Iterator[_Row]:
    """What figures are called, both, and how they differ; large ones in so many ``digits``, None: exactly."""
    frozen = any(network.figures.trainable != network.figures.params for network in (one, other))
    for name in _SHOWN:
        column = BY_NAME[name]
        if name != "trainable" or frozen:
            before, after = column.value(one), column.value(other)
            first, second = (figure_text(value, column.unit, digits) for value in (before, after))
            yield column.title, first, second, (by or _by)(before, after, column.unit)


def figure_text(value: Figure, unit: Unit, digits: int | None = None) -> str:
    """As in ``compare``, but for bytes, of which small differences are to be seen."""
    if unit == "bytes":
        return bytes_text(value, digits or DIGITS[0])
    return count_text(value, digits) if digits and isinstance(value, int) else column_text(value, unit)


def _by(before: Figure, after: Figure, unit: Unit) -> str:
    """By how much it grew, and what part of the first that is."""
    if not isinstance(before, int) or not isinstance(after, int) or before == after:
        return ""
    grown, share = after - before, _share(before, after, unit)
    text = f"{_sign(grown)}{figure_text(abs(grown), unit)}"
    return f"{text} ({share})" if share else text


def _share(before: Figure, after: Figure, unit: Unit) -> str:
    """What part of the first it grew by."""
    if not isinstance(before, int) or not isinstance(after, int) or before in (after, 0):
        return ""
    grown = after - before
    percent = 100 * abs(grown) / before
    share = f"{percent:,.0f} %" if percent >= 100 else percent_text(abs(grown), before)
    return _sign(grown) + share if share[0].isdigit() else share


def _sign(grown: int) -> str:
    return "+" if grown > 0 else MINUS


def _same(alignment: Alignment, titles: tuple[str, str]) -> str:
    names = [node.name for node in alignment.first.nodes]
    told = f"{' and '.join(dict.fromkeys(map(printable, titles)))}: the same network"
    found = _renames(alignment)
    if not found:
        return f"{told}."
    return f"{told}; {count(len(found), 'layer')} under other names: {few(renamed(found, names))}."


def _counts(alignment: Alignment) -> str:
    """How many layers became what."""
    counted = (p for p in alignment.layers if not _is_input(alignment, p) and not _moves_away(p))
    numbers = Counter(map(_became, counted))
    told = ", ".join(f"{numbers[words]} {words}" for words in _WORDS if numbers[words])
    return f"Layers: {told}."


_OUTPUTS: Mapping[str, str] = {
    "removed": f"{MINUS} {{before}}",
    "added": "+ {after}",
    "renamed": f"{{before}} {ARROW} {{after}}",
    "auxiliary": "{after} became auxiliary",
    "main": "{after} is auxiliary no longer",
    "order": f"order {{before}} {ARROW} {{after}}",
    "layer": f"of {{before}} {ARROW} of {{after}}",
}
"""How changes of outputs are told."""


def _of_outputs(alignment: Alignment, width: int) -> list[str]:
    changes = output_changes(alignment)
    told = [_OUTPUTS[c.kind].format(before=printable(c.before), after=printable(c.after)) for c in changes]
    return wrap(f"Outputs: {'; '.join(told)}.", width, break_long_words=False) if told else []


def _is_input(alignment: Alignment, pair: Pair[int]) -> bool:
    """Whether neither of the two is a layer, which has inputs itself."""
    nodes = alignment.first.nodes, alignment.second.nodes
    both = zip(nodes, (pair.first, pair.second), strict=True)
    return not any(each[index].inputs for each, index in both if index is not None)


def _moves_away(pair: Pair[int]) -> bool:
    """Whether the layer is counted where it moved to."""
    return pair.moved is not None and pair.change == "removed"


def _became(pair: Pair[int]) -> str:
    if pair.moved is not None:
        return _MOVED
    if pair.only_shape:
        return RESTS["resized"]
    kinds = {each.kind for each in pair.differences}
    if kinds == {"training"}:
        return _TRAINED
    return _STARTS if kinds and kinds <= {"start", "training"} else RESTS.get(pair.change, pair.change)


def _renames(alignment: Alignment) -> list[tuple[str, str]]:
    """The layers that are called otherwise in the second network."""
    first, second = alignment.first.nodes, alignment.second.nodes
    both = ((p.first, p.second) for p in alignment.layers)
    names = [(first[i].name, second[j].name) for i, j in both if i is not None and j is not None]
    return [(one, other) for one, other in names if one != other]
