"""Figures of a network by name."""

from .base import QUANTITIES, Quantity, Setting
from .figures import Params

__all__ = ["QUANTITIES", "Params", "Quantity", "Setting"]
