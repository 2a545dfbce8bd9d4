"""Networks drawn as volumes, like AlexNet's in the paper: a box for each feature map, as large as the map is.

``units`` says which boxes there are, ``steps`` what they tell; ``across`` and ``down`` place them; ``links``, ``arcs`` and
``sizes`` add what stands between and beside them; ``page`` writes the document. Only the standard library is needed.
"""

from __future__ import annotations

from ....ir import Graph
from ..view import Direction
from .across import across
from .colours import colours_of
from .down import down
from .page import page
from .steps import steps_of

__all__ = ["volumes"]


def volumes(graph: Graph, direction: Direction = "LR", dark: bool = False) -> str:
    """A complete SVG document, from left to right (``LR``) or from top to bottom (``TB``), for a light or a ``dark`` page.

    A network without branches has a box for each layer that changes a map, others one for each part; similar ones are put
    together where they would not fit on a page. What is only for training is left out. Sides grow with the square root of
    a map's height, width and channels.
    """
    kept = graph.without_auxiliary() if graph.main_outputs else graph
    steps = steps_of(kept)
    layout = down(steps) if direction == "TB" else across(steps)
    return page(graph, layout, colours_of(dark))
