"""What training and evaluation read: images with their targets, as the network takes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ...ir import Shape
from .pictures import ArrayPictures, Pictures, Problem, as_bytes, recoloured
from .targets import TargetNames, Targets

if TYPE_CHECKING:
    import numpy as np

    from ..pipeline.drawn import Drawn
    from ..pipeline.plan import Pipeline

    Indices = Sequence[int] | np.ndarray


class RenamedPictures(ArrayPictures):
    """Images in memory that are called as those they were made of."""

    def __init__(self, pixels: np.ndarray, of: Dataset) -> None:
        super().__init__(pixels, "image", "the images")
        self._of = of

    def name(self, index: int) -> str:
        return self._of.names(index)


class Dataset:
    """A part of the data: ``rows`` of ``pictures`` (all, unless told) with a row of ``targets`` each.

    ``pipeline`` is what is done to images at evaluation; a source leaves it to whoever knows the network.
    """

    def __init__(
        self,
        pictures: Pictures,
        targets: Targets,
        rows: np.ndarray | None = None,
        pipeline: Pipeline | None = None,
    ) -> None:
        import numpy as np

        self.pictures, self.targets, self.pipeline = pictures, targets, pipeline
        self.rows = np.arange(len(pictures)) if rows is None else rows
        self.sizes: np.ndarray = pictures.shapes[self.rows, 1:].astype(np.int64)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def one_size(self) -> tuple[int, int] | None:
        """Height and width of all images, None where they differ or there are none."""
        if not len(self) or (self.sizes != self.sizes[0]).any():
            return None
        return int(self.sizes[0, 0]), int(self.sizes[0, 1])

    @property
    def labels(self) -> np.ndarray:
        """(N,) of int64: the classes; raises ``ValueError`` where the data has none."""
        if self.targets.classes is None:
            raise ValueError("these images have no classes")
        return self.targets.classes

    @property
    def shape(self) -> Shape:
        """(C, H, W) of every image of a batch."""
        return self.prepared_by.shape

    @property
    def prepared_by(self) -> Pipeline:
        """The pipeline; raises ``ValueError`` where none was given."""
        if self.pipeline is None:
            raise ValueError("no pipeline was given")
        return self.pipeline

    def names(self, index: int) -> str:
        """What a report calls image ``index``: its file, or ``test 17``, its row in the source."""
        return self.pictures.name(int(self.rows[index]))

    @property
    def fingerprint(self) -> str:
        """A hash of the images' names: another where images were added, taken away or divided otherwise."""
        from hashlib import sha256

        names = sorted(self.names(i) for i in range(len(self)))
        return sha256("\0".join(names).encode("utf-8", "surrogateescape")).hexdigest()[:16]

    def subset(self, rows: np.ndarray) -> Dataset:
        """The images at ``rows`` as a part of its own; pixels are shared, not copied."""
        return Dataset(self.pictures, self.targets[rows], self.rows[rows], self.pipeline)

    def with_pixels(self, pixels: np.ndarray, targets: Targets) -> Dataset:
        """The same names with other images, ``pixels`` (N, H, W, C), and ``targets`` that go with them."""
        return Dataset(RenamedPictures(pixels, self), targets, None, self.pipeline)

    def prepared(self, pipeline: Pipeline) -> Dataset:
        """The same images with ``pipeline`` at evaluation."""
        return Dataset(self.pictures, self.targets, self.rows, pipeline)

    def at_evaluation(self) -> Drawn:
        """What is done to all images at evaluation."""
        import numpy as np

        from ..augment.draws import Draws
        from ..pipeline.drawn import draw

        return draw(self.prepared_by, Draws.of(0, 0, np.arange(len(self))), self.sizes)

    def targets_as_seen(self) -> Targets:
        """The targets with boxes and points where they are in the images as at evaluation, in pixels of those."""
        return self.at_evaluation().targets(self.targets)

    def batch(self, indices: Indices) -> np.ndarray:
        """The images at ``indices`` as at evaluation, (B, H, W, C): uint8 from 0 to 255, or float32 from 0 to 1
        where the source holds floats. Raises ``OpError`` where an image is broken."""
        import numpy as np

        from ..augment.draws import Draws
        from ..pipeline.drawn import draw

        numbers, pipeline = np.asarray(indices, np.int64), self.prepared_by
        drawn = draw(pipeline, Draws.of(0, 0, numbers), self.sizes[numbers])
        images = np.empty((len(numbers), *self.batch_shape(pipeline)), self.dtype(pipeline))
        self.read(images, numbers, drawn, pipeline)
        return images

    @staticmethod
    def batch_shape(pipeline: Pipeline) -> Shape:
        """(H, W, C) of an image of a batch."""
        channels, height, width = pipeline.shape
        return height, width, channels

    def dtype(self, pipeline: Pipeline) -> type[np.generic]:
        """Type of a batch's values: float32 where the source holds floats and the host changes nothing."""
        import numpy as np

        floats = isinstance(self.pictures, ArrayPictures) and self.pictures.pixels.dtype != np.uint8
        return np.float32 if floats and not pipeline.on_host else np.uint8

    def read(
        self, images: np.ndarray, indices: np.ndarray, drawn: Drawn, pipeline: Pipeline, first: int = 0
    ) -> None:
        """Put the images at ``indices`` into ``images`` (B, H, W, C), changed as far as the host is to do it.

        The first one is number ``first`` of what is drawn. Raises ``OpError`` where an image is broken.
        """
        groups, rows = len(pipeline.on_host), self.rows[indices]
        if not groups and isinstance(self.pictures, ArrayPictures):
            stored = recoloured(self.pictures.pixels[rows], pipeline.mode)
            images[:] = stored if images.dtype == stored.dtype else as_bytes(stored)
            return
        from ..imaging.engine import engine
        from ..pipeline.host import changed, least_size

        using = engine()
        for place, row in enumerate(rows.tolist()):
            number = first + place
            image = self.pictures.read(row, pipeline.mode, least_size(drawn, groups, number))
            images[place] = using.array(changed(image, drawn, groups, number, using))


@dataclass(frozen=True, slots=True)
class Splits:
    """The three parts of a data set; a part may be empty. ``skipped`` are broken images that were left out."""

    train: Dataset
    validation: Dataset
    test: Dataset
    names: TargetNames
    skipped: tuple[Problem, ...] = ()

    @property
    def class_names(self) -> tuple[str, ...]:
        """``class_names[label]`` names a class."""
        return self.names.classes

    @property
    def classes(self) -> int:
        return len(self.class_names)

    def __iter__(self) -> Iterator[Dataset]:
        return iter((self.train, self.validation, self.test))

    def prepared(self, pipeline: Pipeline) -> Splits:
        """The same parts with ``pipeline`` at evaluation."""
        train, validation, test = (part.prepared(pipeline) for part in self)
        return replace(self, train=train, validation=validation, test=test)
