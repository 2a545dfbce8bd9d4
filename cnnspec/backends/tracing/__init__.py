"""What a network computes, as a list of operations: its forwards run on a tensor that records what is asked of it.

Other programs' forms of a network are made from this, so that no layer has to be known to them.
"""

from .about import About, OutputAbout
from .nodes import inference_graph

__all__ = ["About", "OutputAbout", "inference_graph"]
