"""Bytes a sample at float32, counted from the graph.

The model: the input and every layer's output is a buffer of its own, and nothing is done in place.
Layers that only rename elements (flatten, identity …) share their input's buffer; at inference so do
dropout and stochastic depth, which then do nothing. Gradients, optimizer state, workspaces
and what an allocator adds are not counted: the figures are what the network itself needs.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..ir import Graph, Node, size
from ..source.values import Value
from .cost import ParameterCount, count_parameters

BYTES = 4
"""A float32."""
LINEAR_MAPS = frozenset({"convolution", "linear"})
"""Families of layers whose gradient to the input reads their weights alone."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Memory(Value):
    """Bytes: ``parameters`` with running statistics; ``activations_*`` for one sample."""

    parameters: int
    activations_inference: int
    activations_training: int


def memory(graph: Graph, count: ParameterCount | None = None) -> Memory:
    """Parameters, and activations for a sample at inference and in training.

    Inference: the most that is alive at once when layers run in the graph's order; a buffer is freed after its last
    reader, the graph's outputs stay. Neither it nor the parameters have to do with heads that exist only in training.
    ``count`` are the parameters without these, where they have been counted.
    Training: the sum of the tensors that the backward pass reads, once each; auxiliary heads are counted.
    """
    main = graph.without_auxiliary()
    count = count or count_parameters(p for n in main.nodes for p in n.parameters)
    return Memory(
        parameters=BYTES * (count.total + count.buffers),
        activations_inference=BYTES * peak_elements(main),
        activations_training=sum(kept_for_backward(graph)),
    )


def _buffers(graph: Graph, training: bool) -> list[int]:
    """For each node the node whose buffer holds its output: itself, or what it is a view of."""
    owner: list[int] = []
    for index, node in enumerate(graph.nodes):
        owner.append(owner[node.inputs[0]] if _is_view(node, training) else index)
    return owner


def _is_view(node: Node, training: bool) -> bool:
    return node.op.is_view or (not training and node.op.is_view_at_inference)


def peak_elements(graph: Graph) -> int:
    """The most elements that are alive at once, for a sample at inference."""
    return sum(size(graph.nodes[buffer].shape) for buffer in alive_at_peak(graph)[1])


def alive_at_peak(graph: Graph) -> tuple[int, tuple[int, ...]]:
    """The first layer at which most is alive at inference, and the layers whose outputs are alive then, in their order."""
    owner, last = _lives(graph)
    freed: list[list[int]] = [[] for _ in range(len(graph.nodes) + 1)]
    for buffer, step in enumerate(last):
        freed[step].append(buffer)
    live = peak = at = 0
    for index, node in enumerate(graph.nodes):
        live += size(node.shape) if owner[index] == index else 0
        at, peak = (index, live) if live > peak else (at, peak)
        live -= sum(size(graph.nodes[b].shape) for b in freed[index] if owner[b] == b)
    return at, tuple(b for b in range(at + 1) if owner[b] == b and last[b] >= at)


def _lives(graph: Graph) -> tuple[list[int], list[int]]:
    """For each node the node whose buffer holds its output at inference, and for each buffer its last reader."""
    owner = _buffers(graph, training=False)
    last = list(range(len(graph.nodes)))
    for index, node in enumerate(graph.nodes):
        for source in (index, *node.inputs):
            last[owner[source]] = index
    for output in graph.outputs:
        last[owner[output.node]] = len(graph.nodes)
    return owner, last


def reached(graph: Graph) -> list[bool]:
    """For each node whether gradients arrive at it: whether it follows from something that is ever trained."""
    found: list[bool] = []
    for node in graph.nodes:
        found.append(any(p.trainable for p in node.parameters) or any(found[i] for i in node.inputs))
    return found


def reads_of(node: Node) -> frozenset[str]:
    """What the backward pass reads of a layer that gradients arrive at: some of "input" and "output".

    The input of a convolution or linear layer is read for the gradient to its weights, so not where they are frozen.
    """
    if node.op.family in LINEAR_MAPS and not any(p.trainable for p in node.parameters):
        return frozenset()
    return frozenset(node.op.backward_reads)


def read_by_backward(graph: Graph) -> tuple[tuple[int, ...], ...]:
    """For each layer those whose gradients read its output, itself among them where its own does.

    What a layer such as flatten hands on is its input's. Layers before the first that is ever trained get no gradient,
    and read nothing.
    """
    owner, arrives = _buffers(graph, training=True), reached(graph)
    readers: list[dict[int, None]] = [{} for _ in graph.nodes]
    for index, node in enumerate(graph.nodes):
        reads = reads_of(node) if arrives[index] else ()
        read = [owner[i] for i in node.inputs] if "input" in reads else []
        for buffer in (*read, *([owner[index]] if "output" in reads else [])):
            readers[buffer][index] = None
    return tuple(map(tuple, readers))


def draws_kept(graph: Graph) -> tuple[int, ...]:
    """For each layer the random numbers, for a sample, that the backward pass reads again."""
    nodes = zip(graph.nodes, reached(graph), strict=True)
    return tuple(node.op.draws(node.shape) if arrives else 0 for node, arrives in nodes)


def kept_for_backward(graph: Graph) -> tuple[int, ...]:
    """For each layer the bytes a sample of what it makes that the backward pass reads: its output, where any
    layer's gradient needs it, and what it draws by chance. Their sum is ``activations_training``.
    """
    kept = zip(graph.nodes, read_by_backward(graph), draws_kept(graph), strict=True)
    return tuple(BYTES * (size(node.shape) * bool(readers) + draws) for node, readers, draws in kept)
