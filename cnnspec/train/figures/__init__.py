"""The figures of a report, one class each; importing this package registers them all, and imports no matplotlib."""

from importlib import import_module
from pkgutil import iter_modules

from .base import FIGURES, Drawing, Drawn, Figure, FigureOptions, drawn_figures
from .curves import compared, curves
from .style import new_figure, png
from .text import literal

__all__ = [
    "FIGURES",
    "Drawing",
    "Drawn",
    "Figure",
    "FigureOptions",
    "compared",
    "curves",
    "drawn_figures",
    "literal",
    "new_figure",
    "png",
]

for _module in iter_modules(__path__):
    import_module(f".{_module.name}", __package__)
