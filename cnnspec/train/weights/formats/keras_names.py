"""What Keras calls the tensors of its layers, and what PyTorch would."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ....ir import Shape
from ..files import Stored

_PYTORCH = {
    "kernel": "weight",
    "depthwise_kernel": "weight",
    "gamma": "weight",
    "beta": "bias",
    "bias": "bias",
    "moving_mean": "running_mean",
    "moving_variance": "running_var",
}
_ORDERS: dict[str, tuple[tuple[str, ...], ...]] = {
    "conv2d": (("kernel", "bias"), ("kernel",)),
    "dense": (("kernel", "bias"), ("kernel",)),
    "depthwise_conv2d": (("depthwise_kernel", "bias"), ("depthwise_kernel",)),
    "separable_conv2d": (
        ("depthwise_kernel", "pointwise_kernel", "bias"),
        ("depthwise_kernel", "pointwise_kernel"),
    ),
    "batch_normalization": (
        ("gamma", "beta", "moving_mean", "moving_variance"),
        ("moving_mean", "moving_variance"),
    ),
    "layer_normalization": (("gamma", "beta"),),
    "group_normalization": (("gamma", "beta"),),
}
"""The tensors of a layer of each class, in the order in which Keras 3 numbers them. Other counts are not clear."""


def variable_names(group: str, count: int) -> tuple[str, ...]:
    """What the ``count`` numbered tensors of a layer are; ``group`` is its class and a number (``conv2d_3``)."""
    kind = re.sub(r"_\d+$", "", group)
    orders = _ORDERS.get(kind, ())
    return next((names for names in orders if len(names) == count), tuple(map(str, range(count))))


def stored_as(layer: str, variable: str, shape: Shape, dtype: str, siblings: Sequence[str]) -> Stored:
    """The tensor ``variable`` of ``layer``; a separable convolution is two layers in PyTorch."""
    theirs = _PYTORCH.get(variable, "")
    if "pointwise_kernel" in siblings:
        inner = "depthwise" if variable == "depthwise_kernel" else "pointwise"
        alias = f"{layer}.{inner}.{'bias' if variable == 'bias' else 'weight'}"
    else:
        alias = f"{layer}.{theirs}" if theirs else ""
    name = f"{layer}.{variable}" if layer else variable
    return Stored(name, shape, dtype, variable if theirs or variable == "pointwise_kernel" else "", alias)
