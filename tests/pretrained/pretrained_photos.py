"""Photographs that come with scikit-learn and scikit-image, and networks whose weights are on this machine."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from cnnspec.train.weights import registry

_SKLEARN = ("china.jpg", "flower.jpg")


def find_photo(name: str) -> Path | None:
    """The photograph, where the package that it comes with is installed."""
    package, inside = ("sklearn", "datasets/images") if name in _SKLEARN else ("skimage", "data")
    spec = find_spec(package)
    path = Path((spec.submodule_search_locations or [""])[0], inside, name) if spec else Path()
    return path if path.is_file() else None


def photo(name: str) -> Path:
    """The photograph; tests are skipped without it."""
    return find_photo(name) or pytest.skip(f"needs {name} of scikit-learn or scikit-image")


def need(name: str) -> registry.Pretrained:
    """A registered network; tests are skipped where its weights are not here."""
    entry = registry.known(name)
    if entry.origin.found() is None:
        pytest.skip(f"needs {entry.origin.how(name)}")
    return entry
