"""Puts the hand-built networks of ``tests/analyses/networks.py`` on the import path; a folder with two specs."""

import sys
from pathlib import Path

import pytest
from diffing import NEW, OLD

sys.path.insert(0, str(Path(__file__).parents[1] / "analyses"))


@pytest.fixture
def two_specs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The working folder, with old.cnn and new.cnn, at 100 columns."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    Path("old.cnn").write_text(OLD, encoding="utf-8")
    Path("new.cnn").write_text(NEW, encoding="utf-8")
