"""The working of a layer's memory: its output, what the backward pass keeps of it, its parameters; and the peak."""

from __future__ import annotations

from dataclasses import dataclass

from ...ir import Graph, Node, Step, Working, size
from ...ir.workings import elements
from ...source.values import Value
from ..memory import BYTES, alive_at_peak, draws_kept, read_by_backward

_MANY = 3
FLOATS = f"{BYTES} a number (float32)"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Kept(Value):
    """Of each layer of a graph: the layers whose gradients read its output, and the random numbers that are read."""

    readers: tuple[tuple[int, ...], ...]
    draws: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Peak(Value):
    """The layer at which most is alive at inference, and the layers whose outputs are alive then."""

    at: Node
    alive: tuple[Node, ...]

    @property
    def total(self) -> int:
        return sum(map(output_bytes, self.alive))


def kept_of(graph: Graph) -> Kept:
    return Kept(read_by_backward(graph), draws_kept(graph))


def peak_of(graph: Graph) -> Peak:
    """The peak of the network without outputs that exist only in training."""
    deployed = graph.without_auxiliary()
    at, alive = alive_at_peak(deployed)
    return Peak(deployed.nodes[at], tuple(deployed.nodes[i] for i in alive))


def memory_working(graph: Graph, index: int, kept: Kept) -> Working:
    """Bytes of the output, of what is kept of it for the backward pass, and of the parameters; for one sample."""
    node = graph.nodes[index]
    steps = (
        Step(
            "memory",
            "bytes",
            f"bytes of the output of a sample, {FLOATS}",
            f"{elements(node.shape)}*{BYTES}",
            _shared(node),
        ),
        _kept(graph, index, kept),
        *_parameters(node),
    )
    return Working(steps=steps)


def output_bytes(node: Node) -> int:
    return BYTES * size(node.shape)


def _shared(node: Node) -> str:
    if node.op.is_view:
        return "it is the input under another shape, and takes no memory of its own"
    if node.op.is_view_at_inference:
        return "outside training it is the input as it is, and takes no memory of its own"
    return ""


def _kept(graph: Graph, index: int, kept: Kept) -> Step:
    words = "bytes kept of it for the backward pass"
    readers, draws = kept.readers[index], kept.draws[index]
    parts = ["bytes"] if readers else []
    if draws:
        parts.append("bytes" if draws == size(graph.nodes[index].shape) else f"{draws}*{BYTES}")
    formula = " + ".join(parts) or "0"
    said = [f"the output is read by {_names(graph, index, readers)}"] if readers else []
    said += [f"its draws are kept, {FLOATS}"] if draws else []
    if not said:
        view = graph.nodes[index].op.is_view
        said = ["what is read is counted with its input"] if view else ["no gradient reads it"]
    return Step("memory", "kept", words, formula, " and ".join(said))


def _names(graph: Graph, index: int, readers: tuple[int, ...]) -> str:
    """The layers whose gradients read it; a layer itself comes first."""
    names = [f"the gradient of {graph.nodes[i].name}" if i != index else "its own gradient" for i in readers]
    if len(names) > _MANY:
        names = [*names[:_MANY], f"{len(names) - _MANY} more"]
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _parameters(node: Node) -> tuple[Step, ...]:
    if not node.parameters:
        return ()
    statistics = any(spec.role == "buffer" for spec in node.parameters)
    held = "(parameters + buffers)" if statistics else "parameters"
    words = "bytes of the parameters" + (" and running statistics" if statistics else "")
    return (Step("memory", "parameter_bytes", words, f"{held}*{BYTES}"),)
