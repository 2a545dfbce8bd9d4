"""Lints that a graph alone shows, one class a file; importing this package registers them all."""

from importlib import import_module
from pkgutil import iter_modules

from .base import GraphLint, Seen, graph_lints

__all__ = ["GraphLint", "Seen", "graph_lints"]

for _module in iter_modules(__path__):
    import_module(f".{_module.name}", __package__)
