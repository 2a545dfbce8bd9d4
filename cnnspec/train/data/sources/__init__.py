"""The data sources; importing this package registers them all."""

from .cifar import Cifar
from .csv import Csv
from .digits import Digits
from .fashion_mnist import FashionMnist
from .folder import Folder
from .idx import Idx
from .npz import Npz
from .parquet import Parquet
from .shapes import Shapes
from .webdataset import WebDataset

__all__ = [
    "Cifar",
    "Csv",
    "Digits",
    "FashionMnist",
    "Folder",
    "Idx",
    "Npz",
    "Parquet",
    "Shapes",
    "WebDataset",
]
