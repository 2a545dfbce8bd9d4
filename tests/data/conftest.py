"""Fixtures of the data tests."""

from collections.abc import Iterator

import pytest

from cnnspec.train.imaging.engine import CHOICE, engine


@pytest.fixture(params=["pillow", "opencv"])
def library(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Each library for images that is installed, in use."""
    if request.param == "opencv":
        pytest.importorskip("cv2")
    monkeypatch.setenv(CHOICE, request.param)
    engine.cache_clear()
    yield request.param
    engine.cache_clear()
