"""Writes what the commands on docs/costs.md print into the page: ``python docs/make_costs.py``."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import sys
from pathlib import Path

from cnnspec.cli.main import main as cnnspec

PAGE = Path(__file__).parent / "costs.md"
BLOCK = re.compile(r"^```console\n\$ cnnspec ([^\n]*)\n.*?^```$", re.MULTILINE | re.DOTALL)


def printed(match: re.Match[str]) -> str:
    """A block of the page with what its command prints now."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        cnnspec(shlex.split(match[1]))
    return f"```console\n$ cnnspec {match[1]}\n{out.getvalue().rstrip()}\n```"


def page() -> str:
    """The page as it is, with what its commands print now."""
    return BLOCK.sub(printed, PAGE.read_text(encoding="utf-8"))


def main() -> int:
    os.environ["COLUMNS"] = "120"
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
