"""What came before networks that learn their features: features made by hand (histograms of oriented gradients, bags of
visual words), and a linear support vector machine on them. Its one setting, C, is chosen on the validation images.

cnnspec baseline --data photos/            the images are divided as 'cnnspec train NET --data photos/' divides them
cnnspec baseline examples/digits.cnn       the data of a spec, and its metrics
cnnspec compare runs/net-1 runs/baseline-1

Images are scaled to --size. Features: hog, sift, pixels, or with arguments: --features 'hog(cell = 4)'."""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..elaborate import open_target
from ..ir import OpError
from ..source import Diagnostics, Source, SpecError
from ..train.run import LARGEST
from ..train.wording import count
from .errors import NothingToSet
from .output import add_skip_broken, add_spec, sections, whole_number
from .quiet import add_quiet, chosen_reporter
from .train import measures_text
from .with_data import open_with_data

if TYPE_CHECKING:
    from ..train.baseline import Descriptor
    from ..train.baseline.folder import BaselineInfo
    from ..train.data.dataset import Splits
    from ..train.experiment import Experiment
    from ..train.registries import DataSource


def add_arguments(command: argparse.ArgumentParser) -> None:
    add_spec(command, optional=True)
    command.add_argument("--data", metavar="PATH", help="use these images: a path, or a source")
    command.add_argument(
        "--features",
        metavar="CALL",
        default="hog",
        help="what images are described by: hog, sift, pixels (default: hog)",
    )
    command.add_argument(
        "--size",
        metavar="N",
        type=whole_number,
        default=64,
        help="the side that images are scaled to first, in pixels (default: 64)",
    )
    command.add_argument(
        "--seed", metavar="N", type=_seed, help="what divides the images (default: the spec's, or 0)"
    )
    command.add_argument(
        "--out", metavar="FOLDER", type=Path, help="where to write (default: runs/baseline-N)"
    )
    add_skip_broken(command)
    add_quiet(command, "print the path of the folder alone, in the end")


def _seed(text: str) -> int:
    if not text.isdecimal() or int(text) >= 2**32:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number from 0 to 4,294,967,295")
    return int(text)


@dataclass(frozen=True)
class _Given:
    """The data that a person means, and the experiment, where a spec was named."""

    source: DataSource
    splits: Splits
    base: Path
    seed: int
    experiment: Experiment | None


def run(options: argparse.Namespace) -> int:
    from ..train.baseline.folder import info_of, write_baseline
    from ..train.baseline.running import Settings, run_baseline
    from ..train.files import check_free

    gc.enable()
    if options.spec is None and not options.data:
        print("cnnspec baseline: error: name a SPEC with data, or --data", file=sys.stderr)
        return 2
    descriptor = _descriptor(options.features, options.size)
    check_free(options.out)
    reporter = chosen_reporter(options, sys.stderr)
    try:
        reporter.phase("reading the data")
        given = _read(options)
        metrics = given.experiment.metrics if given.experiment else ()
        settings = Settings(descriptor, options.size, given.seed, given.source.mode, metrics)
        with _placed(given.experiment):
            found = run_baseline(given.splits, settings, reporter)
    finally:
        reporter.close()
    found = replace(found, notes=(*_left(given.experiment), *found.notes))
    info = info_of(found, settings, given.source, given.base, given.splits)
    folder = write_baseline(options.out, info)
    if options.quiet:
        print(folder)
    else:
        _print(info, folder)
    return 0


def _descriptor(text: str, size: int) -> Descriptor:
    """What ``--features`` says, for images of ``size``; raises ``SpecError``."""
    from ..elaborate.bind import bind_entry, place_error
    from ..elaborate.evaluate import Environment
    from ..syntax import parse_call
    from ..train.baseline import DESCRIPTORS

    found = Diagnostics()
    call = parse_call(Source("--features", text))
    descriptor = bind_entry(DESCRIPTORS, call, Environment(), found)
    found.raise_errors()
    assert descriptor is not None
    try:
        descriptor.check((3, size, size))
    except OpError as error:
        raise SpecError([place_error(error, call, type(descriptor)).diagnostic]) from None
    return descriptor


def _read(options: argparse.Namespace) -> _Given:
    """The data that a person means; raises ``SpecError``."""
    from ..train.checks import need_data
    from ..train.recipes import bound_source, loaded, source_call, tolerating
    from .data import bound

    if options.spec is None:
        if options.overrides:
            raise SpecError([NothingToSet(spec=options.data, what="data")])
        source, seed = bound_source(source_call(options.data, 0)), options.seed or 0
        if options.skip_broken:
            source = tolerating(source)
        return _Given(source, loaded(source, (3, 1, 1), seed, Path()), Path(), seed, None)
    overrides = [
        *options.overrides,
        *([("train.seed", str(options.seed))] if options.seed is not None else []),
    ]
    if options.skip_broken:
        overrides.append(("data.skip_broken", "true"))
    if options.data:
        module, splits = open_with_data(options.spec, options.data, overrides)
    else:
        module, splits = open_target(options.spec, overrides, sections), None
    experiment = bound(module)
    source, seed = need_data(experiment, "describe", "--data"), experiment.settings.seed
    splits = splits or loaded(source, experiment.graph.input_shape, seed, module.folder, experiment)
    return _Given(source, splits, module.folder, seed, experiment)


def _left(experiment: Experiment | None) -> tuple[str, ...]:
    """A remark where the spec learns something else than classes, which is all that a baseline can."""
    kinds = [
        (target,) if (target := getattr(loss, "target", None)) else loss.kinds
        for loss in (experiment.losses if experiment else ())
    ]
    if experiment is None or not kinds or any("classes" in each for each in kinds):
        return ()
    learnt = " and ".join(dict.fromkeys(each[0] for each in kinds))
    return (f"'{experiment.graph.name}' learns {learnt}; a baseline learns the classes of its data instead",)


@contextmanager
def _placed(experiment: Experiment | None) -> Iterator[None]:
    """What is wrong with the data, at the section of the spec, where there is one."""
    try:
        yield
    except OpError as error:
        raise (experiment.error("data", error) if experiment else SpecError([error.diagnostic])) from None


def _print(info: BaselineInfo, folder: Path) -> None:
    print(
        f"{info.model}: {count(info.length, 'number')} an image, {count(info.parameters, 'parameter')}, C = {info.penalty:g}"
    )
    for part in ("validation", "test"):
        values = getattr(info, part)
        if values is not None:
            shown = {key: values[key] for key in (*info.shown, LARGEST) if key in values}
            print(f"{part} {measures_text(shown)}, {count(values['images'], 'image')}")
    for note in info.notes:
        print(f"note: {note}")
    print(f"baseline folder {folder}")
