"""Source ``digits``: scikit-learn's handwritten digits."""

from __future__ import annotations

from ....ir import Shape
from ...registries import DATA_SOURCES, DataSource
from ..assemble import Part, splits_of
from ..dataset import Splits
from ..fitting import fit_argument, mode_argument
from ..pictures import ArrayPictures
from ..places import require
from ..selection import Selection, only_argument, per_class_argument
from ..split import check_fractions, fraction_argument
from ..targets import Known, TargetNames, Targets

SHAPE = (1, 8, 8)
NAMES = TargetNames(tuple("0123456789"))


@DATA_SOURCES.register("digits")
class Digits(DataSource):
    """1,797 handwritten digits of 1 x 8 x 8, ten classes; comes with scikit-learn, needs no file.

    The test set of Alpaydin and Kaynak, Optical Recognition of Handwritten Digits, UCI Machine
    Learning Repository, 1998 (CC BY 4.0). Its values 0 to 16 are scaled to 0 to 255, to the nearest.
    Small enough to train on in seconds.
    """

    validation: float = fraction_argument("share of the images to validate on", 0.1)
    test: float = fraction_argument("share of the images to test on", 0.2)
    fit: str = fit_argument()
    mode: str = mode_argument()
    only: tuple[str | int, ...] | None = only_argument()
    per_class: int | None = per_class_argument()

    def __post_init__(self) -> None:
        Selection.of(self).names(NAMES)

    @property
    def known_shape(self) -> Shape | None:
        return SHAPE

    @property
    def known(self) -> Known:
        return Known(("classes",), Selection.of(self).names(NAMES))

    def load(self, input_shape: Shape, seed: int) -> Splits:
        import numpy as np

        check_fractions("digits", self.validation, self.test)
        bunch = require("sklearn.datasets", "scikit-learn", "digits").load_digits()
        pixels = ((bunch.images.astype(np.int64) * 255 + 8) // 16).astype(np.uint8)
        pictures = ArrayPictures(pixels[..., None], "digit", "the images of 'digits'")
        part = Part(pictures, Targets(classes=bunch.target.astype(np.int64)))
        return splits_of(part, self.validation, self.test, seed, NAMES, Selection.of(self))
