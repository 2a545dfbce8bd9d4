"""The passes of the lowering: which layers are computed otherwise than their class states, and how. A file each.

Importing this does not import tinygrad.
"""

from __future__ import annotations

from . import channels_last, concat, convolution, global_pool, linear, max_pool, norm
from .base import Pass, Place

__all__ = ["PASSES", "Pass", "Place"]

PASSES: dict[str, Pass] = {
    each.name: each
    for each in (
        convolution.PASS,
        linear.PASS,
        norm.PASS,
        max_pool.PASS,
        global_pool.PASS,
        concat.PASS,
        channels_last.PASS,
    )
}
"""All passes by name; where two want a layer, the earlier has it."""
