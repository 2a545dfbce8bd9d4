"""Floor 2: the layers. Importing this package registers all of them in ``LAYERS``."""

from . import (
    activation,
    conv,
    linear,
    merge,
    norm,
    pool,
    pool_adaptive,
    regularize,
    reshape,
    reshape_channels,
    upsample,
)
from .input import Input

__all__ = [
    "Input",
    "activation",
    "conv",
    "linear",
    "merge",
    "norm",
    "pool",
    "pool_adaptive",
    "regularize",
    "reshape",
    "reshape_channels",
    "upsample",
]
