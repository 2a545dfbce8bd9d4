"""Source ``parquet``: tables of images, as on the Hugging Face Hub."""

from __future__ import annotations

from pathlib import Path

from ....ir import Shape, Text, arg
from ...registries import DATA_SOURCES, DataSource
from ..dataset import Splits
from ..fitting import fit_argument, mode_argument, skip_argument
from ..places import require
from ..selection import only_argument, per_class_argument
from ..split import fraction_argument


@DATA_SOURCES.register("parquet")
class Parquet(DataSource):
    """Tables of images in Parquet files, as Hugging Face's ``datasets`` and its Hub have them.

    A column holds encoded images (JPEG, PNG …), another one classes: numbers from 0, whose names are
    taken from the table where it has them, or names, which are put in alphabetical order. ``path`` is a
    file, a folder of them, or a pattern such as ``train-*.parquet``. Where names begin with ``train``,
    ``validation`` and ``test``, they say which part a file is of; parts without one are taken from the
    training images. Encoded images stay in memory, up to 16 GiB a part. Rows that hold only the path of
    an image are refused. Needs pyarrow: ``pip install cnnspec[parquet]``.
    """

    path: str = arg(Text(), "the files to train on; of several parts where their names say so")
    validation_files: str | None = arg(Text(), "the files to validate on, likewise", None)
    test_files: str | None = arg(Text(), "the files to test on, likewise", None)
    image: str = arg(Text(), "column of the images", "image")
    label: str = arg(Text(), "column of the classes", "label")
    validation: float = fraction_argument(
        "share of the images to validate on, where no file is for that", 0.1
    )
    test: float = fraction_argument("share of the images to test on, where no file is for that", 0.1)
    fit: str = fit_argument()
    mode: str = mode_argument()
    skip_broken: bool = skip_argument()
    only: tuple[str | int, ...] | None = only_argument()
    per_class: int | None = per_class_argument()

    @classmethod
    def suits(cls, path: Path) -> int:
        one = path.is_file() and path.suffix.lower() == ".parquet"
        return 2 * (one or (path.is_dir() and any(path.glob("*.parquet"))))

    def load(self, input_shape: Shape, seed: int) -> Splits:
        require("pyarrow.parquet", "pyarrow", "parquet")
        require("PIL.Image", "pillow", "parquet")
        from ..parquet_data import parquet_splits

        return parquet_splits(self, seed)
