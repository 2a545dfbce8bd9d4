"""Lints that the text of a spec alone shows, one class a file; importing this package registers them all."""

from importlib import import_module
from pkgutil import iter_modules

from .base import SpecLint, spec_lints

__all__ = ["SpecLint", "spec_lints"]

for _module in iter_modules(__path__):
    import_module(f".{_module.name}", __package__)
