"""Writes anew what the commands of docs/comparing.md print: ``python docs/make_comparing.py``.

The page itself is written by hand; a command that is put into a ``console`` block gets its output from here.
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

PAGE = Path(__file__).parent / "comparing.md"
_BLOCK = re.compile(r"(?<=^```console\n)(.*?)(?=^```$)", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"^\$ cnnspec (.*)$", re.MULTILINE)
WIDTH = "120"


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
    os.chdir(PAGE.parent.parent)
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(_BLOCK.sub(lambda match: session(match[1]), text), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
