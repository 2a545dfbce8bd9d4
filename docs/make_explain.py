"""Writes anew what the commands of docs/explain.md and docs/lecture.md print: ``python docs/make_explain.py``.

The pages are written by hand; a command that is put into a ``console`` block gets its output from here.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import sys
from pathlib import Path

from cnnspec.cli.main import main as cnnspec

PAGES = ("explain.md", "lecture.md")
WIDTH = "120"
_BLOCK = re.compile(r"(?<=^```console\n)(.*?)(?=^```$)", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"^\$ cnnspec (.*)$", re.MULTILINE)


def printed(command: str) -> str:
    """What a command prints in a terminal of ``WIDTH`` columns."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        cnnspec(shlex.split(command))
    return said.getvalue().rstrip()


def session(block: str) -> str:
    """The commands of a block, each with what it prints."""
    return "\n\n".join(f"$ cnnspec {c}\n{printed(c)}" for c in _COMMAND.findall(block)) + "\n"


def main() -> int:
    os.environ["COLUMNS"] = WIDTH
    for page in (Path(__file__).parent / name for name in PAGES):
        text = page.read_text(encoding="utf-8")
        page.write_text(_BLOCK.sub(lambda match: session(match[1]), text), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
