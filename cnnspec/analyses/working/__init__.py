"""The working behind figures: formulas, the numbers put in, and where these come from."""

from .finding import Found, find
from .layer import LayerWorking, layer_working
from .part import PartWorking, part_working

__all__ = ["Found", "LayerWorking", "PartWorking", "find", "layer_working", "part_working"]
