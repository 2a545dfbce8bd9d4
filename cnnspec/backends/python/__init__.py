"""Graphs as Python that needs tinygrad alone."""

from .module import to_python

__all__ = ["to_python"]
