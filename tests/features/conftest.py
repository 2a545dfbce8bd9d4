"""A small network trained on some digits, which tests take features from and compare with."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnnspec.cli.main import main

SPEC = """\
model net(classes = 5) {
  input 1 x 8 x 8
  stem: { conv(8, 3, padding = 1)  bn  relu  maxpool(2) }
  body: { conv(16, 3, padding = 1)  relu }
  flatten
  fc: linear(32)  relu
  head: linear(classes)
}
data digits(only = [0, 1, 2, 3, 4])
optimizer adam(lr = 5e-3)
train (epochs = 2, batch = 32)
"""


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory, cpu: str) -> Path:
    """A folder with a spec, ``net.cnn``, and its ``run``."""
    folder = tmp_path_factory.mktemp("trained")
    (folder / "net.cnn").write_text(SPEC)
    arguments = ("train", str(folder / "net.cnn"), "--out", str(folder / "run"), "-q", "--device", cpu)
    assert main(arguments) == 0
    return folder


@pytest.fixture(autouse=True)
def somewhere_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written without a name goes into a folder of the test's own."""
    monkeypatch.chdir(tmp_path)
