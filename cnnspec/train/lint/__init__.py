"""Lints: what a spec may say and most likely does not mean.

Those of sections are here, one class a file; importing this package registers them, and those that a graph or the text of
a spec alone shows.
"""

from importlib import import_module
from pkgutil import iter_modules

from ...source.lints import Lint, lints_of
from .finding import lint
from .silences import check_silences

__all__ = ["all_lints", "check_silences", "lint"]

for _module in iter_modules(__path__):
    import_module(f".{_module.name}", __package__)


def all_lints() -> tuple[type[Lint], ...]:
    """All lints that there are."""
    return lints_of(Lint)
