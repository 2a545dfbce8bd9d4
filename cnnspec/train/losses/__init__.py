"""What training lowers, a class each; importing this package registers them all, and imports no NumPy."""

from . import binary, classes, focal, regression
from .classes import balanced_weights

__all__ = ["balanced_weights", "binary", "classes", "focal", "regression"]
