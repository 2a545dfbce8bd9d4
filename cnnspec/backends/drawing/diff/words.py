"""What stands in a box of two networks: what both have, and in words what differs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from ....analyses.alignment import Pair
from ....analyses.alignment.differences import Difference
from ....ir import Scope, Shape
from ..label import TIMES, Label, label_of, shape_text
from ..parts import Unit
from ..titles import ELLIPSIS, merged_numbers
from .sides import Merged, Sides
from .titles import MINUS, became, both_items, both_times, both_titles

_MOST = 4
_TOOLTIP_LINES = 40
_ALONE = ((MINUS, "removed"), ("+", "added"))
"""Of what only the first has and only the second."""


def merged_label(sides: Sides, box: Merged, differs: bool) -> Label:
    """Of a box that both have: what both write and what differs; of one that only one has: as in its own drawing."""
    first, second = box
    if first is None or second is None:
        side, unit = (0, first) if first else (1, second)
        assert unit is not None
        return _spelled(label_of(sides.graphs[side], sides.chains[side], unit))
    one = label_of(sides.graphs[0], sides.chains[0], first)
    other = label_of(sides.graphs[1], sides.chains[1], second)
    if not differs:
        return other
    if "part" not in (first.kind, second.kind) and (first.times, second.times) != (1, 1):
        once = merged_label(sides, (first.first_time, second.first_time), differs)
        beside = f"{once.beside} {both_times(first.times, second.times)}".strip()
        return replace(once, beside=beside)
    if "part" in (first.kind, second.kind):
        head, beside, lines = _of_parts(one, other, box)
    else:
        head, beside, lines = _of_layers(sides, first, second, one, other)
    return Label(head, beside, (*lines, *_most(_differences(sides, box, lines))))


_NAMES = {"+": "add", TIMES: "multiply"}


def _spelled(label: Label) -> Label:
    """A sign in a circle as a word: a plus before it says that it was added."""
    return Label(_NAMES[label.head]) if label.glyph else label


def both_shapes(one: Shape, other: Shape) -> str:
    """The shape, or what it was and what it is."""
    return became(shape_text(one), shape_text(other))


def _of_parts(one: Label, other: Label, box: Merged) -> tuple[str, str, tuple[str, ...]]:
    first, second = box
    assert first is not None and second is not None
    beside = both_times(first.times, second.times)
    if max(len(first.period), len(second.period)) > 1 and one.head != other.head:
        return other.head, beside, (f"before: {one.head}", *both_items(one.lines, other.lines))
    return both_titles(one.head, other.head), beside, tuple(both_items(one.lines, other.lines))


def _of_layers(
    sides: Sides, first: Unit, second: Unit, one: Label, other: Label
) -> tuple[str, str, tuple[str, ...]]:
    """The layer with those arguments that both write; and the layers that follow it in both."""
    before, after = sides.graphs[0].nodes[first.number].op, sides.graphs[1].nodes[second.number].op
    if before.call_name != after.call_name:
        return became(before.call_name, after.call_name), "", _followers(sides, first, second)
    kept = [token for token in before.label().split(", ") if token in after.label().split(", ")]
    return _spelled(other).head, ", ".join(kept), _followers(sides, first, second)


def _followers(sides: Sides, first: Unit, second: Unit) -> tuple[str, ...]:
    pairs = [p for p in sides.inside((first, second)) if p.first != first.number]
    names = [sides.graphs[0].nodes[p.first].op.call_name for p in pairs if p.first and not _another_op(p)]
    return (", ".join(names),) if names else ()


def _another_op(pair: Pair[int]) -> bool:
    return any(d.kind == "op" for d in pair.differences)


def _another_block(sides: Sides, pair: Pair[int]) -> bool:
    """Whether a layer is in a block of another name now: then the block's call says what differs."""
    before, after = ([s.block for s in _chain(sides, pair, side) if s.block] for side in (0, 1))
    return before != after


def _most(texts: list[str]) -> list[str]:
    return texts if len(texts) <= _MOST else [*texts[: _MOST - 1], f"and {len(texts) - _MOST + 1} more"]


def _differences(sides: Sides, box: Merged, lines: Iterable[str]) -> list[str]:
    """A text for each that the ``lines`` do not tell, how layers start in training last."""
    left = [
        (_who(sides, box, pair), difference)
        for pair in sides.inside(box)
        if not _another_block(sides, pair)
        for difference in pair.differences
        if not (_told_in_head(box, pair, difference) or _told_in(difference, lines))
    ]
    return [
        *_texts(d for d in left if not d[1].starts),
        *_count(sides, box, 0, lines),
        *_count(sides, box, 1, lines),
        *_texts(d for d in left if d[1].starts),
    ]


def _texts(differences: Iterable[tuple[str, Difference]]) -> list[str]:
    """Those of one argument in layers of one name as one, and those of one text too."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for who, difference in differences:
        found.setdefault((who, difference.what), []).append((difference.before, difference.after))
    told: dict[str, list[str]] = {}
    for (who, what), values in found.items():
        for text in _changes(what, values):
            told.setdefault(text, []).append(who)
    return [f"{_listed(whos)} {text}".strip() for text, whos in told.items()]


def _told_in_head(box: Merged, pair: Pair[int], difference: Difference) -> bool:
    """Whether it is told by the head or, as a size, by the arrows: so is the size of an input."""
    first = box[0]
    assert first is not None
    own = first.kind != "part" and pair.first == first.number
    return difference.kind == "size" or (own and (difference.kind == "op" or first.kind == "input"))


def _told_in(difference: Difference, lines: Iterable[str]) -> bool:
    """Whether a line has it, be it as ``64 → 128`` or as ``+ groups 32``."""
    texts = became(difference.before, difference.after), f"+ {difference.what} {difference.after}"
    pattern = "|".join(rf"(?<![\w.]){re.escape(text)}(?![\w.])" for text in texts)
    return any(re.search(pattern, line) for line in lines)


def _listed(names: list[str]) -> str:
    shown = names if len(names) <= _MOST else [*names[: _MOST - 1], f"{len(names) - _MOST + 1} more"]
    return ", ".join(shown)


def _who(sides: Sides, box: Merged, pair: Pair[int]) -> str:
    """The layer's name inside a part; "" for the layer that a box is called after."""
    first = box[0]
    assert first is not None and pair.first is not None
    node = sides.graphs[0].nodes[pair.first]
    if first.kind == "part":
        return node.name.rpartition(".")[2]
    return "" if pair.first == first.number or _another_op(pair) else node.op.call_name


def _changes(what: str, values: list[tuple[str, str]]) -> Iterator[str]:
    distinct = [tuple(v.replace(" x ", "x") for v in pair) for pair in dict.fromkeys(values)]
    ranges = [merged_numbers(column) for column in zip(*distinct, strict=True)]
    for before, after in [ranges] if ELLIPSIS not in ranges else distinct:
        yield f"{what} {became(before, after)}".strip()


def _count(sides: Sides, box: Merged, side: int, lines: Iterable[str]) -> Iterator[str]:
    """How many layers of each kind only one network has, each time; not those that the ``lines`` tell, nor those of whole
    blocks, whose number stands beside."""
    sign, verb = _ALONE[side]
    unit, other = box[side], box[1 - side]
    assert unit is not None and other is not None
    turns = unit.times if unit.times == other.times else 1
    graph, chains = sides.graphs[side], sides.chains[side]
    depth = len(unit.scopes)
    held = {s.path for p in sides.inside(box) for s in _chain(sides, p, side)}
    alone = sides.alone(box, side)
    loose = [i for i in alone if all(s.path in held or s.block is None for s in chains[i][depth:])]
    for name, number in Counter(graph.nodes[i].op.call_name for i in loose).items():
        if any(line.split()[:2] == [sign, name] for line in lines):
            continue
        each = number // turns if number % turns == 0 else number
        yield f"{name} {TIMES}{each} {verb}" if each > 1 else f"{name} {verb}"


def _chain(sides: Sides, pair: Pair[int], side: int) -> Iterable[Scope]:
    node = (pair.first, pair.second)[side]
    assert node is not None
    return sides.chains[side][node]


def merged_tooltip(sides: Sides, box: Merged) -> str:
    """Names of the layers with their shapes, a line each, and what differs."""
    lines = list(_tooltip_lines(sides, box))
    more = len(lines) - _TOOLTIP_LINES
    return "\n".join([*lines[:_TOOLTIP_LINES], f"and {more} more"] if more > 0 else lines)


def _tooltip_lines(sides: Sides, box: Merged) -> Iterator[str]:
    for pair in sides.inside(box):
        assert pair.first is not None and pair.second is not None
        one, other = sides.graphs[0].nodes[pair.first], sides.graphs[1].nodes[pair.second]
        told = [str(d) for d in pair.differences if d.kind != "size"]
        yield ", ".join([f"{became(one.name, other.name)}: {both_shapes(one.shape, other.shape)}", *told])
    for side, (_, verb) in enumerate(_ALONE):
        for i in sides.alone(box, side):
            node = sides.graphs[side].nodes[i]
            yield f"{node.name}: {shape_text(node.shape)} ({verb})"
