"""The lowering's tests compute on the CPU, through whatever C compiler there is."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session", autouse=True)
def on_the_cpu(cpu: str) -> None:
    """Every test here may compute."""
