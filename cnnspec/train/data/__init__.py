"""Images and targets: the data sources (registered on import) and the data sets they give.

Importing this package imports neither NumPy, Pillow nor scikit-learn.
"""

from . import sources
from .dataset import Dataset, Splits
from .fitting import Fitting
from .normalization import Normalization, measure
from .places import relative_to
from .split import stratified
from .targets import Known, TargetNames, Targets

__all__ = [
    "Dataset",
    "Fitting",
    "Known",
    "Normalization",
    "Splits",
    "TargetNames",
    "Targets",
    "measure",
    "relative_to",
    "sources",
    "stratified",
]
