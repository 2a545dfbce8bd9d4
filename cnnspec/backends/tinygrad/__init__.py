"""The tinygrad backend: a graph with its parameters on a device.

Importing this package does not import tinygrad; ``toolchain.prepare`` has to come first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...ir import Graph

if TYPE_CHECKING:
    from .module import Module

__all__ = ["lower"]


def lower(graph: Graph, seed: int, device: str) -> Module:
    """``graph`` with freshly drawn parameters on ``device`` (a canonical name, see ``toolchain``)."""
    from .module import Module

    return Module(graph, seed, device)
