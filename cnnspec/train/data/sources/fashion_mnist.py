"""Source ``fashion_mnist``: Zalando's articles of clothing."""

from __future__ import annotations

import os
from pathlib import Path

from ....ir import Bool, OpError, Shape, Text, arg
from ....source.cache import user_cache
from ...registries import DATA_SOURCES, DataSource
from ..arrays import check_range, make_part
from ..assemble import Part, splits_of
from ..dataset import Splits
from ..errors import DataNotFound
from ..fitting import fit_argument, mode_argument
from ..idx_file import IMAGES, LABELS, read_idx
from ..places import need_folder, resolve
from ..selection import Selection, only_argument, per_class_argument
from ..split import fraction_argument
from ..targets import Known, TargetNames

SHAPE = (1, 28, 28)
CLASSES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
DEBIAN = Path("/usr/share/datasets/fashion-mnist")
URL = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"
MD5 = {
    "train-images-idx3-ubyte": "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
    "train-labels-idx1-ubyte": "25c81989df183df01b3e8a0aad5dffbe",
    "t10k-images-idx3-ubyte": "bef4ecab320f06d8554ea6380940ec79",
    "t10k-labels-idx1-ubyte": "bb300cfdad3c16e7a12a480ee83cd310",
}
_INSIDE = ("", "usr/share/datasets/fashion-mnist", "fashion-mnist", "FashionMNIST/raw", "data/fashion")
_OFFLINE = (
    "on Debian and Ubuntu the package dataset-fashion-mnist brings it: apt install dataset-fashion-mnist",
    'fashion_mnist("folder") reads the four IDX files from a folder',
)


@DATA_SOURCES.register("fashion_mnist")
class FashionMnist(DataSource):
    """Fashion-MNIST: 60,000 training and 10,000 test images of clothing, 1 x 28 x 28, ten classes.

    Xiao, Rasul and Vollgraf, Fashion-MNIST, arXiv:1708.07747, 2017 (MIT licence). Four IDX files,
    gzipped or not. Without ``path`` they are looked for where Debian's package
    ``dataset-fashion-mnist`` puts them, then in the user's cache folder. ``path`` may also be
    the tree that unpacking that package gives. Mean 0.2860, deviation 0.3530.
    """

    path: str | None = arg(Text(), "folder with the four files; none: the places above", None)
    validation: float = fraction_argument("share of the training images to validate on", 0.1)
    download: bool = arg(Bool(), "whether to download the files (31 MB) where they are missing", False)
    fit: str = fit_argument()
    mode: str = mode_argument()
    only: tuple[str | int, ...] | None = only_argument()
    per_class: int | None = per_class_argument()

    def __post_init__(self) -> None:
        Selection.of(self).names(TargetNames(CLASSES))

    @property
    def known_shape(self) -> Shape | None:
        return SHAPE

    @property
    def known(self) -> Known:
        return Known(("classes",), Selection.of(self).names(TargetNames(CLASSES)))

    def load(self, input_shape: Shape, seed: int) -> Splits:
        files = self._files()
        argument = None if self.path is None else "path"
        train, test = (_part(files, name, input_shape, argument) for name in ("train", "t10k"))
        return splits_of(train, self.validation, test, seed, TargetNames(CLASSES), Selection.of(self))

    def _files(self) -> dict[str, Path]:
        if self.path is not None:
            return self._given(self.path)
        kept = user_cache() / "cnnspec" / "fashion-mnist"
        for folder in (DEBIAN, kept):
            if files := _complete(folder):
                return files
        if self.download:
            return _downloaded(kept)
        hints = (*_OFFLINE, "fashion_mnist(download = true) downloads it (31 MB)")
        raise OpError(DataNotFound(what="data set", path="Fashion-MNIST", hints=hints))

    def _given(self, path: str) -> dict[str, Path]:
        folder = need_folder(resolve(path), "path")
        for inside in _INSIDE:
            if files := _complete(folder / inside):
                return files
        missing = next(name for name in MD5 if _file(folder, name) is None)
        hint = "it should hold " + ", ".join(MD5) + " (or the same with .gz)"
        raise OpError(DataNotFound(what="file", path=str(folder / missing), hints=(hint,)), "path")


def _file(folder: Path, name: str) -> Path | None:
    return next((p for p in (folder / f"{name}.gz", folder / name) if os.path.isfile(p)), None)


def _complete(folder: Path) -> dict[str, Path]:
    """The four files in ``folder``, or nothing."""
    files = {name: _file(folder, name) for name in MD5}
    return {name: path for name, path in files.items() if path} if all(files.values()) else {}


def _downloaded(folder: Path) -> dict[str, Path]:
    from ..download import fetch

    for name, md5 in MD5.items():
        if _file(folder, name) is None:
            fetch(f"{URL}{name}.gz", folder / f"{name}.gz", md5, _OFFLINE, "download")
    return _complete(folder)


def _part(files: dict[str, Path], name: str, wanted: Shape, argument: str | None) -> Part:
    labels = read_idx(files[f"{name}-labels-idx1-ubyte"], LABELS, argument)
    check_range(labels, len(CLASSES), f"but Fashion-MNIST has {len(CLASSES)} classes")
    images = read_idx(files[f"{name}-images-idx3-ubyte"], IMAGES, argument)
    return make_part(images, labels, wanted, "test" if name == "t10k" else name)
