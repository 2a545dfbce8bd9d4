"""The tinygrad backend: a graph with its parameters on a device.

Importing this package does not import tinygrad; ``toolchain.prepare`` has to come first.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from ...ir import Graph

if TYPE_CHECKING:
    from .module import Module

__all__ = ["lower"]


def lower(
    graph: Graph,
    seed: int,
    device: str | tuple[str, ...],
    passes: Collection[str] | None = None,
    precision: str = "float32",
) -> Module:
    """``graph`` with freshly drawn parameters on ``device``: a canonical name, see ``toolchain``, or several that
    share each batch.

    ``passes`` are the passes of the lowering that are on (``plan.ALL``); the default ones where it is None.
    ``precision`` is what layers compute in, "float32", "bf16" or "fp16"; parameters, norms' statistics and outputs are
    float32 with all of them.
    """
    from .module import Module
    from .plan import DEFAULT

    return Module(graph, seed, device, DEFAULT if passes is None else passes, precision)
