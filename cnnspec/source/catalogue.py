"""All diagnostics that there are, also of parts that a command has not imported."""

from __future__ import annotations

from importlib import import_module
from pkgutil import walk_packages

from .diagnostics import Diagnostic


def load_catalogue() -> dict[str, type[Diagnostic]]:
    """All diagnostics by code: every module of the package whose name ends in ``errors`` is imported."""
    import cnnspec

    for module in walk_packages(cnnspec.__path__, "cnnspec."):
        if module.name.endswith("errors"):
            import_module(module.name)
    return {code: d for code, d in Diagnostic.catalogue.items() if d.__module__.startswith("cnnspec.")}
