"""``diff``, and two specs that differ a little."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnnspec.cli.main import main

OLD = """model net(classes = 10, width = 16) {
  input 3 x 32 x 32
  default(conv(bias = false))
  stem: { conv(width, 3, padding = 1)  bn  relu }
  stage1: { for i in [1, 2, 3] { conv(width, 3, padding = 1)  bn  relu } }
  maxpool(2)
  stage2: { conv(2 * width, 3, padding = 1)  bn  relu }
  global_avgpool  flatten
  head: linear(classes)
}
data shapes
augment { flip  rotate(10) }
optimizer sgd(lr = 0.1)
schedule cosine
train (epochs = 10, batch = 64)
"""
NEW = (
    OLD.replace("stem: {", "stem: { conv(8, 1)  relu")
    .replace("(bias = false)", "(bias = false, init = xavier_normal)")
    .replace("stage2: {", "stage2: { dropout(0.1)")
    .replace("lr = 0.1", "lr = 0.05")
    .replace("  rotate(10)", "")
    .replace("cosine", "step(5)")
    .replace("epochs = 10", "epochs = 20")
)


def printed(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert main(["diff", *arguments]) == code
    return capsys.readouterr().out


def written(name: str, text: str) -> str:
    Path(name).write_text(text, encoding="utf-8")
    return name
