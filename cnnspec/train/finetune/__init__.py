"""Section ``finetune``: which weights a network begins with, what starts anew, what is frozen, how fast the rest moves."""

from . import steps
from .base import FINETUNE, Draft, TuningStep
from .tuning import Tuning, tuned

__all__ = ["FINETUNE", "Draft", "Tuning", "TuningStep", "steps", "tuned"]
