"""Source ``npz``: arrays in a NumPy archive."""

from __future__ import annotations

from pathlib import Path

from ....ir import OpError, Shape, Text, arg
from ...registries import DATA_SOURCES, DataSource
from ..arrays import check_range, make_part, numbered_classes
from ..assemble import Part, splits_of
from ..dataset import Splits
from ..errors import ArraysMissing
from ..fitting import fit_argument, mode_argument
from ..npz_file import NpzFile
from ..places import resolve
from ..selection import Selection, only_argument, per_class_argument
from ..split import check_fractions, fraction_argument
from ..targets import TargetNames

Names = tuple[tuple[str, str], ...]
TRAIN: Names = (("x_train", "y_train"), ("train_images", "train_labels"), ("images", "labels"), ("x", "y"))
VALIDATION: Names = (("x_val", "y_val"), ("val_images", "val_labels"))
TEST: Names = (("x_test", "y_test"), ("test_images", "test_labels"))


@DATA_SOURCES.register("npz")
class Npz(DataSource):
    """Images and labels in one ``.npz`` file, as Keras, MedMNIST and ``numpy.savez`` write them.

    Arrays ``x_train`` and ``y_train``, ``train_images`` and ``train_labels``, ``images`` and
    ``labels``, or ``x`` and ``y``; for testing ``x_test`` and ``y_test`` or ``test_images`` and
    ``test_labels``; for validation ``x_val`` and ``y_val`` or ``val_images`` and ``val_labels``.
    Images are N x H x W, N x H x W x C or N x C x H x W, of uint8 or of floats 0 to 1 (kept as
    float32); labels are N class numbers from 0. Parts that the file has are used as they are; others
    are taken from the training images. Pickled objects are refused.
    """

    path: str = arg(Text(), "the file")
    validation: float = fraction_argument("share of the images to validate on, where the file has none", 0.1)
    test: float = fraction_argument("share of the images to test on, where the file has none", 0.1)
    fit: str = fit_argument()
    mode: str = mode_argument()
    only: tuple[str | int, ...] | None = only_argument()
    per_class: int | None = per_class_argument()

    @classmethod
    def suits(cls, path: Path) -> int:
        return 2 * (path.is_file() and path.suffix.lower() == ".npz")

    def load(self, input_shape: Shape, seed: int) -> Splits:
        with NpzFile.open(resolve(self.path), "path") as file:
            names = _pair(file, TRAIN)
            if names is None:
                raise _missing(file)
            validation, test = _pair(file, VALIDATION), _pair(file, TEST)
            check_fractions("npz", 0 if validation else self.validation, 0 if test else self.test)
            train = _part(file, names, input_shape, "train")
            classes = numbered_classes(file.read(names[1]))
            return splits_of(
                train,
                _other(file, validation, input_shape, "validation", len(classes)) or self.validation,
                _other(file, test, input_shape, "test", len(classes)) or self.test,
                seed,
                TargetNames(classes),
                Selection.of(self),
            )


def _pair(file: NpzFile, known: Names) -> tuple[str, str] | None:
    return next((pair for pair in known if set(pair) <= set(file.names)), None)


def _part(file: NpzFile, names: tuple[str, str], wanted: Shape, title: str) -> Part:
    return make_part(file.read(names[0]), file.read(names[1]), wanted, title)


def _other(
    file: NpzFile, names: tuple[str, str] | None, wanted: Shape, title: str, classes: int
) -> Part | None:
    if names is None:
        return None
    part = _part(file, names, wanted, title)
    check_range(file.read(names[1]), classes, f"but the training labels end at {classes - 1}")
    return part


def _missing(file: NpzFile) -> OpError:
    found = ", ".join(file.names[:12]) + (", …" if len(file.names) > 12 else "")
    expected = "x_train and y_train, or images and labels"
    hint = "numpy.savez(file, images=images, labels=labels) writes them"
    diagnostic = ArraysMissing(
        path=str(file.path), expected=expected, found=found or "nothing", hints=(hint,)
    )
    return OpError(diagnostic, "path")
