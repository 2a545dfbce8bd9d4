"""Two networks as one picture."""

from __future__ import annotations

from ....analyses.alignment import Alignment, align
from ....analyses.cost import cost
from ....ir import Graph, GraphOutput
from ..frames import Turns
from ..grouping import needed
from ..label import Label, shape_text
from ..model import Box, Picture, State, box_family, macs_text
from ..view import View
from .linking import Outputs, merged_arrows
from .nesting import Folding, frames_of
from .pairing import units_of_both
from .rows import boxes_of, folded_boxes_of, once_in_both
from .sides import Merged, Sides
from .titles import MINUS, became
from .words import both_shapes, merged_label, merged_tooltip

_KEYS = ("r", "n")


def diff_picture(first: Graph, second: Graph, view: View, titles: tuple[str, str] | None = None) -> Picture:
    """What became of ``first`` in ``second``, at the level, depth and folding of ``view``; its heat is not read.

    Boxes, frames and arrows have a state. Boxes that correspond are one box; those that only one of the networks has stand
    where they are in it. Two of one name are called by ``titles``.
    """
    whole = align(first, second)
    alignment, turns = once_in_both(first, second) if view.folds_layers else (whole, (Turns(), Turns()))
    sides = Sides.of(alignment)
    boxes, ends = _boxes(sides, view, Folding.of(whole, turns))
    outputs = _outputs(sides)
    all_boxes = (*boxes, *(_output(sides, place, end) for place, end in enumerate(outputs)))
    return Picture(
        _title(whole, titles),
        _facts(whole),
        all_boxes,
        merged_arrows(sides, ends, all_boxes, outputs),
    )


def _title(alignment: Alignment, titles: tuple[str, str] | None) -> str:
    """Names of both; the ``titles`` where two that differ have one name."""
    names = alignment.first.name, alignment.second.name
    if names[0] == names[1] and alignment.same:
        return names[0]
    return became(*(titles if titles and names[0] == names[1] else names))


def _boxes(sides: Sides, view: View, folding: Folding) -> tuple[list[Box], list[Merged]]:
    units, pairs = units_of_both(sides, view)
    merged = folded_boxes_of(sides, units, pairs) if view.folds_parts else boxes_of(units, pairs)
    frames = frames_of(sides, merged, folding)
    wanted = needed(sides.graphs[0]), needed(sides.graphs[1])
    macs = cost(sides.graphs[0]).macs, cost(sides.graphs[1]).macs
    found = []
    for box, around in zip(merged, frames, strict=True):
        side = 1 if box[1] else 0
        unit = box[side]
        assert unit is not None
        state = _state(sides, box)
        found.append(
            Box(
                key=f"{_KEYS[side]}{unit.number}",
                kind=unit.kind,
                family=box_family(sides.graphs[side], unit, macs[side]),
                nodes=unit.nodes,
                frames=around,
                label=merged_label(sides, box, differs=state not in ("same", "resized")),
                tooltip=merged_tooltip(sides, box),
                auxiliary=all(u is None or wanted[s].isdisjoint(u.nodes) for s, u in enumerate(box)),
                times=max(u.times for u in box if u),
                state=state,
            )
        )
    return found, merged


def _state(sides: Sides, box: Merged) -> State:
    if box[0] is None or box[1] is None:
        return "added" if box[0] is None else "removed"
    pairs = sides.inside(box)
    whole = not any(sides.alone(box, side) for side in (0, 1))
    if whole and all(p.change == "same" for p in pairs):
        return "same"
    return "resized" if whole and all(p.change == "same" or p.only_shape for p in pairs) else "changed"


def _outputs(sides: Sides) -> list[Outputs]:
    """Outputs of both, those of training apart; they correspond in their order."""
    found: list[Outputs] = []
    for auxiliary in (False, True):
        one, other = (
            [(side, n) for n, o in enumerate(graph.outputs) if o.auxiliary == auxiliary]
            for side, graph in enumerate(sides.graphs)
        )
        shared = min(len(one), len(other))
        found += [(a, b) for a, b in zip(one, other, strict=False)]
        found += [(end,) for end in (*one[shared:], *other[shared:])]
    return found


def _output(sides: Sides, place: int, ends: Outputs) -> Box:
    given = [sides.graphs[side].outputs[number] for side, number in ends]
    shapes = [sides.graphs[side].nodes[o.node].shape for (side, _), o in zip(ends, given, strict=True)]
    state: State = "added" if ends[0][0] == 1 else "removed"
    if len(ends) == 2:
        state = "same" if shapes[0] == shapes[1] and given[0].name == given[1].name else "resized"
    return Box(
        key=f"out{place}",
        kind="output",
        family="input",
        nodes=(),
        frames=(),
        label=Label(became(*_names(given)), small=(both_shapes(shapes[0], shapes[-1]),)),
        auxiliary=given[0].auxiliary,
        state=state,
    )


def _names(outputs: list[GraphOutput]) -> tuple[str, str]:
    return outputs[0].name or "output", outputs[-1].name or "output"


def _facts(alignment: Alignment) -> tuple[str, ...]:
    first, second = alignment.first, alignment.second
    if alignment.same:
        return "the two are the same", *_figures(first, second)
    return *_figures(first, second), _counts(alignment)


def _figures(first: Graph, second: Graph) -> tuple[str, str]:
    inputs = became(
        *(", ".join(shape_text(n.shape) for n in g.nodes if not n.inputs) for g in (first, second))
    )
    one, other = cost(first), cost(second)
    params = one.count.total, other.count.total
    macs = one.total_macs, other.total_macs
    return (
        f"input {inputs}",
        f"{became(*(f'{n:,}' for n in params))} parameters{_by(*params)}, "
        f"{became(*map(macs_text, macs))} MACs{_by(*macs)}",
    )


def _by(before: int, after: int) -> str:
    """By how much it grew, in percent; what is too little for that as a number."""
    if before == after or not before:
        return ""
    percent = 100 * (after - before) / before
    size = abs(percent)
    if 99.9 < size < 100:
        return f" ({MINUS}> 99.9 %)"
    text = f"{size:,.0f} %" if size >= 100 else f"{size:.1f} %" if size >= 0.1 else f"{abs(after - before):,}"
    return f" ({'+' if percent > 0 else MINUS}{text})"


def _counts(alignment: Alignment) -> str:
    """How many layers became what."""
    resized = sum(pair.only_shape for pair in alignment.layers)
    counts = {
        "the same": alignment.count("same"),
        "on other sizes": resized,
        "changed": alignment.count("changed") - resized,
        "removed": alignment.count("removed"),
        "added": alignment.count("added"),
    }
    return "layers: " + ", ".join(f"{number} {words}" for words, number in counts.items() if number)
