"""Networks whose layers read all before them: many arrows, and a drawing all the same."""

from __future__ import annotations

from networks import Builder

from cnnspec.backends.drawing.graphviz import to_dot
from cnnspec.backends.drawing.model import picture
from cnnspec.backends.drawing.renderers import render_dot
from cnnspec.backends.drawing.view import View
from cnnspec.ir import Graph


def dense(layers: int) -> Graph:
    b = Builder("dense", 3, 16, 16)
    outputs = [b("conv", 8, 3)]
    for _ in range(layers - 1):
        joined = b("concat", of=outputs) if len(outputs) > 1 else outputs[0]
        outputs.append(b("conv", 4, 1, of=joined))
    return b.graph()


def test_each_concat_of_all_before_is_drawn() -> None:
    """At Graphviz' own limits 30 of these take minutes."""
    view = View(level="layer")
    drawn = picture(dense(30), view)
    assert len(drawn.arrows) == 465
    assert render_dot(to_dot(drawn, view), "svg").count(b'class="edge"') == 465
