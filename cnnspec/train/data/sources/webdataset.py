"""Source ``webdataset``: samples in tar shards."""

from __future__ import annotations

from pathlib import Path

from ....ir import ListOf, Shape, Text, arg
from ...registries import DATA_SOURCES, DataSource
from ..dataset import Splits
from ..fitting import fit_argument, mode_argument, skip_argument
from ..places import require
from ..selection import Selection, only_argument, per_class_argument
from ..split import fraction_argument
from ..targets import Known, TargetNames


@DATA_SOURCES.register("webdataset")
class WebDataset(DataSource):
    """Samples in tar archives, as the webdataset library and img2dataset write them.

    Files that share their path up to the first dot of their own name are a sample: ``0001.jpg`` and
    ``0001.cls``. The archives' headers are read once, images where they lie, in any order. Classes are
    numbers from 0 or names; names are put in alphabetical order. ``path`` is an archive, a folder of
    them, or a pattern: ``train-*.tar``, ``train-{0000..0012}.tar``. Where names begin with ``train``,
    ``validation`` and ``test``, they say which part an archive is of; parts without one are taken from
    the training images. Archives must not be compressed.
    """

    path: str = arg(Text(), "the archives to train on; of several parts where their names say so")
    validation_shards: str | None = arg(Text(), "the archives to validate on, likewise", None)
    test_shards: str | None = arg(Text(), "the archives to test on, likewise", None)
    image: str | None = arg(
        Text(), "extension of the images; none: the first of jpg, jpeg, png, webp, ppm, …", None
    )
    label: str | None = arg(
        Text(),
        "extension of the labels; none: cls, else json (in it 'label', 'class' or 'cls'), else txt",
        None,
    )
    classes: tuple[str, ...] | None = arg(
        ListOf(Text()),
        "names of the classes in the order of their numbers; none: as the labels have them",
        None,
    )
    validation: float = fraction_argument(
        "share of the images to validate on, where no archive is for that", 0.1
    )
    test: float = fraction_argument("share of the images to test on, where no archive is for that", 0.1)
    fit: str = fit_argument()
    mode: str = mode_argument()
    skip_broken: bool = skip_argument()
    only: tuple[str | int, ...] | None = only_argument()
    per_class: int | None = per_class_argument()

    def __post_init__(self) -> None:
        if self.classes:
            Selection.of(self).names(TargetNames(self.classes))

    @property
    def known(self) -> Known | None:
        if not self.classes:
            return None
        return Known(("classes",), Selection.of(self).names(TargetNames(self.classes)))

    @classmethod
    def suits(cls, path: Path) -> int:
        return 2 * (
            (path.is_file() and path.suffix.lower() == ".tar") or (path.is_dir() and any(path.glob("*.tar")))
        )

    def load(self, input_shape: Shape, seed: int) -> Splits:
        require("PIL.Image", "pillow", "webdataset")
        from ..tar_data import tar_splits

        return tar_splits(self, seed)
