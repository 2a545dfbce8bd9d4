"""What came before convolutional networks: features made by hand, and a linear classifier on them.

Importing this package registers the descriptors; neither NumPy, scikit-image nor scikit-learn is imported.
"""

from . import hog, pixels, words
from .descriptor import DESCRIPTORS, Descriptor

__all__ = ["DESCRIPTORS", "Descriptor", "hog", "pixels", "words"]
