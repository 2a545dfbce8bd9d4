"""Lints that a graph alone shows, one class a file; importing this package registers them all."""

from . import (
    activation_without_effect,
    bias_before_norm,
    dropout_before_norm,
    linear_after_linear,
    narrow_field,
    one_sided_relu,
    pixels_lost,
    pooled_pixel,
)
from .base import GraphLint, Seen, graph_lints

__all__ = [
    "GraphLint",
    "Seen",
    "activation_without_effect",
    "bias_before_norm",
    "dropout_before_norm",
    "graph_lints",
    "linear_after_linear",
    "narrow_field",
    "one_sided_relu",
    "pixels_lost",
    "pooled_pixel",
]
