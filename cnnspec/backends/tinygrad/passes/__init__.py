"""The passes of the lowering: which layers are computed otherwise than their class states, and how. A file each.

Importing this does not import tinygrad.
"""

from __future__ import annotations

from . import (
    channels_last,
    concat,
    convolution,
    fold_norm,
    fuse_activation,
    global_pool,
    linear,
    max_pool,
    norm,
)
from .base import Fusion, Layer, Pass, Place

__all__ = ["FUSIONS", "PASSES", "Fusion", "Layer", "Pass", "Place"]

_FORMS = (convolution, linear, norm, max_pool, global_pool, concat, channels_last)
PASSES: dict[str, Pass] = {each.PASS.name: each.PASS for each in _FORMS}
"""Those that compute a layer in another form, by name; where two want a layer, the earlier has it."""
FUSIONS: dict[str, Fusion] = {each.FUSION.name: each.FUSION for each in (fold_norm, fuse_activation)}
"""Those that compute a layer together with the one before it."""
