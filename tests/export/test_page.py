"""The code on the page about exporting runs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cnnspec.cli.main import main
from cnnspec.train.tasks import ClassTask

from .folders import CONV, make_run

PAGE = Path(__file__).parent.parent.parent / "docs" / "export.md"
SNIPPETS = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("number", range(len(SNIPPETS)))
def test_snippet(number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cpu: str) -> None:
    pytest.importorskip("onnxruntime")
    from PIL import Image

    monkeypatch.chdir(tmp_path)
    make_run(Path("run"), CONV, ClassTask("output", ("cat", "dog", "bird"), 3))
    for form, name in (("onnx", "net.onnx"), ("python", "net.py")):
        assert main(["export", "run", "--to", form, "-o", name]) == 0
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (20, 30, 3)).astype(np.uint8)).save("photo.jpg")
    Path("snippet.py").write_text(SNIPPETS[number], encoding="utf-8")
    ran = subprocess.run([sys.executable, "snippet.py"], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout


def test_the_page_names_every_option() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for option in ("--to", "-o", "--checkpoint", "--names", "--with-normalization", "--check", "--no-check"):
        assert option in text
