"""Both libraries for images."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from cnnspec.train.imaging.engine import CHOICE, engine


@pytest.fixture(params=["pillow", "opencv"])
def images_by(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each library for images in turn."""
    name = str(request.param)
    if name == "opencv" and not find_spec("cv2"):
        pytest.skip("needs the extra 'fast'")
    monkeypatch.setenv(CHOICE, name)
    engine.cache_clear()
    request.addfinalizer(engine.cache_clear)
    return name
