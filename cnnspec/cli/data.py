"""SPEC may also be a path alone: a folder with a folder of images a class, a .csv table, an .npz, .tar or .parquet
file. Broken images are listed; the exit code is then 1, unless --skip-broken says that they may be left out."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ..elaborate import elaborate, open_target
from ..source import Diagnostic, SpecError, write_atomically
from ..train.wording import printable
from .errors import NothingToSet
from .output import add_skip_broken, add_spec, fail, png_file, print_json, sections
from .with_data import open_with_data

if TYPE_CHECKING:
    from ..elaborate import Module
    from ..train.data.dataset import Splits
    from ..train.experiment import Experiment
    from ..train.inspection import Inspection
    from ..train.registries import DataSource


def add_arguments(command: argparse.ArgumentParser) -> None:
    add_spec(command)
    command.add_argument(
        "--data", metavar="PATH", help="look at these images, as 'train --data' would use them"
    )
    command.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        type=png_file,
        help="write a sheet of the pictures, a row a class (.png)",
    )
    command.add_argument("--json", action="store_true", help="print one JSON object")
    add_skip_broken(command)


def run(options: argparse.Namespace) -> int:
    from ..train.inspection import inspect
    from ..train.preparation import check_engine

    check_engine()
    source, splits, experiment = _read(options)
    found = inspect(splits, source.mode)
    if options.json:
        print_json(found.as_json())
    else:
        print_inspection(found, source)
    if options.output:
        from ..train.data_sheet import data_sheet

        write_atomically(
            options.output, data_sheet(splits, source.mode, f"{source.call_name}: training images")
        )
        print(f"wrote {options.output}", file=sys.stderr if options.json else sys.stdout)
    sys.stdout.flush()
    skip = options.skip_broken or getattr(source, "skip_broken", False)
    problems = [*_broken(found, skip), *_unfit(experiment, splits)]
    return fail(problems) if problems else 0


def _read(options: argparse.Namespace) -> tuple[DataSource, Splits, Experiment | None]:
    """The data that a person means, broken images left out; and the experiment, where there is one."""
    from ..train.checks import need_data
    from ..train.recipes import bound_source, loaded, source_call, tolerating

    if not options.data and not _is_spec(options.spec):
        if options.overrides:
            raise SpecError([NothingToSet(spec=options.spec, what="data")])
        source = bound_source(source_call(options.spec, 0, "<command line>"))
        return source, loaded(tolerating(source), (3, 1, 1), 0, Path()), None
    if options.data:
        module, splits = open_with_data(options.spec, options.data, options.overrides, tolerant=True)
        experiment = bound(module)
        return need_data(experiment, "look at"), splits, experiment
    module = open_target(options.spec, options.overrides, sections)
    experiment = bound(module)
    source = need_data(experiment, "look at")
    shape, seed = experiment.graph.input_shape, experiment.settings.seed
    return source, loaded(tolerating(source), shape, seed, module.folder, experiment), experiment


def bound(module: Module) -> Experiment:
    """The experiment of a spec; raises ``SpecError``."""
    from ..train.sections import bind_experiment

    return bind_experiment(module, elaborate(module))


def _is_spec(text: str) -> bool:
    """Whether SPEC is a spec rather than data: a path to data is neither a spec file nor a name of the zoo."""
    from ..elaborate.modules import SUFFIXES, zoo_path

    name = text.partition("(")[0].strip()
    return name.endswith(SUFFIXES) or zoo_path(name) is not None


def _broken(found: Inspection, skip: bool) -> list[Diagnostic]:
    from ..train.data.pictures import broken

    if not found.skipped or skip:
        return []
    return [broken(found.skipped, ("--skip-broken leaves them out of training",)).diagnostic]


def _unfit(experiment: Experiment | None, splits: Splits) -> list[Diagnostic]:
    """Why the images don't come to the network's input, where they don't."""
    from ..train.preparation import prepare, prepared_splits

    if experiment is None:
        return []
    try:
        prepared_splits(experiment, prepare(experiment), splits)
    except SpecError as error:
        return list(error.diagnostics)
    return []


def print_inspection(found: Inspection, source: DataSource) -> None:
    """The figures as tables."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=True)
    images = f"{sum(found.images):,} images: " + ", ".join(
        f"{n:,} {part}" for n, part in zip(found.images, ("train", "validation", "test"), strict=True)
    )
    console.print(Text(f"{source.call_name}: {images}; targets: {', '.join(found.targets) or 'none'}"))
    if found.names:
        table = Table(box=None, header_style="bold")
        for name in (
            ("class" if "classes" in found.targets else "label"),
            "train",
            "validation",
            "test",
            "share",
            "weight",
        ):
            table.add_column(name, justify="left" if name in ("class", "label") else "right")
        total = max(1, int(found.counts[:, 0].sum()))
        for name, row, weight in zip(found.names, found.counts.tolist(), found.weights, strict=True):
            table.add_row(
                Text(printable(name)), *(f"{n:,}" for n in row), f"{row[0] / total:.1%}", f"{weight:.3g}"
            )
        console.print(table)
    for line in _lines(found):
        console.print(Text(line))


def _lines(found: Inspection) -> list[str]:
    from ..train.data.pictures import broken_text

    lines = []
    if found.sizes:
        small, middle, large = (f"{h} x {w}" for h, w in found.sizes)
        same = f"{small} (height x width), all of them"
        several = f"{small} smallest, {middle} median, {large} largest (height x width); {found.different_sizes:,} different"
        lines.append(f"sizes      {same if found.different_sizes == 1 else several}")
        lines.append(f"colours    {', '.join(f'{n:,} {kind}' for kind, n in found.colours.items())}")
    if found.normalization.mean:
        lines.append(
            "mean       " + "  ".join(f"{v:.4f}" for v in found.normalization.mean) + "  (values from 0 to 1)"
        )
        lines.append("deviation  " + "  ".join(f"{v:.4f}" for v in found.normalization.std))
    if found.skipped:
        lines.append(f"broken     {broken_text(found.skipped)}, left out")
    for name, (least, mean, most) in found.numbers.items():
        lines.append(f"{name}: {least:g} to {most:g}, mean {mean:g}")
    if "classes" in found.targets and len(found.names) and found.largest_share > 1.5 / len(found.names):
        lines.append(
            f"note: the largest class has {found.largest_share:.0%} of the training images, so accuracy says little below "
            "that; train (balanced = true) or cross_entropy(class_weights = balanced) count rare classes for more"
        )
    return lines
