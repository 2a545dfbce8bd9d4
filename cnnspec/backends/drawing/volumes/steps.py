"""What each box says: shape, kernel, words; plain records, before anything is placed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import takewhile

from ....analyses.cost import cost
from ....analyses.freezing import starts_in, told
from ....ir import Graph, Node, Shape, is_map, show, show_sides
from ....ir.op import Family, Window
from ..grouping import FOLLOWERS, Chains, scope_chains
from ..label import TIMES, label_of, shape_text
from ..model import macs_text
from ..titles import merged_labels, merged_numbers
from .units import Group, groups_of

Size = tuple[int, int]
_POINTWISE = FOLLOWERS | {"reshape"}
_WINDOWED = frozenset({"convolution", "pooling"})


@dataclass(frozen=True, slots=True)
class Kernel:
    """``size`` is (height, width) in pixels of the map before, with dilation; ``texts`` are lines that stand beside it.
    ``whole``: each output sees the whole map."""

    size: Size
    texts: tuple[str, ...]
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One box. ``shape`` is that of its map or vector (of the last one, where it stands for several), ``channels`` the text
    of all their channels or features. ``sources`` are numbers of the boxes that it reads; ``kernel`` slides over the first
    of them, ``dense`` says that it is fully connected to it."""

    number: int
    name: str
    words: tuple[str, ...]
    tip: str
    shape: Shape
    channels: str
    family: Family
    sources: tuple[int, ...]
    kernel: Kernel | None = None
    dense: bool = False
    times: int = 1
    frozen: str = ""


def steps_of(graph: Graph) -> tuple[Step, ...]:
    """The boxes of ``graph`` in its order: each reads only earlier ones, the first is the input."""
    groups = groups_of(graph)
    chains, costs = scope_chains(graph), cost(graph)
    owner = {node: place for place, group in enumerate(groups) for node in group.nodes}
    return tuple(
        _step(graph, chains, group, number, owner, (costs.params, costs.macs))
        for number, group in enumerate(groups)
    )


def _step(
    graph: Graph,
    chains: Chains,
    group: Group,
    number: int,
    owner: dict[int, int],
    costs: tuple[tuple[int, ...], tuple[int, ...]],
) -> Step:
    layer = _only_layer(graph, group)
    shapes = [graph.nodes[end].shape for end in group.unit.ends]
    name, *words = _texts(graph, chains, group, layer)
    outputs = _outputs(graph, group, last=number == max(owner.values()))
    frozen = told(starts_in(graph, group.nodes))
    sources = dict.fromkeys(owner[i] for node in group.nodes for i in graph.nodes[node].inputs)
    figures = [sum(column[i] for i in group.nodes) for column in costs]
    return Step(
        number=number,
        name=name,
        words=tuple(filter(None, (*words, frozen, *outputs))),
        tip=_tip(name, words, shapes[-1], figures, frozen),
        shape=shapes[-1],
        channels=merged_numbers([str(shape[0]) for shape in shapes]),
        family=layer.op.family if layer else _family(graph.nodes[i] for i in group.nodes),
        sources=tuple(s for s in sources if s != number),
        kernel=_kernel(graph, layer) if layer else None,
        dense=layer is not None and layer.op.family == "linear",
        times=group.unit.times,
        frozen=frozen,
    )


def _only_layer(graph: Graph, group: Group) -> Node | None:
    """The one layer that a box stands for, also where a label is around it: all others are pointwise and follow it."""
    first, *others = group.nodes
    if group.unit.kind != "part":
        return graph.nodes[first]
    return graph.nodes[first] if all(graph.nodes[i].op.family in _POINTWISE for i in others) else None


def _texts(graph: Graph, chains: Chains, group: Group, layer: Node | None) -> tuple[str, ...]:
    """The name, and what it is made of."""
    followers = ", ".join(_follower(graph.nodes[i]) for i in group.followers)
    if layer is None:
        return *_part(graph, chains, group), followers
    name = _layer_name(graph, group, layer)
    times = f" {TIMES}{group.unit.times}" if group.unit.times > 1 else ""
    return f"{name}{times}", _layer_words(graph, layer, group, name)


def _layer_name(graph: Graph, group: Group, layer: Node) -> str:
    """Of several layers the names from first to last, where they stand together; else what they are, and where."""
    if group.unit.part and layer.inputs:
        return group.unit.part.path
    each = len(group.unit.nodes) // group.unit.times
    names = [graph.nodes[i].name for i in group.unit.nodes[::each]]
    parents = [name.split(".")[:-1] for name in names]
    if all(parent == parents[0] for parent in parents):
        return merged_labels(names)
    shared = [
        pair[0] for pair in takewhile(lambda p: p[0] == p[1], zip(parents[0], parents[-1], strict=False))
    ]
    return ".".join([*shared, layer.op.call_name])


def _part(graph: Graph, chains: Chains, group: Group) -> tuple[str, ...]:
    label, scope = label_of(graph, chains, group.unit), group.unit.part
    if scope is None or group.unit.times > 1 or len(group.unit.period) > 1:
        return f"{label.head} {label.beside}".strip(), *label.lines
    title = scope.title if scope.title != scope.path.rpartition(".")[2] else ""
    inside = label.lines if not title or len(label.lines) <= 2 else ()
    return scope.path, title, *inside


def _layer_words(graph: Graph, layer: Node, group: Group, name: str) -> str:
    op, own = layer.op, name.rpartition(".")[2].rstrip("0123456789")
    said = [] if own == op.call_name or not layer.inputs else [op.call_name]
    if op.family in _WINDOWED:
        said += _more_of(graph, layer)
    elif op.family not in ("linear", "input"):
        said += filter(None, [op.label()])
    once = group.unit.nodes[: len(group.unit.nodes) // group.unit.times]
    said += [_follower(graph.nodes[i]) for i in (*once[1:], *group.followers)]
    return ", ".join(said)


def _more_of(graph: Graph, layer: Node) -> list[str]:
    """What a window does not show."""
    groups, dilation = getattr(layer.op, "groups", 1), getattr(layer.op, "dilation", (1, 1))
    depthwise = groups > 1 and groups == graph.input_shapes(layer)[0][0]
    texts = ["depthwise" if depthwise else f"groups {groups}"] if groups > 1 else []
    return texts + ([f"dilation {show_sides(dilation, 'x')}"] if dilation != (1, 1) else [])


def _follower(node: Node) -> str:
    return f"flatten {shape_text(node.shape)}" if node.op.call_name == "flatten" else node.op.call_name


def _kernel(graph: Graph, layer: Node) -> Kernel | None:
    if layer.op.family not in _WINDOWED or not layer.inputs:
        return None
    before = graph.input_shapes(layer)[0]
    window = layer.op.window(*graph.input_shapes(layer))
    if not is_map(before):
        return None
    if window.whole:
        return Kernel((before[1], before[2]), (), whole=True)
    own: Size = getattr(layer.op, "kernel", window.extent)
    return Kernel(window.extent, (f"{own[0]}x{own[1]}", *_stride(window)))


def _stride(window: Window) -> tuple[str, ...]:
    down, right = window.stride
    if down == right == 1:
        return ()
    return (f"stride {down}" if down == right else f"stride {down}x{right}",)


def _family(nodes: Iterable[Node]) -> Family:
    """The family that tells most of a part."""
    found = {node.op.family for node in nodes}
    order: tuple[Family, ...] = (
        "convolution",
        "linear",
        "pooling",
        "merge",
        "norm",
        "activation",
        "regularize",
    )
    return next((family for family in order if family in found), "reshape")


def _outputs(graph: Graph, group: Group, last: bool) -> list[str]:
    found = [o for o in graph.outputs if o.node in group.nodes]
    if last and len(graph.outputs) == 1 and graph.outputs[0].name in ("", "output"):
        return []
    return [f"\N{RIGHTWARDS ARROW} {o.name or 'output'}" for o in found]


def _tip(name: str, words: Iterable[str], shape: Shape, figures: list[int], frozen: str) -> str:
    lines = [name, *words, show(shape), f"{figures[0]:,} parameters, {macs_text(figures[1])} MACs", frozen]
    return "\n".join(filter(None, lines))
