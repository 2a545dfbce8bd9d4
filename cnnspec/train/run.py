"""The run folder as training writes it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..ir import Shape
from ..source import write_atomically
from .files import make_folder, new_folder

if TYPE_CHECKING:
    import numpy as np

RUN, METRICS, REPORT = "run.json", "metrics.jsonl", "report.md"
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

    ``spec`` is the main spec file within the folder; relative data paths start at ``base``. ``trained_on`` is a
    fingerprint of the names of the training images. ``tasks`` says of each main output what it learns, as
    ``tasks.saving`` writes it.
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
    format: int = FORMAT


def versions() -> dict[str, str]:
    """Versions of Python and of what decides results, as installed."""
    import platform

    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found


class RunFolder:
    """Writes one run's files, each of them whole or not at all."""

    def __init__(self, out: Path | None, info: RunInfo, spec: Mapping[str, str]) -> None:
        """Make the folder and put ``spec`` (file names and their texts) and ``info`` into it."""
        self.path = new_folder(out, info.model)
        self.info = info
        self.records: list[dict[str, Any]] = []
        for name, text in spec.items():
            self._write(f"{SPEC}/{name}", text.encode())
        self.write_info()

    def _write(self, name: str, data: bytes) -> None:
        target = self.path / name
        make_folder(target.parent)
        write_atomically(target, data)

    def write_info(self) -> None:
        self._write(RUN, (json.dumps(asdict(self.info), indent=2, ensure_ascii=False) + "\n").encode())

    def add_record(self, record: dict[str, Any]) -> None:
        """One more epoch in ``metrics.jsonl``; the small file is written anew, so no line is ever torn."""
        self.records.append(record)
        self._write(METRICS, "".join(json.dumps(r, allow_nan=False) + "\n" for r in self.records).encode())

    def write_checkpoint(self, name: str, state: Mapping[str, np.ndarray], epoch: int, step: int) -> None:
        """``last`` or ``best``: parameters and buffers as safetensors."""
        import numpy as np
        from safetensors.numpy import save

        about = {"model": self.info.model, "epoch": str(epoch), "step": str(step), "format": str(FORMAT)}
        tensors = {k: np.ascontiguousarray(v).reshape(v.shape) for k, v in state.items()}
        self._write(checkpoint(name), save(tensors, metadata=about))

    def write_bytes(self, name: str, data: bytes) -> None:
        """A picture or a table."""
        self._write(name, data)
