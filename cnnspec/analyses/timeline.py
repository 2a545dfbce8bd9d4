"""The buffers of a training step: when each is made, when it is last read, and how much room all of them take.

The model is that of tinygrad, and of training here. Each statement can be checked on its schedule:

* Convolutions, linear layers, batch normalisation and maximum pooling are kernels: they read buffers and write one,
  forward and backward. Other sums (means of maps, softmax, other norms) write a buffer too.
* What is elementwise (activations, sums, products, concatenation …) joins the kernel that reads it. It has a buffer
  of its own only where a kernel must read it whole.
* Gradients are derived automatically: that of an elementwise layer reads what the layer read, so batch normalisation, relu
  and convolution in a row keep three maps. A relu that is computed along with its convolution or linear layer reads
  its output.
* Layers before the first that is trained get no gradient and keep nothing; the gradient to the weights of a frozen layer is
  not computed, so its input is not kept for it.
* A buffer is made when its kernel runs and is free after its last reader. Buffers do not move, so there are holes between
  them: each is put into the first hole that is large enough, in the order of time (``room``).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..ir import Graph, Node, size
from ..source.values import Value
from .memory import LINEAR_MAPS, draws_kept, reached, reads_of

_ALONG = ("relu", "relu6")
"""Activations that convolutions and linear layers compute along, where nothing else reads what is before them."""
_OTHERLINEAR_MAPS = frozenset({"bn", "maxpool"})


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Buffer(Value):
    """``elements`` that are needed from step ``made`` to step ``read``, both included. ``of`` is a node's number."""

    of: int
    elements: int
    made: int
    read: int


def is_kernel(node: Node) -> bool:
    """Whether a layer reads whole buffers, forward and backward."""
    return node.op.family in LINEAR_MAPS or node.op.call_name in _OTHERLINEAR_MAPS


def _joins(node: Node) -> bool:
    """Whether a layer is computed where it is read."""
    op = node.op
    return op.family in ("merge", "reshape", "regularize") or (op.family == "activation" and op.any_axes)


class _Step:
    """A training step as it is laid out: node i runs at step i; backward the gradient to its output is put together at
    step n + 2 (n - 1 - i), and read by its kernel at the next one."""

    def __init__(self, graph: Graph, each_draw: int) -> None:
        self.each_draw, self.draws = each_draw, draws_kept(graph)
        self.nodes = graph.nodes
        self.outputs = {output.node for output in graph.outputs}
        self.reached = reached(graph)
        self.users: list[list[int]] = [[] for _ in graph.nodes]
        for index, node in enumerate(graph.nodes):
            for source in node.inputs:
                self.users[source].append(index)
        self.along = [self._goes_along(index) for index in range(len(graph.nodes))]
        self.owns = self._owners()
        self.roots: list[tuple[int, ...]] = []
        for index in range(len(graph.nodes)):
            self.roots.append((index,) if self.owns[index] else self._read(index))

    def _goes_along(self, index: int) -> bool:
        """Whether a node is computed in the kernel of the layer before it."""
        if self.nodes[index].op.call_name not in _ALONG:
            return False
        (before,) = self.nodes[index].inputs
        alone = self.users[before] == [index] and before not in self.outputs
        return alone and self.nodes[before].op.family in LINEAR_MAPS

    def _owners(self) -> list[bool]:
        """For each node whether its output is a buffer."""
        needed, owns = [False] * len(self.nodes), [False] * len(self.nodes)
        for index in range(len(self.nodes) - 1, -1, -1):
            node, users = self.nodes[index], self.users[index]
            read = any(needed[user] for user in users)
            needed[index] = is_kernel(node) or (node.op.is_view and read)
            if self.along[index] or node.op.is_view:
                owns[index] = self.along[index]
            elif _joins(node):
                owns[index] = read or index in self.outputs
            else:
                owns[index] = not any(self.along[user] for user in users)
        return owns

    def _read(self, index: int) -> tuple[int, ...]:
        """The buffers that hold what a node takes."""
        return tuple({root: None for source in self.nodes[index].inputs for root in self.roots[source]})

    def _back(self, index: int) -> int:
        return len(self.nodes) + 2 * (len(self.nodes) - 1 - index)

    def buffers(self) -> list[Buffer]:
        """Outputs, draws and gradients."""
        last = list(range(len(self.nodes)))
        for index in range(len(self.nodes)):
            for root in self._read(index):
                last[root] = max(last[root], index)
            for root, step in self._read_again(index):
                last[root] = max(last[root], step)
        outputs = [Buffer(i, size(n.shape), i, last[i]) for i, n in enumerate(self.nodes) if self.owns[i]]
        return [*outputs, *self._drawn(), *self._gradients()]

    def _drawn(self) -> list[Buffer]:
        """The random numbers of layers, which the backward pass reads again."""
        drawn = enumerate(self.draws)
        return [Buffer(i, n * self.each_draw, i, self._back(i)) for i, n in drawn if n]

    def _read_again(self, index: int) -> Iterator[tuple[int, int]]:
        """The buffers that the backward pass reads of a node, and when."""
        if index in self.outputs:
            yield from ((root, self._back(index)) for root in self.roots[index])
        if not self.reached[index]:
            return
        node, reads, taken = self.nodes[index], reads_of(self.nodes[index]), self._read(index)
        if _joins(node) and not self.along[index]:
            # Computed where the gradient to what it reads is put together.
            if reads & {"input", "output"}:
                yield from ((root, self._back(min(taken))) for root in taken)
            return
        roots = [*(taken if "input" in reads else ()), *(self.roots[index] if "output" in reads else ())]
        # An activation's gradient is put together for the kernel that it is computed in.
        step = self._back(node.inputs[0]) if self.along[index] else self._back(index) + 1
        yield from ((root, step) for root in roots)

    def _gradients(self) -> list[Buffer]:
        """The gradients to layers' outputs."""
        made: list[tuple[int, int]] = []
        read: dict[int, int] = {}

        def new(node: int, step: int) -> frozenset[int]:
            made.append((node, step))
            return frozenset({len(made) - 1})

        # What arrives at a node: buffers, and whether one of them is its gradient as it is.
        arriving: list[tuple[frozenset[int], bool]] = [(frozenset(), True) for _ in self.nodes]
        for index in range(len(self.nodes) - 1, -1, -1):
            if not self.reached[index]:
                continue
            step, kernel = self._back(index), is_kernel(self.nodes[index])
            buffers, plain = arriving[index]
            if index in self.outputs:
                buffers, plain = buffers | new(index, step), plain and not buffers
            read |= dict.fromkeys(buffers, step)
            if (kernel or self.owns[index]) and not (plain and len(buffers) == 1) and not self.along[index]:
                buffers, plain = new(index, step), True
            if kernel:
                read |= dict.fromkeys(buffers, step + 1)
            for source in filter(self.reached.__getitem__, self.nodes[index].inputs):
                there, so = arriving[source]
                given = new(source, step + 1) if kernel else buffers
                same = kernel or (plain and self._passes_on(index, source))
                arriving[source] = there | given, so and same and not there
        return [
            Buffer(node, size(self.nodes[node].shape), step, max(step, read.get(number, step)))
            for number, (node, step) in enumerate(made)
        ]

    def _passes_on(self, index: int, source: int) -> bool:
        """Whether the gradient to what a node takes is that to what it gives."""
        node = self.nodes[index]
        return not reads_of(node) and not self.draws[index] and self.nodes[source].shape == node.shape


def training_buffers(graph: Graph, each_draw: int = 1) -> list[Buffer]:
    """The buffers of one sample in a step of training: outputs of layers, what layers draw by chance, and the gradients to
    outputs. A random number takes the room of ``each_draw`` elements: 2 where these are in half precision."""
    return _Step(graph, each_draw).buffers()


def room(buffers: Sequence[Buffer]) -> int:
    """Elements of a memory in which all ``buffers`` have their places, each in the first hole that is large enough."""
    steps: dict[int, tuple[list[int], list[int]]] = {}
    for index, each in enumerate(buffers):
        steps.setdefault(each.made, ([], []))[0].append(index)
        steps.setdefault(each.read + 1, ([], []))[1].append(index)
    holes: list[tuple[int, int]] = []  # (begin, end), in order, none next to another
    top = 0
    places: dict[int, int] = {}
    for step in sorted(steps):
        made, gone = steps[step]
        for index in gone:
            _give(holes, places[index], places[index] + buffers[index].elements)
        for index in made:
            places[index], top = _take(holes, buffers[index].elements, top)
    return top


def _take(holes: list[tuple[int, int]], wanted: int, top: int) -> tuple[int, int]:
    for place, (begin, end) in enumerate(holes):
        if end - begin >= wanted:
            if end - begin == wanted:
                del holes[place]
            else:
                holes[place] = (begin + wanted, end)
            return begin, top
    if holes and holes[-1][1] == top:
        begin, _ = holes.pop()
        return begin, begin + wanted
    return top, top + wanted


def _give(holes: list[tuple[int, int]], begin: int, end: int) -> None:
    if begin == end:
        return
    place = bisect_left(holes, (begin, end))
    if place < len(holes) and holes[place][0] == end:
        end = holes.pop(place)[1]
    if place and holes[place - 1][1] == begin:
        begin = holes.pop(place - 1)[0]
        place -= 1
    holes.insert(place, (begin, end))
