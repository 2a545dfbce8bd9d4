"""``examples/features.py`` does what it says of itself."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "features.py"


@pytest.mark.slow
def test_three_new_shapes_from_sixty_images(tmp_path: Path, cpu: str) -> None:
    ran = subprocess.run(
        [sys.executable, str(EXAMPLE), str(tmp_path)], capture_output=True, text=True, timeout=600
    )
    assert ran.returncode == 0, ran.stderr
    found = re.search(r"ring, heart, moon from 60 images: test accuracy ([0-9.]+)", ran.stdout)
    assert found and float(found[1]) > 0.85
