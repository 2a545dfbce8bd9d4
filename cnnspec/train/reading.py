"""Run folders read back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from types import UnionType
from typing import TYPE_CHECKING, Any

from ..source import SpecError
from .errors import NotARun, RunDamaged
from .run import FORMAT, METRICS, RUN, SPEC, RunInfo, checkpoint
from .safetensors_file import header_of
from .tasks.base import Task
from .tasks.saving import task_from

if TYPE_CHECKING:
    import numpy as np

    from ..ir import Graph


@dataclass(frozen=True)
class Run:
    """A run folder: what ``run.json`` says, and the epochs of ``metrics.jsonl``."""

    path: Path
    info: RunInfo
    records: tuple[Mapping[str, Any], ...]

    @property
    def tasks(self) -> tuple[Task, ...]:
        """What each main output learns; raises :class:`SpecError` where ``run.json`` was damaged."""
        try:
            return tuple(map(task_from, self.info.tasks))
        except ValueError as error:
            raise damaged(self.path / RUN, f"does not say what its outputs learn: {error}") from None

    @property
    def last_part(self) -> str:
        """The part to measure on: test images; where there are none, those of validation, else of training."""
        return next((part for part in ("test", "validation") if self.info.images.get(part)), "train")

    @property
    def spec(self) -> Path:
        """The main spec file, to be elaborated for the run's network."""
        return self.path / SPEC / self.info.spec

    def weights(self, name: str = "best") -> dict[str, np.ndarray]:
        """Parameters and buffers of a checkpoint, ``best`` or ``last``."""
        path = self.path / checkpoint(name)
        if not path.exists() and not self.records and self.info.status != "finished":
            raise damaged(
                path, f"is not there: the run is {self.info.status}, and no epoch of it was finished"
            )
        return read_weights(path)


def open_run(path: Path, strict: bool = True) -> Run:
    """The run at ``path``; raises :class:`SpecError` where it is none, or damaged.

    Unless ``strict``, lines of ``metrics.jsonl`` that are not whole are left out: a run that is gone on with has them
    from its state, and writes them anew.
    """
    if not path.is_dir():
        reason = "it is a file" if path.exists() else "there is no such folder"
        raise SpecError([NotARun(path=str(path), reason=reason)])
    if not (path / RUN).exists():
        hints = tuple(f"did you mean '{child.parent}'?" for child in sorted(path.glob(f"*/{RUN}"))[-1:])
        raise SpecError([NotARun(path=str(path), reason=f"there is no '{RUN}' in it", hints=hints)])
    info = _info(path / RUN)
    if not (path / SPEC / info.spec).is_file():
        raise damaged(path / SPEC / info.spec, "is missing")
    return Run(path, info, _records(path / METRICS, strict))


def check_belongs(run: Run, graph: Graph) -> None:
    """Raise :class:`SpecError` unless ``graph``, of the run's own spec, takes what ``run.json`` says was trained on."""
    info = run.info
    if tuple(graph.input_shape) != tuple(info.input_shape):
        raise damaged(run.path / RUN, "does not belong to the spec beside it: the input shapes differ")
    if {len(info.mean), len(info.std)} != {graph.input_shape[0]} or not all(info.std):
        raise damaged(run.path / RUN, "has a normalization that does not fit the input's channels")


def read_weights(path: Path) -> dict[str, np.ndarray]:
    """The tensors of a safetensors file; raises :class:`SpecError` where it is missing or broken."""
    return read_tensors(path)[0]


def read_tensors(path: Path) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """The tensors of a safetensors file, and its metadata; raises :class:`SpecError` where it is missing or broken."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    data = _read(path)
    try:
        tensors: dict[str, np.ndarray] = load(data)
        return tensors, header_of(data).get("__metadata__", {})
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise damaged(path, f"is no whole safetensors file: {_first_line(error)}") from None


def damaged(path: Path, reason: str) -> SpecError:
    return SpecError([RunDamaged(path=str(path), reason=reason, file=str(path))])


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise damaged(path, "is missing") from None
    except OSError as error:
        raise damaged(path, f"cannot be read: {error.strerror or error}") from None


def _json(path: Path, data: bytes, what: str) -> dict[str, Any]:
    try:
        value = json.loads(data)
    except ValueError as error:
        raise damaged(path, f"{what} is no whole JSON: {_first_line(error)}") from None
    if not isinstance(value, dict):
        raise damaged(path, f"{what} holds no JSON object")
    return value


def _info(path: Path) -> RunInfo:
    data = _json(path, _read(path), "(the run's description)")
    if data.get("format") != FORMAT:
        reason = f"has format {data.get('format')!r}, and this version of cnnspec reads {FORMAT}"
        raise damaged(path, reason)
    known = {f.name: f for f in fields(RunInfo)}
    needed = [n for n, f in known.items() if f.default is MISSING and f.default_factory is MISSING]
    wrong = next((n for n in needed if not _plausible(data.get(n), known[n].type)), None)
    if not wrong and data["batch"] < 1:
        wrong = "batch"
    if not wrong:
        wrong = next((n for n in ("best", "test") if not isinstance(data.get(n), dict | None)), None)
    if wrong:
        raise damaged(path, f"has no proper entry '{wrong}'")
    values: dict[str, Any] = {
        k: tuple(v) if isinstance(v, list) and k != "notes" else v for k, v in data.items() if k in known
    }
    return RunInfo(**values)


def _plausible(value: Any, annotation: Any) -> bool:
    """Whether a value read from JSON has the type that the field declares (as text)."""
    kinds: dict[str, type] = {"str": str, "int": int, "dict": dict, "tuple": list, "Shape": list}
    expected = kinds[str(annotation).partition("[")[0]]
    if isinstance(value, bool) or not isinstance(value, expected):
        return False
    items: dict[str, type | UnionType] = {
        "tuple[str, ...]": str,
        "tuple[float, ...]": int | float,
        "tuple[dict[str, Any], ...]": dict,
        "Shape": int,
    }
    item = items.get(str(annotation))
    return item is None or (isinstance(value, list) and all(isinstance(v, item) for v in value))


def _records(path: Path, strict: bool) -> tuple[Mapping[str, Any], ...]:
    """The epochs; none where the run ended before its first epoch did."""
    if not path.exists():
        return ()
    found = []
    for number, line in enumerate(_read(path).splitlines(), 1):
        try:
            found += [_json(path, line, f"line {number}")] if line.strip() else []
        except SpecError:
            if strict:
                raise
    return tuple(found)


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0] or type(error).__name__
