"""Weights that come from elsewhere: files of several formats, paired with a network's parameters."""

from . import formats
from .files import Stored, WeightFile, open_file
from .loading import Loaded, load
from .pairing import Misfit, Pair, Pairing, pair
from .sources import WeightSource, open_source

__all__ = [
    "Loaded",
    "Misfit",
    "Pair",
    "Pairing",
    "Stored",
    "WeightFile",
    "WeightSource",
    "formats",
    "load",
    "open_file",
    "open_source",
    "pair",
]
