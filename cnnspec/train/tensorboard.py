"""The epochs of a run as event files that TensorBoard reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ..source import SpecError, writing
from .errors import PackageMissing
from .files import make_folder


def check_installed() -> None:
    """Raise :class:`SpecError` where the package that writes event files is not there."""
    if find_spec("tensorboardX") is None:
        hints = ("pip install 'cnnspec[tensorboard]'",)
        raise SpecError([PackageMissing(package="tensorboardX", what="event files", hints=hints)])


def write_events(records: Sequence[Mapping[str, Any]], folder: Path) -> Path:
    """Each figure of ``metrics.jsonl`` as a scalar over the steps; ``train_loss`` and ``val_loss`` as loss/train and
    loss/validation, so that they share a chart.

    Raises :class:`SpecError` where tensorboardX is not installed, or the folder cannot be written.
    """
    check_installed()
    from tensorboardX import SummaryWriter

    make_folder(folder)
    for old in folder.glob("events.out.tfevents.*"):
        old.unlink()  # else TensorBoard would show the epochs twice
    with writing(folder), SummaryWriter(logdir=str(folder)) as writer:
        for record in records:
            for name, value in record.items():
                if isinstance(value, (int, float)) and name not in ("epoch", "step"):
                    writer.add_scalar(_tag(name), value, record["step"])
    return folder


def _tag(name: str) -> str:
    """
    >>> _tag("val_loss"), _tag("train_accuracy"), _tag("learning_rate")
    ('loss/validation', 'accuracy/train', 'learning_rate')
    """
    for start, part in (("val_", "validation"), ("train_", "train")):
        if name.startswith(start):
            return f"{name.removeprefix(start)}/{part}"
    return name
