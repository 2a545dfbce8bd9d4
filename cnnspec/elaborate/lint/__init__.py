"""Lints that the text of a spec alone shows, one class a file; importing this package registers them all."""

from . import unused_block, unused_label, unused_let, unused_parameter, unused_use
from .base import SpecLint, spec_lints

__all__ = [
    "SpecLint",
    "spec_lints",
    "unused_block",
    "unused_label",
    "unused_let",
    "unused_parameter",
    "unused_use",
]
