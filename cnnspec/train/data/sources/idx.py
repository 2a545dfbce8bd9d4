"""Source ``idx``: files in the format of MNIST."""

from __future__ import annotations

from ....ir import BadValue, OpError, Shape, Text, arg
from ...registries import DATA_SOURCES, DataSource
from ..arrays import check_range, make_part, numbered_classes
from ..assemble import Part, splits_of
from ..dataset import Splits
from ..fitting import fit_argument, mode_argument
from ..idx_file import IMAGES, LABELS, read_idx
from ..places import resolve
from ..selection import Selection, only_argument, per_class_argument
from ..split import check_fractions, fraction_argument
from ..targets import TargetNames


@DATA_SOURCES.register("idx")
class Idx(DataSource):
    """Images and labels in IDX files, the format of MNIST and its kin; gzipped or not.

    Images are N x H x W, N x H x W x C or N x C x H x W, of bytes 0 to 255 or of floats 0 to 1;
    labels are N class numbers from 0. Where test files are given, ``test`` plays no part. Classes are
    called by their numbers.
    Format: LeCun, Cortes and Burges, The MNIST database of handwritten digits.
    """

    images: str = arg(Text(), "file of the training images")
    labels: str = arg(Text(), "file of their labels")
    test_images: str | None = arg(Text(), "file of the test images; none: a share of the others", None)
    test_labels: str | None = arg(Text(), "file of their labels", None)
    validation: float = fraction_argument("share of the training images to validate on", 0.1)
    test: float = fraction_argument("share of the images to test on, where no test files are given", 0.1)
    fit: str = fit_argument()
    mode: str = mode_argument()
    only: tuple[str | int, ...] | None = only_argument()
    per_class: int | None = per_class_argument()

    def load(self, input_shape: Shape, seed: int) -> Splits:
        if self.test_images is None and self.test_labels is None:
            check_fractions("idx", self.validation, self.test)
        labels = read_idx(resolve(self.labels), LABELS, "labels")
        images = read_idx(resolve(self.images), IMAGES, "images")
        train = make_part(images, labels, input_shape, "train")
        names = numbered_classes(labels)
        test = self._test_part(input_shape, len(names))
        return splits_of(train, self.validation, test, seed, TargetNames(names), Selection.of(self))

    def _test_part(self, input_shape: Shape, classes: int) -> Part | float:
        if self.test_images is None and self.test_labels is None:
            return self.test
        if self.test_images is None or self.test_labels is None:
            both = ("test_images", "test_labels")
            given, other = both if self.test_images is not None else both[::-1]
            raise OpError(BadValue(call="idx", problem=f"{given} is given without {other}"), given)
        labels = read_idx(resolve(self.test_labels), LABELS, "test_labels")
        images = read_idx(resolve(self.test_images), IMAGES, "test_images")
        part = make_part(images, labels, input_shape, "test")
        check_range(labels, classes, f"but the training labels end at {classes - 1}")
        return part
