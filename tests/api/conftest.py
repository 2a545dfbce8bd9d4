"""Small data for the tests of the Python API; what computes does so on the CPU."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import cnnspec

sys.path.insert(0, str(Path(__file__).parent))

from api_blobs import TEXT, blobs


@pytest.fixture
def net() -> cnnspec.Network:
    return cnnspec.loads(TEXT)


@pytest.fixture(scope="session")
def run(cpu: str, tmp_path_factory: pytest.TempPathFactory) -> cnnspec.Run:
    """A run of three epochs on arrays, with half of them for validation and testing."""
    shares = {"data.validation": 0.2, "data.test": 0.3}
    out = tmp_path_factory.mktemp("runs") / "net"
    return cnnspec.train(cnnspec.loads(TEXT), blobs(), out=out, device=cpu, settings=shares, quiet=True)
