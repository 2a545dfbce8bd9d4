"""What stands in a box, as plain text that every format writes in its own way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from ...ir import Graph, Node, Scope, Shape
from .grouping import FOLLOWERS, Chains, stem
from .parts import Unit
from .titles import merged_labels, merged_numbers, merged_text, merged_title, shortened

TIMES = "\N{MULTIPLICATION SIGN}"
GLYPHS = {"add": "+", "multiply": TIMES}
"""Joins that are drawn as a sign."""
_MINOR = FOLLOWERS | {"reshape", "merge"}
_MOST = 4
_MOST_LOOSE = 8
_LINE = 34
_TOOLTIP_LINES = 40
Item = Scope | Node
"""A block, or a layer that stands outside blocks."""


@dataclass(frozen=True, slots=True)
class Label:
    """``head`` in bold, ``beside`` it on its line, ``lines`` under it, ``small`` print last. ``glyph``: the head is a sign
    in a small circle."""

    head: str
    beside: str = ""
    lines: tuple[str, ...] = ()
    small: tuple[str, ...] = ()
    glyph: bool = False

    @property
    def texts(self) -> tuple[str, ...]:
        """All that is written, line by line."""
        return (f"{self.head} {self.beside}".strip(), *self.lines, *self.small)


def shape_text(shape: Shape) -> str:
    return "x".join(map(str, shape))


def label_of(graph: Graph, chains: Chains, unit: Unit) -> Label:
    """The layer and those that share its box; a part's call, how often it stands here, and what is in it."""
    first = graph.nodes[unit.number]
    if unit.kind == "input":
        return Label(first.name)
    if unit.kind == "part":
        return _part_label(graph, chains, unit)
    if unit.kind == "join":
        glyph = GLYPHS.get(first.op.call_name)
        return Label(glyph, glyph=True) if glyph else Label(first.op.call_name, beside=first.op.label())
    nodes = unit.each_time[0]
    followers = ", ".join(words(graph.nodes[i]) for i in nodes[1:])
    times = f" {TIMES}{unit.times}" if unit.times > 1 else ""
    head = first.op.call_name if times else _layer_head(first)
    return Label(head, f"{first.op.label()}{times}".strip(), (followers,) if followers else ())


def spread(labels: Sequence[Label]) -> Label:
    """One label for those of layers that are drawn once: numbers that differ become ranges."""
    first = labels[0]
    if len({(len(label.lines), len(label.small)) for label in labels}) > 1:
        return first
    return Label(
        first.head,
        _spread_text([label.beside for label in labels]),
        tuple(_spread_text(column) for column in zip(*(label.lines for label in labels), strict=True)),
        tuple(_spread_text(column) for column in zip(*(label.small for label in labels), strict=True)),
        first.glyph,
    )


def _spread_text(texts: Sequence[str]) -> str:
    merged = merged_text(texts)
    if merged is not None:
        return merged
    columns = _columns([text.split(", ") for text in texts])
    return texts[0] if columns is None else ", ".join(map(merged_numbers, columns))


def spread_shape(shapes: Sequence[Shape]) -> str:
    """A shape, its sides as ranges where they differ."""
    columns = _columns([list(map(str, shape)) for shape in shapes])
    return shape_text(shapes[0]) if columns is None else "x".join(map(merged_numbers, columns))


def _columns(rows: Sequence[Sequence[str]]) -> list[tuple[str, ...]] | None:
    """The columns of rows of one length; None where lengths differ."""
    return list(zip(*rows, strict=True)) if len(set(map(len, rows))) == 1 else None


def _layer_head(node: Node) -> str:
    own = node.name.rpartition(".")[2]
    named = own.rstrip("0123456789") != node.op.call_name
    return f"{own}: {node.op.call_name}" if named else node.op.call_name


def words(node: Node) -> str:
    """A layer as one writes it, shortly."""
    return f"{node.op.call_name} {node.op.label()}".strip()


def _part_label(graph: Graph, chains: Chains, unit: Unit) -> Label:
    if not unit.period:
        return _loose_label(graph, chains, unit)
    titles = [_title(row, unit.times) for row in unit.period]
    head = " \N{RIGHTWARDS ARROW} ".join(titles)
    times = f"{TIMES}{unit.times}" if unit.times > 1 else ""
    spread = widths(graph, unit)
    below = (spread,) if spread else ()
    if len(unit.period) > 1:
        return Label(head, times, below)
    return Label(head, times, (*_inside(graph, chains, unit), *below))


def _inside(graph: Graph, chains: Chains, unit: Unit) -> tuple[str, ...]:
    """What is in a part: of a block that stands several times what is in it once, with ranges."""
    depth = len(unit.scopes) + 1
    whole = contents(graph, chains, unit.nodes, depth)
    if unit.period[0][0].block is None:
        return whole
    rows = _columns([contents(graph, chains, nodes, depth) for nodes in unit.each_time])
    texts = [merged_text(column) for column in rows] if rows else [None]
    return whole if None in texts else tuple(text for text in texts if text is not None)


def _loose_label(graph: Graph, chains: Chains, unit: Unit) -> Label:
    """Layers outside all parts in their order; many are named by their kinds."""
    items = _items(graph, chains, unit.nodes, len(unit.scopes))
    runs = [list(run) for _, run in groupby(items, key=_sort)]
    texts = _at_most(_MOST_LOOSE, runs)
    if len(texts) <= 2:
        return Label(texts[0], lines=texts[1:])
    kinds = Counter(i.op.call_name if isinstance(i, Node) else str(i.block) for i in items)
    head = ", ".join(f"{name} {TIMES}{number}" if number > 1 else name for name, number in kinds.items())
    return Label(head, lines=texts)


def _title(row: Sequence[Scope], times: int) -> str:
    """What a person wrote, the label before the call where both say something and it stands once."""
    title = frame_title(row[0]) if times == 1 else merged_title([scope.title for scope in row])
    if times > 1 and any(scope.block is None for scope in row):
        return merged_labels([scope.path.rpartition(".")[2] for scope in row])
    return title if title else stem(row[0])


def frame_title(scope: Scope) -> str:
    own = scope.path.rpartition(".")[2]
    if scope.title in ("", own):
        return own
    automatic = scope.block is not None and not scope.labelled
    return scope.title if automatic else f"{own}: {scope.title}"


def widths(graph: Graph, unit: Unit) -> str:
    """The shapes at the end of each time, as ranges, where they differ: ``256…1024 x 56…7 x 56…7``."""
    shapes = [graph.nodes[end].shape for end in unit.ends]
    columns = _columns([list(map(str, shape)) for shape in shapes])
    return " x ".join(map(merged_numbers, columns)) if columns and len(set(shapes)) > 1 else ""


def contents(graph: Graph, chains: Chains, nodes: Iterable[int], depth: int) -> tuple[str, ...]:
    """What is inside, in a line or few: blocks, and layers outside blocks, from ``depth`` scopes on, with their numbers."""
    return _counted(_items(graph, chains, nodes, depth))


def _items(graph: Graph, chains: Chains, nodes: Iterable[int], depth: int) -> list[Item]:
    items: list[Item] = []
    last: Scope | None = None
    for node in nodes:
        block = next((s for s in chains[node][depth:] if s.block is not None), None)
        if block is None:
            items.append(graph.nodes[node])
        elif block is not last:
            items.append(block)
        last = block
    weighty = [i for i in items if isinstance(i, Scope) or i.op.family not in _MINOR]
    return weighty or items


def _counted(items: list[Item]) -> tuple[str, ...]:
    """A line for each run of equal items; where those are many, for each kind of items."""
    runs = [list(run) for _, run in groupby(items, key=_sort)]
    if len(runs) > _MOST or any(isinstance(i, Node) for i in items):
        runs = [list(run) for _, run in groupby(items, key=_text)]
    if len(runs) > _MOST:
        kinds: dict[str, list[Item]] = {}
        for item in items:
            kinds.setdefault(_sort(item), []).append(item)
        runs = list(kinds.values())
    return _at_most(_MOST, runs)


def _at_most(most: int, runs: list[list[Item]]) -> tuple[str, ...]:
    """A line for each run; the last says how many more items there are, where runs are more."""
    texts = tuple(_told(run) for run in runs)
    if len(texts) <= most:
        return texts
    return (*texts[: most - 1], f"and {sum(map(len, runs[most - 1 :]))} more")


def _text(item: Item) -> str:
    return item.title if isinstance(item, Scope) else words(item)


def _sort(item: Item) -> str:
    """The block's name; the layer's and the size of its kernel."""
    if isinstance(item, Scope):
        return str(item.block)
    kernel = item.op.label().partition(",")[0]
    return f"{item.op.call_name} {kernel if 'x' in kernel else ''}"


def _told(run: list[Item]) -> str:
    times = f" {TIMES}{len(run)}" if len(run) > 1 else ""
    first = run[0]
    if isinstance(first, Scope):
        return shortened(merged_title([_text(item) for item in run]), _LINE) + times
    columns = _columns([i.op.label().split(", ") for i in run if isinstance(i, Node)])
    if columns is None:
        return _sort(first).strip() + times
    return f"{first.op.call_name} {', '.join(map(merged_numbers, columns))}".strip() + times


def tooltip(graph: Graph, unit: Unit) -> str:
    """Names of the layers in a box with their shapes, a line each.

    DOT's strings hold 16,384 bytes as they are written there, where some letters are written with more: longer text
    ends with a sign …
    """
    nodes = [graph.nodes[i] for i in unit.nodes[:_TOOLTIP_LINES]]
    text = "\n".join(f"{node.name}: {shape_text(node.shape)}" for node in nodes)
    room = 16_000
    for place, letter in enumerate(text):
        room -= 3 if not letter.isprintable() else 2 if letter in '"\\' else len(letter.encode())
        if room < 0:
            text = f"{text[:place]}\N{HORIZONTAL ELLIPSIS}"
            break
    more = len(unit.nodes) - len(nodes)
    return f"{text}\nand {more} more" if more else text
