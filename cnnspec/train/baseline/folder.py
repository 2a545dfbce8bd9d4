"""The folder of a baseline: ``baseline.json``, figures and all that is needed to come to them again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...ir import Shape
from ...source import SpecError, write_atomically
from ...syntax import print_expression
from ..data.dataset import Splits
from ..errors import NotARun
from ..files import new_folder
from ..measures import Measures
from ..reading import damaged
from ..resolve import call_of
from ..run import BASELINE, versions
from ..tasks.base import Task
from ..tasks.saving import as_plain, task_from

if TYPE_CHECKING:
    from ..registries import DataSource
    from .running import Baseline, Settings

FORMAT = 1
_ALSO = ("scikit-image", "scipy")


@dataclass(frozen=True)
class BaselineInfo:
    """What ``baseline.json`` says.

    ``model`` stands where a run has the name of its network. ``features`` and ``data`` are calls as a spec has them;
    relative paths start at ``base``. ``length`` is how many numbers an image is described by, ``penalty`` the C that was
    chosen, ``tried`` the measure of validation by each C. ``task`` is as ``run.json`` has tasks, ``trained_on`` and
    ``tested_on`` are fingerprints of the images' names. ``shown`` names the measures that come first, of which the first
    has decided.
    """

    model: str
    features: str
    data: str
    base: str
    seed: int
    input_shape: Shape
    length: int
    parameters: int
    penalty: float
    tried: Mapping[str, float | None]
    task: Mapping[str, Any]
    images: Mapping[str, int]
    shown: tuple[str, ...]
    validation: Mapping[str, Any] | None
    test: Mapping[str, Any] | None
    seconds: float
    describing: float
    trained_on: str
    tested_on: str
    notes: tuple[str, ...]
    versions: Mapping[str, str]
    format: int = FORMAT

    @property
    def tasks(self) -> tuple[Task, ...]:
        return (task_from(self.task),)


def info_of(
    found: Baseline, settings: Settings, source: DataSource, base: Path, splits: Splits
) -> BaselineInfo:
    """The description of a baseline that was made of ``splits``, which ``source`` gave."""
    first = found.shown[0]
    short = print_expression(call_of(settings.descriptor, defaults=False)).removesuffix("()")
    return BaselineInfo(
        model=f"{short}, linear SVM",
        features=print_expression(call_of(settings.descriptor)).removesuffix("()"),
        data=print_expression(call_of(source)),
        base=str(base.resolve()),
        seed=settings.seed,
        input_shape=found.shape,
        length=found.machine.weights.shape[1],
        parameters=found.parameters,
        penalty=found.machine.penalty,
        tried={f"{each.penalty:g}": each.measure for each in found.tried},
        task=as_plain(found.task),
        images={name: len(getattr(splits, name)) for name in ("train", "validation", "test")},
        shown=tuple(sorted(found.shown, key=lambda key: key != first)),
        validation=_values(found.validation),
        test=_values(found.test),
        seconds=round(found.describing + found.training, 3),
        describing=round(found.describing, 3),
        trained_on=splits.train.fingerprint,
        tested_on=splits.test.fingerprint,
        notes=(*found.notes, *((found.test.notes) if found.test else ())),
        versions=versions(_ALSO),
    )


def _values(measures: Measures | None) -> dict[str, Any] | None:
    return None if measures is None else measures.summary()


def write_baseline(out: Path | None, info: BaselineInfo) -> Path:
    """A new folder, ``out`` or the first free ``runs/baseline-N``, with ``info`` in it; raises :class:`SpecError`."""
    folder = new_folder(out, "baseline")
    text = json.dumps(asdict(info), indent=2, ensure_ascii=False, allow_nan=False)
    write_atomically(folder / BASELINE, (text + "\n").encode())
    return folder


def is_baseline(path: Path) -> bool:
    """Whether there is a baseline in the folder."""
    return (path / BASELINE).is_file()


def open_baseline(path: Path) -> BaselineInfo:
    """The baseline at ``path``; raises :class:`SpecError` where it is none, or damaged."""
    file = path / BASELINE
    try:
        data = json.loads(file.read_bytes())
    except FileNotFoundError:
        raise SpecError([NotARun(path=str(path), reason=f"there is no '{BASELINE}' in it")]) from None
    except OSError as error:
        raise damaged(file, f"cannot be read: {error.strerror or error}") from None
    except ValueError:
        raise damaged(file, "is no whole JSON") from None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise damaged(file, f"is not of format {FORMAT}, which this version of cnnspec reads")
    return _info(file, data)


def _info(file: Path, data: Mapping[str, Any]) -> BaselineInfo:
    values: dict[str, Any] = {}
    for field in fields(BaselineInfo):
        value = data.get(field.name)
        if not _plausible(value, str(field.type)):
            raise damaged(file, f"has no proper entry '{field.name}'")
        values[field.name] = tuple(value) if isinstance(value, list) else value
    found = BaselineInfo(**values)
    try:
        _ = found.tasks
    except ValueError as error:
        raise damaged(file, f"does not say what was learnt: {error}") from None
    return found


def _plausible(value: Any, annotation: str) -> bool:
    """Whether a value read from JSON has the type that the field declares (as text)."""
    if isinstance(value, bool):
        return False
    kinds: dict[str, Any] = {"str": str, "int": int, "float": int | float, "Mapping": dict}
    expected = kinds.get(annotation.partition("[")[0], list)
    if value is None:
        return annotation.endswith("None")
    if annotation == "Shape":
        return isinstance(value, list) and all(type(each) is int for each in value)
    return isinstance(value, expected)
