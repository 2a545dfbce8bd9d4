"""What networks are called that stand side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path


def titles_of(specs: Sequence[str], names: Sequence[str]) -> list[str]:
    """The ``names`` of models; of models that share one what a person wrote: of files the last part, where that tells them
    apart."""
    models = Counter(names)
    short = Counter(Path(spec).name for spec in dict.fromkeys(specs))
    return [
        name if models[name] == 1 else Path(spec).name if short[Path(spec).name] == 1 else spec
        for spec, name in zip(specs, names, strict=True)
    ]
