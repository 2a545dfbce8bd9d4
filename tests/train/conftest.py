"""Training tests compute on the CPU, through whatever C compiler there is."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # helpers.py


@pytest.fixture(scope="session", autouse=True)
def on_the_cpu(cpu: str) -> None:
    """Every test here may compute."""
