"""What a layer makes of each image: the network is cut behind it, and images are prepared as at evaluation. A linear
classifier on the features of a network that was trained on much is often better than a network trained on little.

cnnspec features runs/net-1 --layer fc1 -o features.npz
cnnspec features vgg16 --layer relu2 --data photos/ -o features.npz
cnnspec features net.cnn --weights net.safetensors --layer stage4 --pool -o features.npz

--layer takes a layer's name, or a part's for the last layer in it ('cnnspec summary' lists both); several give an array
each. The file holds features (N, ...) of float32, labels (N,) with the names of the classes, names and part of the images.
In Python: numpy.load("features.npz")["features"]."""

from __future__ import annotations

import argparse
import gc
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ..ir import show, size
from ..source import CannotWrite, SpecError, did_you_mean
from ..train.wording import count
from .errors import NothingToSet
from .evaluate import other_data
from .networks import check_named, is_run_folder
from .output import add_checkpoint, add_device, add_overrides, whole_number
from .quiet import add_quiet, chosen_reporter
from .run_folders import run_experiment

if TYPE_CHECKING:
    from ..train.feature_sources import Opened
    from ..train.features import Features


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "network", metavar="SPEC|RUN", help="a spec with weights, or a folder that 'cnnspec train' wrote"
    )
    command.add_argument(
        "--weights",
        metavar="W",
        help="weights for a SPEC: a file, the folder of a run, or a name that 'cnnspec pretrained' lists (default: those of "
        "its section finetune, or those known for its name)",
    )
    command.add_argument(
        "--layer",
        dest="layers",
        metavar="NAME",
        action="append",
        required=True,
        help="where to take features from; may be given several times",
    )
    command.add_argument(
        "--pool", action="store_true", help="of maps, the mean over all places: a number a channel"
    )
    command.add_argument(
        "--data", metavar="PATH", help="these images: a path, or a source (default: those of the spec)"
    )
    command.add_argument(
        "--part",
        choices=("train", "validation", "test", "all"),
        default="all",
        help="the part of the data (default: all)",
    )
    command.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        type=_npz_file,
        required=True,
        help="the file to write (.npz)",
    )
    add_overrides(command)
    add_checkpoint(command)
    command.add_argument(
        "--batch", metavar="N", type=whole_number, default=64, help="images at a time (default: 64)"
    )
    add_quiet(command, "nothing is printed")
    add_device(command)


def _npz_file(text: str) -> Path:
    if not text.lower().endswith(".npz"):
        raise argparse.ArgumentTypeError(f"'{text}' must end in .npz")
    return Path(text)


def run(options: argparse.Namespace) -> int:
    from ..train.features import chosen_parts, contents, features_of, write_features
    from ..train.run import versions

    gc.enable()
    _check(options)
    reporter = chosen_reporter(options, sys.stderr)
    try:
        reporter.phase("reading weights and data")
        opened = _opened(options)
        for remark in opened.remarks:
            reporter.note(remark)
        parts = chosen_parts(opened.splits, None if options.part == "all" else options.part)
        found = features_of(opened.trained, opened.taps, parts, options.batch, options.device, reporter)
    finally:
        reporter.close()
    trained = opened.trained
    about = {
        "model": trained.experiment.graph.name,
        **opened.about,
        "layers": {tap.name: tap.node.name for tap in opened.taps},
        "pooled": [tap.name for tap in opened.taps if tap.pooled],
        "mean": trained.normalization.mean,
        "std": trained.normalization.std,
        "versions": versions(),
    }
    write_features(options.output, contents(found, opened.splits, about))
    if not options.quiet:
        _print(opened, found, options.output)
    return 0


def _check(options: argparse.Namespace) -> None:
    """Raise ``SpecError`` for what would only be found out at the end."""
    from ..train.feature_errors import SameLayerTwice

    double = next((n for i, n in enumerate(options.layers) if n in options.layers[:i]), None)
    if double is not None:
        raise SpecError([SameLayerTwice(name=double)])
    folder = options.output.parent
    if not folder.is_dir():
        hints = did_you_mean(folder.name, [p.name for p in folder.parent.glob("*") if p.is_dir()], limit=0)
        missing = CannotWrite(path=str(options.output), reason=f"there is no folder '{folder}'", hints=hints)
        raise SpecError([missing])


def _opened(options: argparse.Namespace) -> Opened:
    """The network and the images; raises ``SpecError``."""
    from ..train.feature_sources import Layers, open_run_network, open_spec_network
    from ..train.named import Named
    from ..train.weights.registry_errors import OptionElsewhere

    layers, other_for = Layers(options.layers, options.pool), partial(other_data, options.data)
    name, is_run = options.network, is_run_folder(options.network)
    if is_run and options.overrides:
        raise SpecError([NothingToSet(spec=name, what="a run")])
    if is_run and options.weights:
        raise SpecError([OptionElsewhere(option="--weights", wanted="a spec", name=name, found="a run")])
    if is_run:
        part = None if options.part == "all" else options.part
        run, experiment = run_experiment(Path(name))
        return open_run_network(run, experiment, layers, other_for, part, options.checkpoint)
    if options.checkpoint != "best":
        raise SpecError([OptionElsewhere(option="--checkpoint", wanted="a run", name=name, found="a spec")])
    check_named(name)
    return open_spec_network(Named(name, options.overrides, options.weights), layers, other_for)


def _print(opened: Opened, found: Features, output: Path) -> None:
    for tap in opened.taps:
        shown = show(tap.shape) if len(tap.shape) > 1 else count(size(tap.shape), "number")
        of = f" ({tap.node.name})" if tap.node.name != tap.name else ""
        print(f"{tap.name}{of}: {shown} an image")
    parts = ", ".join(f"{len(part):,} {name}" for name, part in found.parts.items())
    total = sum(map(len, found.parts.values()))
    print(f"wrote {output}: {count(total, 'image')} ({parts}), {output.stat().st_size / 1e6:,.1f} MB")
