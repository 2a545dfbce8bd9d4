"""The data sources; importing this package registers them all."""

from .digits import Digits
from .fashion_mnist import FashionMnist
from .folder import Folder
from .idx import Idx
from .npz import Npz

__all__ = ["Digits", "FashionMnist", "Folder", "Idx", "Npz"]
