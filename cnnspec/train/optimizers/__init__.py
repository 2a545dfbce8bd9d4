"""How weights follow gradients, a class each; importing this package registers them all, and imports no tinygrad."""

from . import descent, moments, muon

__all__ = ["descent", "moments", "muon"]
