"""A network as Python text that needs tinygrad alone, with its weights in a safetensors file beside it."""

from __future__ import annotations

import builtins
from keyword import kwlist

from ...ir import Graph, Shape, show
from ..tracing.about import About
from ..tracing.nodes import inference_graph, trace_node
from ..tracing.steps import Trace
from .answers import answering
from .blocks import Blocks
from .helpers import Layer, helpers
from .parts import Network
from .quoting import inside_docstring, quoted, wrapped
from .variables import LETTERS, RESERVED

_TAKEN = frozenset({*dir(builtins), *kwlist, *LETTERS, *RESERVED})
_OWN = (
    *("Path", "Tensor", "Device", "dtypes", "safe_load", "sys", "PIL", "Image", "ImageOps"),
    *("load", "forward", "read_image", "main", "answer", "WEIGHTS", "INPUT", "MEAN", "STD"),
)


def to_python(graph: Graph, about: About, weights: str) -> str:
    """The text of a module for ``graph`` at inference; ``weights`` is the name of the file beside it.

    Raises :class:`~cnnspec.source.SpecError` where a layer goes beyond the tensor protocol.
    """
    graph = inference_graph(graph)
    layers = [Layer(node, _trace(graph, i)) for i, node in enumerate(graph.nodes)]
    answers = answering(graph, about)
    taken = {*_TAKEN, *_OWN, *answers.names}
    calls = helpers(layers[1:], taken)
    blocks = Blocks(Network(graph, layers), calls, taken)
    body = blocks.forward()
    parts = [
        _head(graph, about, weights),
        "\n".join([*_constants(graph, about, weights), *answers.constants]),
        _LOAD,
        *dict.fromkeys(helper.text for helper in calls.values()),
        *(function.text() for function in blocks.functions.values()),
        _forward(graph, body, blocks.results),
        _reading(about),
        *answers.functions,
        _main(about, answers.calls),
    ]
    return "\n\n\n".join(parts) + "\n"


def _trace(graph: Graph, number: int) -> Trace:
    return trace_node(graph, graph.nodes[number], "Python") if number else Trace((), {})


def _head(graph: Graph, about: About, weights: str) -> str:
    return f'''"""{inside_docstring(graph.name)}, a network as tinygrad computes it. Written by cnnspec {about.version}.

The weights are {inside_docstring(about.weights)}; they are in {inside_docstring(weights)} beside this file.

    pip install tinygrad pillow
    python THIS_FILE photo.jpg
"""

import sys
from pathlib import Path

from tinygrad import Device, Tensor, dtypes
from tinygrad.nn.state import safe_load'''


def _constants(graph: Graph, about: About, weights: str) -> list[str]:
    lines = [
        f"WEIGHTS = Path(__file__).with_name({quoted(weights)})",
        f"INPUT = {tuple(graph.input_shape)}  # channels, height, width",
    ]
    if about.mean is None or about.std is None:
        return lines
    lines.append("# Of each channel, of pixels from 0 to 1: the network takes (pixels - MEAN) / STD.")
    for name, values in (("MEAN", about.mean), ("STD", about.std)):
        lines += wrapped(name, map(repr, values))
    return lines


_LOAD = '''def load(path=WEIGHTS):
    """The weights by name, on tinygrad's device."""
    return {name: tensor.to(Device.DEFAULT).realize() for name, tensor in safe_load(path).items()}'''


def _forward(graph: Graph, body: list[str], results: tuple[str, ...]) -> str:
    takes = f"Normalized images {_batched(graph.input_shape)}"
    if len(results) == 1:
        about = [
            f'"""{takes} to what the network gives {_batched(graph.nodes[graph.outputs[0].node].shape)}."""'
        ]
        return "\n".join(
            ["def forward(x, w):", *(f"    {line}" for line in [*about, *_returning(body, results[0])])]
        )
    shapes = (f"    {o.name} {_batched(graph.nodes[o.node].shape)}" for o in graph.outputs)
    about = [f'"""{takes} to the outputs by name:', "", *shapes, '"""']
    entries = (f"{quoted(o.name)}: {name}" for o, name in zip(graph.outputs, results, strict=True))
    lines = [*about, *body, f"return {{{', '.join(entries)}}}"]
    return "\n".join(["def forward(x, w):", *(f"    {line}".rstrip() for line in lines)])


def _returning(body: list[str], result: str) -> list[str]:
    """The lines with the last one's value returned."""
    start = f"{result} = "
    if body and body[-1].startswith(start):
        return [*body[:-1], "return " + body[-1].removeprefix(start)]
    return [*body, f"return {result}"]


def _batched(shape: Shape) -> str:
    return f"(N, {', '.join(map(str, shape))})"


_MODES = {1: "L", 3: "RGB", 4: "RGBA"}


def _reading(about: About) -> str:
    mode = _MODES.get(about.input_shape[0]) if len(about.input_shape) == 3 else None
    if mode is None:
        return f'''def read_image(path):
    """No image file holds what this network takes."""
    raise SystemExit("this network takes {show(about.input_shape)}, which no image file holds")'''
    last = "    return x"
    if about.mean is not None:
        last = "    return (x - Tensor(MEAN).reshape(1, -1, 1, 1)) / Tensor(STD).reshape(1, -1, 1, 1)"
    note = "stretched to the network's size" + (
        "" if about.mean is not None else "; values from 0 to 1, as no normalization is known"
    )
    return f'''def read_image(path):
    """An image file as a batch of one, {note}."""
    from PIL import Image, ImageOps

    channels, height, width = INPUT
    with Image.open(path) as image:
        pixels = ImageOps.exif_transpose(image).convert("{mode}").resize((width, height))
    x = Tensor(pixels.tobytes(), dtype=dtypes.uint8).reshape(1, height, width, channels)
    x = x.permute(0, 3, 1, 2).float() / 255
{last}'''


def _main(about: About, calls: list[str]) -> str:
    lines = "\n".join(f"    {call}" for call in calls)
    return f'''def main():
    """Says what is on the image file that is named, or what comes of random numbers."""
    x = read_image(sys.argv[1]) if len(sys.argv) > 1 else Tensor.randn(1, *INPUT)
    y = forward(x, load())
{lines}


if __name__ == "__main__":
    main()'''
