"""A network that was trained for a moment, and runs that begin with it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

for folder in ("finetune", "train"):  # their helpers
    sys.path.insert(0, str(Path(__file__).parents[1] / folder))

from tuning_runs import DATA, MODEL, SETTINGS, made, tuning_spec  # noqa: E402

from cnnspec.train.training import train  # noqa: E402


@pytest.fixture(scope="session", autouse=True)
def on_the_cpu(cpu: str) -> None:
    """Every test here may compute."""


@pytest.fixture(scope="session")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run whose weights others begin with."""
    folder = tmp_path_factory.mktemp("before")
    text = MODEL + DATA + SETTINGS.format(epochs=1, more="seed = 0")
    train(*made(text, folder), folder / "run", "CPU")
    return folder / "run"


@pytest.fixture
def tune(before: Path, tmp_path: Path) -> Callable[..., Path]:
    """Trains by some steps of fine-tuning, and gives the run folder."""

    def run(steps: str, name: str = "run", reporter: Any = None, **given: Any) -> Path:
        text = tuning_spec(f'from("{before}")  {steps}', **given)
        return train(*made(text, tmp_path), tmp_path / name, "CPU", reporter).folder

    return run
