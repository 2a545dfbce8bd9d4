"""Training tests compute on the CPU, through whatever C compiler there is."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cnnspec.backends import toolchain

sys.path.insert(0, str(Path(__file__).parent))  # helpers.py


@pytest.fixture(scope="session", autouse=True)
def cpu() -> Iterator[str]:
    try:
        yield toolchain.check_device("CPU")
    except toolchain.ToolchainMissing as missing:
        pytest.skip(str(missing))
