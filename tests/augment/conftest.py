"""Fixtures of the augmentation tests."""

import sys
from pathlib import Path

import pytest

from cnnspec.train.imaging.engine import Engine, engine

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(params=["pillow", "opencv"])
def using(request: pytest.FixtureRequest) -> Engine:
    """Each engine that is installed."""
    if request.param == "opencv":
        pytest.importorskip("cv2")
    return engine(request.param)
