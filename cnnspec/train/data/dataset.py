"""What the training loop reads: labelled images, fitted to the network's input, a batch at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from ...ir import Shape
from .fitting import Fitting

if TYPE_CHECKING:
    import numpy as np

    Indices = Sequence[int] | np.ndarray

Self = TypeVar("Self", bound="Dataset")


class Dataset(Protocol):
    """Images with a class each. ``labels`` is (N,) of int64."""

    labels: np.ndarray

    def __len__(self) -> int:
        """Number of images; a split can be empty."""
        ...

    @property
    def shape(self) -> Shape:
        """(C, H, W) of every image of a batch."""
        ...

    def batch(self, indices: Indices) -> np.ndarray:
        """The images at ``indices``, (B, C, H, W): uint8 from 0 to 255, or float32 from 0 to 1
        where the source holds floats. Raises ``OpError`` where an image is broken."""
        ...

    def names(self, index: int) -> str:
        """What a report calls image ``index``: its file, or ``test 17``, its row in the source."""
        ...

    def subset(self: Self, rows: np.ndarray) -> Self:
        """The images at ``rows`` as a dataset of their own; pixels are shared, not copied."""
        ...


class ArrayDataset:
    """Images in memory: ``images`` (N, C, H, W) of uint8 or float32, as stored.

    ``rows`` picks the images of this set (all by default); ``title`` names the source in reports.
    """

    def __init__(
        self,
        images: np.ndarray,
        labels: np.ndarray,
        fitting: Fitting,
        title: str = "image",
        rows: np.ndarray | None = None,
    ) -> None:
        import numpy as np

        self._images = images
        self._rows = np.arange(len(images)) if rows is None else rows
        self._all_labels = labels
        self.labels: np.ndarray = labels[self._rows].astype(np.int64)
        self.fitting = fitting
        self.title = title

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def shape(self) -> Shape:
        return self.fitting.shape

    def batch(self, indices: Indices) -> np.ndarray:
        import numpy as np

        return self.fitting.batch(self._images[self._rows[np.asarray(indices, np.int64)]])

    def names(self, index: int) -> str:
        return f"{self.title} {self._rows[index]}"

    def subset(self, rows: np.ndarray) -> ArrayDataset:
        return ArrayDataset(self._images, self._all_labels, self.fitting, self.title, self._rows[rows])


class FolderDataset:
    """Image files, decoded on demand by a few threads. ``names`` are paths relative to ``root``."""

    def __init__(self, paths: Sequence[Path], labels: np.ndarray, fitting: Fitting, root: Path) -> None:
        import numpy as np

        self.paths = tuple(paths)
        self.labels: np.ndarray = np.asarray(labels, np.int64)
        self.fitting = fitting
        self.root = root

    def __len__(self) -> int:
        return len(self.paths)

    @property
    def shape(self) -> Shape:
        return self.fitting.shape

    def batch(self, indices: Indices) -> np.ndarray:
        import numpy as np

        from .images import decode

        paths = [self.paths[i] for i in indices]
        images = np.empty((len(paths), *self.shape), np.uint8)
        decoded = decoders().map(lambda path: decode(path, self.fitting), paths)
        for target, image in zip(images, decoded, strict=True):
            target[:] = image
        return images

    def names(self, index: int) -> str:
        return self.paths[index].relative_to(self.root).as_posix()

    def subset(self, rows: np.ndarray) -> FolderDataset:
        return FolderDataset([self.paths[i] for i in rows], self.labels[rows], self.fitting, self.root)


@cache
def decoders() -> ThreadPoolExecutor:
    """The threads that decode images; Pillow lets go of the interpreter lock meanwhile."""
    import os

    return ThreadPoolExecutor(min(8, os.cpu_count() or 1), thread_name_prefix="decode")


@dataclass(frozen=True, slots=True)
class Splits:
    """The three parts of a data set. ``class_names[label]`` names a class; a part may be empty."""

    train: Dataset
    validation: Dataset
    test: Dataset
    class_names: tuple[str, ...]

    @property
    def classes(self) -> int:
        return len(self.class_names)

    def __iter__(self) -> Iterator[Dataset]:
        return iter((self.train, self.validation, self.test))
