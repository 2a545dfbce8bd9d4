"""Graphs as Python that needs tinygrad alone, and the traces of layers that exporters read."""

from .about import About, OutputAbout
from .module import to_python
from .tracing import inference_graph

__all__ = ["About", "OutputAbout", "inference_graph", "to_python"]
