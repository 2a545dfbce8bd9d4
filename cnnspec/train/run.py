"""The run folder as training writes it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..ir import Shape
from ..source import SpecError, write_atomically, writing
from .files import make_folder, new_folder
from .safetensors_file import safetensors_bytes

if TYPE_CHECKING:
    import numpy as np

STATE, PREVIOUS = "resume.safetensors", "resume.previous.safetensors"
RUN, METRICS, REPORT = "run.json", "metrics.jsonl", "report.md"
BASELINE = "baseline.json"
"""What the folder of a baseline has instead of ``run.json``."""
CURVES, CONFUSION, CONFUSION_TABLE = "curves.png", "confusion_matrix.png", "confusion_matrix.csv"
SPEC = "spec"
FORMAT = 2
LARGEST = "largest_class"
"""The share of the largest class, in records and measures, where classes are unequal."""
_PACKAGES = (
    *("cnnspec", "tinygrad", "numpy", "scikit-learn", "safetensors", "matplotlib"),
    *("pillow", "opencv-python-headless", "simplejpeg"),
)


def checkpoint(name: str) -> str:
    """File name of a checkpoint, ``last`` or ``best``."""
    return f"{name}.safetensors"


@dataclass
class RunInfo:
    """What ``run.json`` says. ``status`` is running, finished, interrupted or failed.

    ``spec`` is the main spec file within the folder; relative data paths start at ``base``. ``trained_on`` and
    ``tested_on`` are fingerprints of the names of the training and the test images. ``devices`` of this kind share each
    batch. ``problem`` is why the run failed. ``weights`` says which ones it began with, where they were not drawn. ``tasks``
    says of each main output what it learns, as ``tasks.saving`` writes it.
    """

    model: str
    spec: str
    base: str
    device: str
    seed: int
    epochs: int
    batch: int
    tasks: tuple[dict[str, Any], ...]
    input_shape: Shape
    mean: tuple[float, ...]
    std: tuple[float, ...]
    parameters: int
    images: dict[str, int]
    versions: dict[str, str]
    status: str = "running"
    best: dict[str, Any] | None = None
    test: dict[str, Any] | None = None
    seconds: float = 0.0
    notes: list[str] = field(default_factory=list)
    trained_on: str = ""
    tested_on: str = ""
    devices: int = 1
    problem: str = ""
    weights: dict[str, Any] | None = None
    format: int = FORMAT


@dataclass(frozen=True)
class ResolvedSpec:
    """What goes into ``RUN/spec``: file names and texts, the ``main`` one among them.

    ``base`` is the folder that relative data paths start from.
    """

    files: Mapping[str, str]
    main: str
    base: Path


def versions(also: Sequence[str] = ()) -> dict[str, str]:
    """Versions of Python and of what decides results, as installed; of the packages ``also`` too."""
    import platform

    found = {"python": platform.python_version()}
    for package in (*_PACKAGES, *also):
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found


class RunFolder:
    """Writes one run's files, each of them whole or not at all.

    Two states are kept to resume from, the latest and the one before. ``saved`` says where the run was at the latest,
    "" where none was saved. ``about`` goes with each: what a run that is gone on with is compared with.
    """

    def __init__(
        self,
        path: Path,
        info: RunInfo,
        about: Mapping[str, Any],
        saved: str = "",
        records: Sequence[Any] = (),
    ) -> None:
        self.path, self.info, self.saved = path, info, saved
        self.records: list[dict[str, Any]] = list(records)
        self.about = about

    @classmethod
    def new(
        cls, out: Path | None, info: RunInfo, spec: Mapping[str, str], about: Mapping[str, Any]
    ) -> RunFolder:
        """Make the folder and put ``spec`` (file names and their texts) and ``info`` into it."""
        folder = cls(new_folder(out, info.model), info, about)
        for name, text in spec.items():
            folder.write_bytes(f"{SPEC}/{name}", text.encode())
        folder.write_info()
        return folder

    def write_info(self) -> None:
        self.write_bytes(RUN, (json.dumps(asdict(self.info), indent=2, ensure_ascii=False) + "\n").encode())

    def write_records(self, records: Sequence[dict[str, Any]]) -> None:
        """``metrics.jsonl``, a line an epoch; the small file is written anew, so no line is ever torn."""
        self.records = list(records)
        self.write_bytes(METRICS, "".join(json.dumps(r, allow_nan=False) + "\n" for r in records).encode())

    def write_checkpoints(
        self, names: Sequence[str], state: Mapping[str, np.ndarray], epoch: int, step: int
    ) -> None:
        """``last``, ``best`` or both: parameters and buffers as safetensors."""
        about = {"model": self.info.model, "epoch": str(epoch), "step": str(step), "format": str(FORMAT)}
        data = safetensors_bytes(state, about)
        for name in names:
            self.write_bytes(checkpoint(name), data)

    def write_state(self, data: bytes, saved: str) -> None:
        """All that resuming needs, and where it is of; what was the latest becomes the one before."""
        latest, previous = self.path / STATE, self.path / PREVIOUS
        with writing(previous):
            if latest.exists():
                _keep_as(latest, previous)
        self.write_bytes(STATE, data)
        self.saved = saved

    def finish(self) -> None:
        """The run is over: the state before the last is of no more use."""
        with writing(self.path / PREVIOUS):
            (self.path / PREVIOUS).unlink(missing_ok=True)

    def with_last_good(self, error: SpecError) -> SpecError:
        """``error``, met while saving, with the remark where the run can be gone on with."""
        hint = (
            f"{self.saved} is still saved: once there is room, 'cnnspec train --resume {self.path}' goes on from there"
            if self.saved
            else "nothing was saved before"
        )
        return SpecError([replace(d, hints=(*d.hints, hint)) for d in error.diagnostics])

    def write_bytes(self, name: str, data: bytes) -> None:
        """A file of the folder, such as a picture or a table."""
        target = self.path / name
        make_folder(target.parent)
        write_atomically(target, data)


def _keep_as(path: Path, other: Path) -> None:
    """Give ``path`` another name too, so that nothing is copied and it is there at every moment."""
    link = other.with_name(f".{other.name}.link")
    try:
        link.unlink(missing_ok=True)
        os.link(path, link)
    except OSError:  # file systems without links: it has the other name alone for a moment
        os.replace(path, other)
    else:
        os.replace(link, other)
