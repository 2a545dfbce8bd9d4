"""The factor on the learning rate over training, a class each; importing this package registers them all."""

from . import curves, cycles, stairs

__all__ = ["curves", "cycles", "stairs"]
