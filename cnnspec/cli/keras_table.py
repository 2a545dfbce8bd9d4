"""The table of ``summary`` as Keras' ``model.summary()`` has it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from ..analyses.cost import cost
from ..ir import Graph, Node, Shape, is_map, size
from ..train.wording import printable
from .styled_table import fused, readers, styled

_KERAS = {
    "conv": "Conv2D",
    "maxpool": "MaxPooling2D",
    "avgpool": "AveragePooling2D",
    "global_avgpool": "GlobalAveragePooling2D",
    "global_maxpool": "GlobalMaxPooling2D",
    "bn": "BatchNormalization",
    "layer_norm": "LayerNormalization",
    "group_norm": "GroupNormalization",
    "linear": "Dense",
    "concat": "Concatenate",
    "upsample": "UpSampling2D",
    "pad": "ZeroPadding2D",
    "crop": "Cropping2D",
}


def keras(graph: Graph) -> str:
    """Layers as Keras counts and names them: running statistics are parameters that are not trained, and an activation
    behind a convolution or linear layer belongs to it. Heads that exist only in training are counted below."""
    trained, graph = graph, graph.without_auxiliary()
    written_in, read = fused(graph), readers(graph)
    branches = any(len(node.inputs) > 1 or read[i] > 1 for i, node in enumerate(graph.nodes))
    names: dict[int, str] = {}
    numbers: Counter[str] = Counter()
    rows: list[tuple[str, ...]] = []
    for index, node in enumerate(graph.nodes):
        if index in written_in:
            names[index] = names[node.inputs[0]]
            continue
        kind = _keras_class(node, graph) if index else "InputLayer"
        numbers[kind] += 1
        names[index] = f"{_snake(kind)}_{numbers[kind]}"
        if index:
            count = sum(size(p.shape) for p in node.parameters)
            connected = (", ".join(names[i] for i in node.inputs),) if branches else ()
            rows.append((f"{names[index]} ({kind})", _keras_shape(node.shape), str(count), *connected))
    head = ("Layer (type)", "Output Shape", "Param #", *(("Connected to",) if branches else ()))
    titles = (len(head) - 1, 0) if branches else (0,)
    table = styled(head, rows, titles, names=titles)
    return "\n".join([f'Model: "{printable(graph.name)}"', "", *table, "", *_totals(graph, trained)])


def _totals(graph: Graph, trained: Graph) -> Iterator[str]:
    """Of the network, and of the one that is trained where that has more heads."""
    held = cost(graph).count
    total = held.total + held.buffers
    yield f"Total params: {total:,}"
    yield f"Trainable params: {held.trainable:,}"
    yield f"Non-trainable params: {total - held.trainable:,}"
    if trained is not graph:
        whole = cost(trained).count
        yield f"In training, with auxiliary heads: {whole.total + whole.buffers:,}"


def _keras_class(node: Node, graph: Graph) -> str:
    op: Any = node.op
    if op.call_name == "conv" and 1 < op.groups == graph.input_shapes(node)[0][0]:
        return "DepthwiseConv2D"
    if op.family == "activation":
        return "Activation"
    return _KERAS.get(op.call_name) or "".join(part.capitalize() for part in op.call_name.split("_"))


def _snake(kind: str) -> str:
    """conv2d of Conv2D, max_pooling2d of MaxPooling2D."""
    marked = "".join(
        f"_{c.lower()}" if c.isupper() and i and not kind[i - 1].isdigit() else c.lower()
        for i, c in enumerate(kind)
    )
    return marked.removeprefix("_")


def _keras_shape(shape: Shape) -> str:
    order = (*shape[1:], shape[0]) if is_map(shape) else shape
    return f"(None, {', '.join(map(str, order))})"
