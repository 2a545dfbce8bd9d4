"""Measures over a whole split, a class each; importing this package registers them all, and imports no NumPy."""

from . import agreement, areas, boxes, found, numbers, shares

__all__ = ["agreement", "areas", "boxes", "found", "numbers", "shares"]
