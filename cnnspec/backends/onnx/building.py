"""A whole ONNX model of a graph at inference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ...ir import Graph
from ...source import SpecError
from ..tracing.about import About, encodable
from ..tracing.nodes import inference_graph, trace_node
from .emitting import Layer
from .errors import TooLargeForOnnx
from .writer import Constant, Writer

if TYPE_CHECKING:
    import numpy as np

OPSET = 17
"""The operators' version: the first with LayerNormalization; runtimes since 2022 know it."""
IR_VERSION = 8
"""The file format's version that came with it."""
INPUT, BATCH_NAME = "input", "N"
LIMIT = 2e9
_BYTES = 4


def check_size(graph: Graph) -> None:
    """Raise :class:`SpecError` where the parameters would not fit into an ONNX file."""
    from math import prod

    graph = inference_graph(graph)
    size = _BYTES * sum(prod(spec.shape) for node in graph.nodes for spec in node.parameters)
    if size > LIMIT:
        raise SpecError([TooLargeForOnnx(model=graph.name, size=size / 1e9)])


def to_onnx(graph: Graph, weights: Mapping[str, np.ndarray], about: About, normalize: bool = False) -> bytes:
    """``graph`` at inference as an ONNX file: input (N, C, H, W) of float32, an output of each main output's name.

    The input is normalized already; with ``normalize`` its values are 0 … 1, and the graph does what ``about`` says. Raises
    :class:`SpecError` where a layer has no form in ONNX, or the file would be too large.
    """
    import onnx
    from onnx import helper

    check_size(graph)
    graph = inference_graph(graph)
    reserved = {INPUT, *(output.name for output in graph.outputs), *weights}
    writer = Writer(reserved)
    first = _normalized(writer, graph, about) if normalize else INPUT
    values = _layers(writer, graph, weights, first)
    _name_outputs(writer, graph, values)
    made = helper.make_graph(
        [
            helper.make_node(r.operator, r.inputs, [r.output], name=r.name, **r.attributes)
            for r in writer.records
        ],
        encodable(graph.name),
        [_declared(INPUT, graph.input_shape)],
        [_declared(output.name, graph.nodes[output.node].shape) for output in graph.outputs],
        [onnx.numpy_helper.from_array(array, name) for name, array in writer.constants.items()],
    )
    opset = helper.make_opsetid("", OPSET)
    model = helper.make_model(
        made,
        opset_imports=[opset],
        ir_version=IR_VERSION,
        producer_name="cnnspec",
        producer_version=about.version,
    )
    told = {**about.metadata(), "input_values": about.pixels if normalize else about.normalized}
    helper.set_model_props(model, told)
    return _checked(model)


def _checked(model: Any) -> bytes:
    """The model as a file, with the shapes of all values in it; whatever is wrong with it is an error of ours."""
    import onnx

    model = onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
    onnx.checker.check_model(model, full_check=True)
    data: bytes = model.SerializeToString()
    return data


def _layers(writer: Writer, graph: Graph, weights: Mapping[str, np.ndarray], first: str) -> list[str]:
    """The name of each node's value."""
    values = [first]
    for node in graph.nodes[1:]:
        owned = {spec.name: weights[f"{node.name}.{spec.name}"] for spec in node.parameters}
        inputs = tuple(values[i] for i in node.inputs)
        values.append(Layer(writer, node.name, trace_node(graph, node, "ONNX"), inputs, owned).emit())
    return values


def _name_outputs(writer: Writer, graph: Graph, values: Sequence[str]) -> None:
    """Values that are outputs get their names; one that is so twice, or the input, is passed on by an Identity."""
    renamed: set[str] = set()
    for output in graph.outputs:
        value = values[output.node]
        if value in renamed or not any(record.output == value for record in writer.records):
            made = writer.node(output.name, "Identity", [value])
            writer.records[-1].name = made
            writer.rename(made, output.name)
        else:
            writer.rename(value, output.name)
            values = [output.name if name == value else name for name in values]
            renamed.add(output.name)


def _normalized(writer: Writer, graph: Graph, about: About) -> str:
    import numpy as np

    channels = graph.input_shape[0]
    mean, std = (
        Constant(np.array(given, np.float32).reshape(1, channels, *(1,) * (len(graph.input_shape) - 1)), name)
        for given, name in ((about.mean, "normalization.mean"), (about.std, "normalization.std"))
    )
    start = len(writer.records)
    result = writer.node("normalization", "Div", [writer.node("normalization", "Sub", [INPUT, mean]), std])
    for record in writer.records[start:]:
        record.name = record.output
    return result


def _declared(name: str, shape: Sequence[int]) -> Any:
    from onnx import TensorProto, helper

    return helper.make_tensor_value_info(name, TensorProto.FLOAT, [BATCH_NAME, *shape])
