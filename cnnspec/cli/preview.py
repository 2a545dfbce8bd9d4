"""Each step of the section augment is shown alone on one picture, the original first, with the numbers drawn below;
then all of them together, and what is done at evaluation. Where the spec has data, a second sheet, FILE with -batch
in its name, shows whole batches as the network will see them."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ..elaborate import open_target
from ..source import SpecError, write_atomically
from .data import bound
from .output import add_device, add_skip_broken, add_spec, png_file, sections
from .with_data import open_with_data

if TYPE_CHECKING:
    import numpy as np

    from ..train.data.dataset import Splits
    from ..train.experiment import Experiment
    from ..train.preparation import Preparation


def add_arguments(command: argparse.ArgumentParser) -> None:
    add_spec(command)
    command.add_argument(
        "--image",
        metavar="FILE",
        type=Path,
        help="the picture to show (default: a training image)",
    )
    command.add_argument("--data", metavar="PATH", help="take these images, as 'train --data' would use them")
    command.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        type=png_file,
        default=Path("preview.png"),
        help="where to write (default: preview.png)",
    )
    command.add_argument(
        "--count", metavar="N", type=_count, default=6, help="draws of each step (default: 6)"
    )
    add_skip_broken(command)
    add_device(command)


def _count(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 20:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number from 1 to 20")
    return int(text)


def run(options: argparse.Namespace) -> int:
    from ..train.preparation import check_engine, prepare, prepared_splits
    from ..train.preview import LONGEST, step_rows
    from ..train.sheets import contact_sheet

    check_engine()
    experiment, splits = _opened(options)
    preparation = prepare(experiment)
    if splits is not None:
        splits = prepared_splits(experiment, preparation, splits)
    picture, other = _pictures(options.image, preparation, splits)
    rows = step_rows(experiment, preparation, picture, other, options.count)
    title = f"{experiment.graph.name}: " + ("each step alone" if experiment.augment else "no section augment")
    if max(picture.shape[:2]) > LONGEST:
        title += f", on a picture of {picture.shape[0]} x {picture.shape[1]} scaled down to {LONGEST}"
    write_atomically(options.output, contact_sheet(rows, title))
    print(f"wrote {options.output}")
    if splits is not None:
        batch = options.output.with_stem(f"{options.output.stem}-batch")
        write_atomically(batch, _batches(experiment, preparation, splits, options.device))
        print(f"wrote {batch}")
    return 0


def _opened(options: argparse.Namespace) -> tuple[Experiment, Splits | None]:
    """The experiment and its data, where it has some."""
    from ..train.recipes import loaded

    skip = [("data.skip_broken", "true")] if options.skip_broken else []
    overrides = [*options.overrides, *skip]
    if options.data:
        module, splits = open_with_data(options.spec, options.data, overrides)
        return bound(module), splits
    module = open_target(options.spec, overrides, sections)
    experiment = bound(module)
    if experiment.data is None:
        return experiment, None
    shape, seed = experiment.graph.input_shape, experiment.settings.seed
    return experiment, loaded(experiment.data, shape, seed, module.folder, experiment)


def _pictures(
    image: Path | None, preparation: Preparation, splits: Splits | None
) -> tuple[np.ndarray, np.ndarray]:
    """The picture to show, and another one to mix it with."""
    from ..train.errors import NoPicture
    from ..train.imaging.engine import engine
    from ..train.preview import opened_picture

    mode = {1: "gray", 3: "rgb"}.get(preparation.fitting.shape[0], "as_is")
    named = None if image is None else opened_picture(image, mode)
    if splits is None or not len(splits.train):
        if named is not None:
            return named, named[::-1, ::-1]
        hints = ("name one: --image photo.jpg",)
        raise SpecError([NoPicture(hints=hints)])
    train, using = splits.train, engine()
    first, last = (
        using.array(train.pictures.read(int(train.rows[i]), mode, None)) for i in (0, len(train) - 1)
    )
    return (first, last) if named is None else (named, last)


def _batches(experiment: Experiment, preparation: Preparation, splits: Splits, device: str | None) -> bytes:
    from ..train.devices import open_device
    from ..train.preview import batch_rows
    from ..train.sheets import contact_sheet

    rows = batch_rows(experiment, preparation, splits.train, splits.class_names, open_device(device), 3)
    return contact_sheet(
        rows, f"{experiment.graph.name}: batches as the network sees them, before normalisation"
    )
