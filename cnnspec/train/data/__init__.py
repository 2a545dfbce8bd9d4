"""Images and labels: the data sources (registered on import) and the data sets they give.

Importing this package imports neither NumPy, Pillow nor scikit-learn.
"""

from .dataset import ArrayDataset, Dataset, FolderDataset, Splits
from .fitting import Fitting
from .normalization import Normalization, measure
from .places import relative_to
from .sources import Digits, FashionMnist, Folder, Idx, Npz
from .split import stratified

__all__ = [
    "ArrayDataset",
    "Dataset",
    "Digits",
    "FashionMnist",
    "Fitting",
    "Folder",
    "FolderDataset",
    "Idx",
    "Normalization",
    "Npz",
    "Splits",
    "measure",
    "relative_to",
    "stratified",
]
