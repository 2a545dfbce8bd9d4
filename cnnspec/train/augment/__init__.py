"""The steps of augmentation, one class each; importing this package registers them all, and imports no NumPy."""

from . import central, choice, colour, frame, jitter, mixing, normalize, texture, trivial, warp
from .base import AUGMENTATIONS, Augmentation

__all__ = [
    "AUGMENTATIONS",
    "Augmentation",
    "central",
    "choice",
    "colour",
    "frame",
    "jitter",
    "mixing",
    "normalize",
    "texture",
    "trivial",
    "warp",
]
