"""Where weights come from: a pretrained network's name, a run's folder, a file."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ..data.normalization import Normalization
from .files import WeightFile, open_file, reading, unknown
from .naming import likely_names, meant

BEST = "best.safetensors"
RUN = "run.json"


@dataclass(frozen=True)
class WeightSource:
    """Weights that were found, and what is known of them.

    ``text`` is what a person wrote. ``normalization`` is how images were normalised for these weights, ``classes`` what the
    outputs of the head are called, ``names`` whose names the tensors have: each where that is known. ``sha256`` is the
    file's.
    """

    text: str
    file: WeightFile
    normalization: Normalization | None
    sha256: str
    names: str | None = None
    classes: tuple[str, ...] = ()

    def normalization_of(self, channels: int) -> Normalization | None:
        """How images of so many channels were normalised, where that is known."""
        known = self.normalization
        return known if known is not None and len(known.mean) == channels else None


def open_source(text: str, base: Path) -> WeightSource:
    """The weights that ``text`` names, a relative path from ``base``. Raises :class:`SpecError`."""
    from . import registry

    entry = registry.find(text)
    if entry is not None:
        path, sha256 = registry.checked(entry)
        classes = tuple(entry.classes or ())
        return WeightSource(text, open_file(path), entry.normalization, sha256, entry.names, classes)
    path, part = base / Path(text).expanduser(), ""
    try:
        if "#" in text and not path.exists():
            path, part = base / Path(text.rpartition("#")[0]).expanduser(), text.rpartition("#")[2]
        is_folder, is_file = path.is_dir(), path.exists()
    except (OSError, ValueError) as error:
        raise unknown(text, f"it cannot be a path: {error}", ()) from None
    if is_folder and (path / RUN).exists():
        return _of_run(text, path, path / BEST, part, base)
    if is_file and not is_folder and (path.parent / RUN).exists():
        return _of_run(text, path.parent, path, part, base)
    if not is_file and "/" not in text and not path.suffix:
        raise unknown(text, "it is neither a file nor a pretrained network", _nearest(text, base))
    file = open_file(path, part, base)
    return WeightSource(text, file, None, _digest(file))


def _nearest(text: str, base: Path) -> tuple[str, ...]:
    from . import registry

    known = list(registry.names())
    with suppress(OSError):
        known += [child.name for child in base.iterdir() if not child.name.startswith(".")]
    found = meant(likely_names(text, known))
    return found or ((f"pretrained networks: {', '.join(registry.names())}",) if registry.names() else ())


def _of_run(text: str, folder: Path, checkpoint: Path, part: str, base: Path) -> WeightSource:
    from ..reading import open_run
    from ..tasks import ClassTask

    run = open_run(folder, strict=False)
    file = open_file(checkpoint, part, base)
    normalization = Normalization(run.info.mean, run.info.std)
    tasks = run.tasks
    classes = tasks[0].names if len(tasks) == 1 and isinstance(tasks[0], ClassTask) else ()
    return WeightSource(text, file, normalization, _digest(file), "own", classes)


def _digest(file: WeightFile) -> str:
    with reading(file.path, file.format), open(file.path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
