"""docs/api.md and examples/api.py are run; the reference is what the docstrings say.

The ``python`` blocks of the page are one program; a ``text`` block is what the block before it prints.
"""

from __future__ import annotations

import contextlib
import io
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import api_reference as reference
import pytest

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```(python|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_page_does_what_it_says(cpu: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    names: dict[str, Any] = {"__name__": "page"}
    printed = ""
    for match in BLOCK.finditer(reference.PAGE.read_text(encoding="utf-8")):
        if match[1] == "text":
            assert _trimmed(printed) == _trimmed(match[2])
            continue
        with contextlib.redirect_stdout(io.StringIO()) as out:
            exec(compile(match[2], str(reference.PAGE), "exec"), names)
        printed = out.getvalue()


def _trimmed(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip().splitlines()]


def test_the_reference_is_up_to_date(regenerate: bool) -> None:
    if regenerate:
        reference.PAGE.write_text(reference.page(), encoding="utf-8")
    assert reference.PAGE.read_text(encoding="utf-8") == reference.page(), "run pytest tests/api --regenerate"


def test_the_example_learns(cpu: str, tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "examples" / "api.py")]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    last = ran.stdout.splitlines()[-1]
    assert float(last.rsplit("accuracy ", 1)[1].rstrip("%")) > 88
    assert (tmp_path / "digits.safetensors").is_file()
