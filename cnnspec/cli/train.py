"""The run folder holds the resolved spec, metrics.jsonl (a line an epoch), last and best weights
(safetensors), curves, the confusion matrix and a report. Runs are never overwritten.

--data PATH trains on a folder of images (a folder a class), a .csv table, an .npz, .tar or .parquet file, whatever
the spec says of data; the sections that the spec lacks are those of a recipe, which is printed.
--emit spec prints the whole as a spec to be saved, and trains nothing."""

from __future__ import annotations

import argparse
import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ..elaborate import elaborate, open_target
from ..train.wording import figure
from .output import add_device, add_skip_broken, add_spec, add_without, sections
from .with_data import open_with_data

if TYPE_CHECKING:
    from ..elaborate import Module
    from ..train.data.dataset import Splits
    from ..train.measures import Measures

    Overrides = list[tuple[str, str]]


def add_arguments(command: argparse.ArgumentParser) -> None:
    add_spec(command)
    command.add_argument(
        "--data",
        metavar="PATH",
        help="train on these images: a path, or a source such as 'shapes(size = 32)'",
    )
    command.add_argument("--out", metavar="RUN", type=Path, help="the run folder (default: runs/MODEL-N)")
    command.add_argument("--epochs", metavar="N", help="the same as --set train.epochs=N")
    command.add_argument("--seed", metavar="N", help="the same as --set train.seed=N")
    command.add_argument("--workers", metavar="N", help="the same as --set train.workers=N")
    add_skip_broken(command)
    command.add_argument(
        "--emit", choices=("spec",), help="print the experiment as a spec, with what was filled in, and end"
    )
    add_device(command)
    add_without(command)
    command.add_argument(
        "--optimize",
        action="store_true",
        help="let tinygrad time variants of each kernel of its own and keep the fastest: slow to start, for long runs "
        "on a GPU (no gain was measured on a CPU)",
    )


def run(options: argparse.Namespace) -> int:
    from ..train.interrupt import Interrupted
    from ..train.lowering import Lowering
    from ..train.progress import reporter_for
    from ..train.resolve import ROOT, resolved_files
    from ..train.sections import bind_experiment
    from ..train.training import ResolvedSpec, train

    gc.enable()
    module, splits = _opened(options)
    experiment = bind_experiment(module, elaborate(module))
    if options.emit:
        print(_text(module))
        return 0
    if options.data:
        print("training by this spec (--emit spec prints it, to be saved):\n" + _indented(_text(module)))
    spec = ResolvedSpec(resolved_files(module, experiment), ROOT, module.folder)
    try:
        lowering = Lowering(tuple(options.without), options.optimize)
        reporter = reporter_for(sys.stdout)
        outcome = train(experiment, spec, options.out, options.device, reporter, lowering, splits)
    except Interrupted as error:
        print(error, file=sys.stderr)
        return error.exit_code
    if outcome.test is not None:
        print(test_line(outcome.test))
        for note in outcome.test.notes:
            print(f"note: {note}")
    print(f"run folder {outcome.folder}")
    return 0


def _opened(options: argparse.Namespace) -> tuple[Module, Splits | None]:
    """The spec with what the options change; with ``--data`` also what was read already."""
    given = [(f"train.{name}", getattr(options, name)) for name in ("epochs", "seed", "workers")]
    overrides = [*options.overrides, *((name, value) for name, value in given if value)]
    if options.skip_broken:
        overrides.append(("data.skip_broken", "true"))
    if options.data:
        return open_with_data(options.spec, options.data, overrides)
    return open_target(options.spec, overrides, sections), None


def test_line(test: Measures) -> str:
    """``test accuracy 0.9415, loss 0.2269, 359 images``."""
    from ..train.run import LARGEST

    values = dict(test.values)
    largest = values.pop(LARGEST, None)
    loss = values.pop("loss")
    told = []
    for key, value in values.items():
        told.append(f"{key.replace('_', ' ')} {figure(value)}")
        if key == "accuracy" and largest is not None:
            told[-1] += f" (share of the largest class {largest:.4f})"
    return f"test {', '.join(told)}, loss {figure(loss)}, {test.images} images"


def _text(module: Module) -> str:
    from ..syntax import print_text

    return print_text(module.spec).rstrip()


def _indented(text: str) -> str:
    return "".join(f"  {line}\n" for line in text.splitlines())
