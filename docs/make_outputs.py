"""Writes anew what the commands on pages of docs/ print: ``python docs/make_outputs.py [PAGE …]``.

The pages are written by hand; a command that is put into a ``console`` block gets its output from here.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import sys
from collections.abc import Iterable
from pathlib import Path

from cnnspec.cli.main import main as cnnspec

FOLDER = Path(__file__).parent
WIDTH = "120"
_BLOCK = re.compile(r"(?<=^```console\n)(.*?)(?=^```$)", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"^\$ cnnspec (.*)$", re.MULTILINE)


def printed(command: str) -> str:
    """What a command prints in a terminal of ``WIDTH`` columns."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        cnnspec(shlex.split(command))
    return "\n".join(line.rstrip() for line in said.getvalue().rstrip().splitlines())


def session(block: str) -> str:
    """The commands of a block, each with what it prints; an empty line between them where there was one."""
    between = "\n\n" if "\n\n$ cnnspec" in block else "\n"
    return between.join(f"$ cnnspec {c}\n{printed(c)}" for c in _COMMAND.findall(block)) + "\n"


def renew(pages: Iterable[Path]) -> None:
    os.environ["COLUMNS"] = WIDTH
    os.chdir(FOLDER.parent)
    for page in pages:
        text = page.read_text(encoding="utf-8")
        page.write_text(_BLOCK.sub(lambda match: session(match[1]), text), encoding="utf-8")


def main() -> int:
    renew([FOLDER / name for name in sys.argv[1:]] or sorted(FOLDER.glob("*.md")))
    return 0


if __name__ == "__main__":
    sys.exit(main())
