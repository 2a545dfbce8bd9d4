"""The run folder holds the resolved spec, metrics.jsonl (a line an epoch), last and best weights
(safetensors), curves, the confusion matrix and a report. Runs are never overwritten.

--data PATH trains on a folder of images (a folder a class), a .csv table, an .npz, .tar or .parquet file, whatever
the spec says of data; the sections that the spec lacks are those of a recipe, which is printed.
--from WEIGHTS begins with weights that were trained before: the layers that outputs come from start anew, the others are
trained at a tenth of the learning rate, unless the spec has a section finetune that says otherwise.
--emit spec prints the whole as a spec to be saved, and trains nothing.

--resume RUN goes on with a run that was interrupted or killed, as if nothing had come between. It takes the run's own
spec; a SPEC beside it is compared with that, and refused where it differs. Ctrl-C or SIGTERM saves after the step at
work and ends; a second one ends at once."""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ..elaborate import elaborate, open_target, overridden
from ..train.wording import count, figure
from .output import (
    add_device,
    add_skip_broken,
    add_spec,
    add_without,
    not_empty,
    sections,
    whole_number,
)
from .quiet import add_quiet, chosen_reporter
from .run_folders import run_experiment
from .with_data import open_with_data

if TYPE_CHECKING:
    from ..elaborate import Module
    from ..train.data.dataset import Splits
    from ..train.lowering import Lowering
    from ..train.measures import Measures
    from ..train.training import Outcome

    Overrides = list[tuple[str, str]]


def add_arguments(command: argparse.ArgumentParser) -> None:
    add_spec(command, optional=True)
    command.add_argument(
        "--data",
        metavar="PATH",
        help="train on these images: a path, or a source such as 'shapes(size = 32)'",
    )
    command.add_argument(
        "--from",
        dest="weights",
        metavar="WEIGHTS",
        type=not_empty,
        help="fine-tune from these: a file, a run, or the name of a pretrained network ('cnnspec pretrained')",
    )
    command.add_argument("--out", metavar="RUN", type=Path, help="the run folder (default: runs/MODEL-N)")
    command.add_argument(
        "--resume", metavar="RUN", type=Path, help="go on with this run, from the last state that was saved"
    )
    command.add_argument(
        "--epochs", metavar="N", help="the same as --set train.epochs=N; with --resume, prolong the run"
    )
    command.add_argument("--seed", metavar="N", help="the same as --set train.seed=N")
    command.add_argument("--workers", metavar="N", help="the same as --set train.workers=N")
    add_skip_broken(command)
    command.add_argument(
        "--emit", choices=("spec",), help="print the experiment as a spec, with what was filled in, and end"
    )
    add_quiet(command, "print the path of the run folder alone, in the end")
    add_device(command)
    command.add_argument(
        "--devices",
        metavar="N",
        type=whole_number,
        help="share each batch among N devices of the machine, --device being the first of them",
    )
    add_without(command)
    command.add_argument(
        "--optimize",
        action="store_true",
        help="let tinygrad time variants of each kernel of its own and keep the fastest: slow to start, for long runs "
        "on a GPU (no gain was measured on a CPU)",
    )


def run(options: argparse.Namespace) -> int:
    from ..train.interrupt import Interrupted

    gc.enable()
    problem = _misuse(options)
    if problem:
        print(f"cnnspec train: error: {problem}", file=sys.stderr)
        return 2
    try:
        outcome = _resumed(options) if options.resume else _trained(options)
    except Interrupted as error:
        print(error, file=sys.stderr)
        return error.exit_code
    if outcome is None:
        return 0
    if options.quiet:
        print(outcome.folder)
        return 0
    if outcome.test is not None:
        print(test_line(outcome.test))
        for note in outcome.test.notes:
            print(f"note: {note}")
    print(f"run folder {outcome.folder}")
    return 0


def _misuse(options: argparse.Namespace) -> str | None:
    """What is wrong with the options together."""
    if options.spec is None and options.resume is None:
        return "the following arguments are required: SPEC (or --resume RUN)"
    if options.resume is None:
        return None
    if options.epochs is not None and (not options.epochs.isdecimal() or int(options.epochs) < 1):
        return f"argument --epochs: '{options.epochs}' is not a whole number of at least 1"
    if options.spec is None and options.overrides:
        return "--set does not go with --resume: a run is one experiment, and goes on as it was begun"
    begun = ("data", "weights", "out", "seed", "workers", "skip_broken", "emit")
    given = next((name for name in begun if getattr(options, name)), None)
    given = "from" if given == "weights" else given
    return f"--{given.replace('_', '-')} does not go with --resume: the run has its own" if given else None


def _trained(options: argparse.Namespace) -> Outcome | None:
    from ..train.resolve import ROOT, resolved_files
    from ..train.run import ResolvedSpec
    from ..train.sections import bind_experiment
    from ..train.training import train

    module, splits = _opened(options)
    experiment = bind_experiment(module, elaborate(module))
    if options.emit:
        print(_text(module))
        return None
    if options.data and not options.quiet:
        print("training by this spec (--emit spec prints it, to be saved):\n" + _indented(_text(module)))
    spec = ResolvedSpec(resolved_files(module, experiment), ROOT, module.folder)
    return train(
        experiment,
        spec,
        options.out,
        options.device,
        chosen_reporter(options, sys.stdout),
        _lowering(options),
        splits,
        options.devices or 1,
    )


def _resumed(options: argparse.Namespace) -> Outcome:
    from ..train.resolve import ROOT, resolved_files
    from ..train.resuming import check_same_spec, resume
    from ..train.sections import bind_experiment

    run, experiment = run_experiment(options.resume, strict=False)
    if options.spec is not None:
        module = open_target(options.spec, options.overrides, sections)
        check_same_spec(run, resolved_files(module, bind_experiment(module, elaborate(module))), ROOT)
    return resume(
        run,
        experiment,
        options.device,
        options.devices,
        chosen_reporter(options, sys.stdout),
        _lowering(options),
        options.epochs and int(options.epochs),
    )


def _lowering(options: argparse.Namespace) -> Lowering:
    from ..train.lowering import Lowering

    return Lowering(tuple(options.without), options.optimize)


def _opened(options: argparse.Namespace) -> tuple[Module, Splits | None]:
    """The spec with what the options change; with ``--data`` also what was read already."""
    from ..train.finetune.recipe import beginning_with

    given = [(f"train.{name}", getattr(options, name)) for name in ("epochs", "seed", "workers")]
    overrides = [*options.overrides, *((name, value) for name, value in given if value)]
    if options.skip_broken:
        overrides.append(("data.skip_broken", "true"))
    if options.data:
        return open_with_data(options.spec, options.data, overrides, weights=options.weights)
    if options.weights:
        opened = open_target(options.spec, (), sections, as_use=True)
        return overridden(beginning_with(opened, options.weights), overrides, sections), None
    return open_target(options.spec, overrides, sections), None


def test_line(test: Measures) -> str:
    """``test accuracy 0.9415, loss 0.2269, 359 images``."""
    return f"test {measures_text(test.values)}, {count(test.images, 'image')}"


def measures_text(values: Mapping[str, float | None]) -> str:
    """``accuracy 0.9415, loss 0.2269``."""
    from ..train.run import LARGEST

    values = dict(values)
    largest, loss = values.pop(LARGEST, None), values.pop("loss", None)
    told = []
    for key, value in values.items():
        told.append(f"{key.replace('_', ' ')} {figure(value)}")
        if key == "accuracy" and largest is not None:
            told[-1] += f" (share of the largest class {largest:.4f})"
    return ", ".join([*told, *([] if loss is None else [f"loss {figure(loss)}"])])


def _text(module: Module) -> str:
    from ..syntax import print_text

    return print_text(module.spec).rstrip()


def _indented(text: str) -> str:
    return "".join(f"  {line}\n" for line in text.splitlines())
