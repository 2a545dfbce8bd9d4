"""Which layers and blocks of one network correspond to which of another.

Networks are read as trees of scopes. The parts of one level are aligned as two sequences, in the graphs' order, and those
that correspond are then aligned inside. Tracks that are joined, and heads from which nothing goes on, may stand in another
order: where less differs so, the second network is taken with its layers in the order of the first. Where one network has a
scope around what lies open in the other, the scope is opened. Labelled parts that stand elsewhere, and are the same, are
moved.
"""

from .model import Alignment, Change, Pair
from .networks import align
from .outputs import OutputChange, output_changes

__all__ = ["Alignment", "Change", "OutputChange", "Pair", "align", "output_changes"]
