"""Source ``cifar``: the CIFAR-10 and CIFAR-100 photographs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ....ir import BadValue, Choice, OpError, Shape, Text, arg
from ...registries import DATA_SOURCES, DataSource
from ..assemble import Part, splits_of
from ..dataset import Splits
from ..fitting import fit_argument, mode_argument
from ..pictures import ArrayPictures
from ..places import need_folder, resolve
from ..selection import Selection, only_argument, per_class_argument
from ..split import fraction_argument
from ..targets import Known, TargetNames, Targets

if TYPE_CHECKING:
    from ..cifar_files import Batch, CifarFiles, Kind

SHAPE = (3, 32, 32)
_SIGNS = (
    *("data_batch_1", "data_batch_1.bin", "fine_label_names.txt"),
    *("cifar-10-batches-bin", "cifar-10-batches-py", "cifar-100-binary", "cifar-100-python"),
)
"""A folder with one of these is a person's CIFAR."""


@DATA_SOURCES.register("cifar")
class Cifar(DataSource):
    """CIFAR-10 or CIFAR-100: 50,000 training and 10,000 test photographs, 3 x 32 x 32, 10 or 100 classes.

    Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009. Which of the two it is
    follows from the files, the unpacked binary or Python version of
    https://www.cs.toronto.edu/~kriz/cifar.html, in ``path`` or in the sub-folder that unpacking
    makes. The Python version is pickled; it is read without running anything that a pickle can ask
    for. CIFAR-100 has two kinds of labels: 100 classes (fine) or 20 groups of five of them (coarse).
    """

    path: str = arg(Text(), "folder with the files, or with the sub-folder that holds them")
    labels: str = arg(Choice("fine", "coarse"), "CIFAR-100: its 100 classes, or their 20 groups", "fine")
    validation: float = fraction_argument("share of the training images to validate on", 0.1)
    fit: str = fit_argument()
    mode: str = mode_argument()
    only: tuple[str | int, ...] | None = only_argument()
    per_class: int | None = per_class_argument()

    @property
    def known_shape(self) -> Shape | None:
        return SHAPE

    @property
    def known(self) -> Known | None:
        count = len(self.only) if self.only else 20 if self.labels == "coarse" else 0
        names = TargetNames(tuple(map(str, range(count))))
        return Known(("classes",), names, named=False) if count else None

    @classmethod
    def suits(cls, path: Path) -> int:
        return 2 * any((path / name).exists() for name in _SIGNS)

    def load(self, input_shape: Shape, seed: int) -> Splits:
        from ..cifar_files import CifarFiles

        files = CifarFiles.find(need_folder(resolve(self.path), "path"))
        kind = self._kind(files)
        names = TargetNames(files.class_names(kind))
        train, test = _part(files.train(), kind, "train"), _part(files.test(), kind, "test")
        return splits_of(train, self.validation, test, seed, names, Selection.of(self))

    def _kind(self, files: CifarFiles) -> Kind:
        kinds = files.version.kinds
        if len(kinds) == 1 and self.labels == "coarse":
            problem = f"labels = coarse is for CIFAR-100, but '{files.folder}' holds {files.version.name}"
            raise OpError(BadValue(call="cifar", problem=problem), "labels")
        return next((kind for kind in kinds if kind.key.startswith(self.labels)), kinds[0])


def _part(batch: Batch, kind: Kind, title: str) -> Part:
    pictures = ArrayPictures(batch.images, title, f"the {title}ing images of CIFAR")
    return Part(pictures, Targets(classes=batch.labels[kind.key]))
