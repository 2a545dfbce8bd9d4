"""Networks with weights for the commands that use them: a run's, or a spec's with weights from elsewhere."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from ..elaborate import zoo_names
from ..elaborate.modules import SUFFIXES
from ..source import SpecError, did_you_mean
from .output import add_checkpoint
from .run_folders import run_experiment

if TYPE_CHECKING:
    from ..train.network import Trained


def add_network(command: argparse.ArgumentParser) -> None:
    """The argument RUN or SPEC, and the options that go with either."""
    command.add_argument(
        "network",
        metavar="RUN|SPEC",
        help="a folder that 'cnnspec train' wrote; or a spec, by its file or the name of one that ships, with weights",
    )
    command.add_argument(
        "--weights",
        metavar="W",
        help="weights for a SPEC: a file (safetensors, .pth, .h5 …), the folder of a run, or a name that 'cnnspec "
        "pretrained' lists (default: those of its section finetune, or those known for its name)",
    )
    command.add_argument(
        "--classes", metavar="FILE", type=Path, help="names of a SPEC's classes: a text file, a name a line"
    )
    add_checkpoint(command)


def trained_network(options: argparse.Namespace) -> Trained:
    """The network that ``add_network``'s arguments name; raises :class:`~cnnspec.source.SpecError`."""
    from ..train.named import Named, registered
    from ..train.network import trained_by
    from ..train.pretrained import pretrained
    from ..train.run import RUN

    name, path = options.network, Path(options.network)
    if not (path / RUN).exists() and (_is_spec(name) or registered(name)):
        if options.checkpoint != "best":
            raise _elsewhere(options, "--checkpoint", "the folder of a run", "a spec")
        return pretrained(Named(name, weights=options.weights), options.classes)
    if not path.exists():
        raise _neither(name)
    for option in ("weights", "classes"):
        if path.is_dir() and getattr(options, option) is not None:
            raise _elsewhere(options, f"--{option}", "a spec", "a folder")
    return trained_by(*run_experiment(path), options.checkpoint)


def is_run_folder(name: str) -> bool:
    """Whether a run is named, or at least a folder that should be one: a name of the zoo wins over a folder of the same
    name that is no run."""
    from ..train.run import RUN

    return os.path.exists(os.path.join(name, RUN)) or (os.path.isdir(name) and name not in zoo_names())


def check_named(name: str) -> None:
    """Raise :class:`~cnnspec.source.SpecError` where there is neither a run nor a spec of that name."""
    from ..train.weights import registry

    if not (_is_spec(name) or registry.find(name) or os.path.exists(name)):
        raise _neither(name)


def _is_spec(name: str) -> bool:
    head = name.partition("(")[0].strip()
    return head.endswith(SUFFIXES) or head in zoo_names()


def _elsewhere(options: argparse.Namespace, option: str, wanted: str, found: str) -> SpecError:
    from ..train.weights.registry_errors import OptionElsewhere

    problem = OptionElsewhere(option=option, wanted=wanted, name=options.network, found=found)
    return SpecError([problem])


def _neither(name: str) -> SpecError:
    """With the nearest of the runs beside it, the specs that ship, and the networks that are known."""
    from ..train.run import RUN
    from ..train.weights import registry
    from ..train.weights.registry_errors import NeitherRunNorSpec

    runs = [str(found.parent) for folder in (Path(), Path("runs")) for found in folder.glob(f"*/{RUN}")]
    beside = [str(found.parent) for found in Path(name).parent.glob(f"*/{RUN}")]
    near = did_you_mean(name, {*runs, *beside, *zoo_names(), *registry.names()}, limit=0)
    hints = near or ("'cnnspec runs' lists runs, 'cnnspec pretrained' networks whose weights are known",)
    return SpecError([NeitherRunNorSpec(name=name, hints=hints)])
