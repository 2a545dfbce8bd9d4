"""Run folders for the commands that read them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..elaborate import Loader, elaborate

if TYPE_CHECKING:
    from ..train.experiment import Experiment
    from ..train.reading import Run


def run_experiment(path: Path, strict: bool = True) -> tuple[Run, Experiment]:
    """A run folder and the experiment of its own spec, see ``open_run``; raises :class:`~cnnspec.source.SpecError`."""
    from ..train.reading import open_run
    from ..train.sections import bind_experiment

    opened = open_run(path, strict)
    module = Loader().load(opened.spec)
    return opened, bind_experiment(module, elaborate(module))
