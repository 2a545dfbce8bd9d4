"""The run folder holds the resolved spec, metrics.jsonl (a line an epoch), last and best weights
(safetensors), curves, the confusion matrix and a report. Runs are never overwritten."""

from __future__ import annotations

import argparse
import gc
import sys
from pathlib import Path

from ..elaborate import elaborate, open_target
from .output import add_device, add_spec, add_without, sections


def add_arguments(command: argparse.ArgumentParser) -> None:
    add_spec(command)
    command.add_argument("--out", metavar="RUN", type=Path, help="the run folder (default: runs/MODEL-N)")
    command.add_argument("--epochs", metavar="N", help="the same as --set train.epochs=N")
    command.add_argument("--seed", metavar="N", help="the same as --set train.seed=N")
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

    short = [
        (f"train.{name}", getattr(options, name)) for name in ("epochs", "seed") if getattr(options, name)
    ]
    gc.enable()
    module = open_target(options.spec, [*options.overrides, *short], sections)
    experiment = bind_experiment(module, elaborate(module))
    spec = ResolvedSpec(resolved_files(module, experiment), ROOT, module.folder)
    try:
        lowering = Lowering(tuple(options.without), options.optimize)
        reporter = reporter_for(sys.stdout)
        outcome = train(experiment, spec, options.out, options.device, reporter, lowering)
    except Interrupted as error:
        print(error, file=sys.stderr)
        return error.exit_code
    if outcome.test is not None:
        summary = outcome.test.summary()
        print(
            f"test accuracy {summary['accuracy']:.4f}, loss {summary['loss']:.4f}, {summary['images']} images"
        )
    print(f"run folder {outcome.folder}")
    return 0
