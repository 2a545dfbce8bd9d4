"""Writes the list of lints, and what the commands print, into docs/lint.md: ``python docs/make_lint.py``."""

from __future__ import annotations

import contextlib
import inspect
import io
import os
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

import cnnspec.train.lint  # noqa: F401  # registers all lints
from cnnspec.analyses.lint import GraphLint
from cnnspec.cli.main import main as cnnspec_main
from cnnspec.source.lints import Lint, lints_of
from cnnspec.train.lint.base import ExperimentLint

PAGE = Path(__file__).parent / "lint.md"
CONSOLE = re.compile(r"(?<=^```console\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^\$ cnnspec (.*)$", re.MULTILINE)
LISTED = re.compile(
    r"(?<=^<!-- Made by docs/make_lint\.py -->\n).*?(?=^<!-- until here -->$)", re.MULTILINE | re.DOTALL
)
GROUPS: dict[str, type[Lint]] = {"network": GraphLint, "experiment": ExperimentLint, "text": Lint}
"""What a lint looks at, and those that do; a lint is in the first group that has it."""


def listed() -> str:
    """All lints in their groups: why what each finds is seldom meant, and how to mend it."""
    lines, told = [], set[str]()
    for title, kind in GROUPS.items():
        lints = [lint for lint in lints_of(kind) if lint.code not in told]
        told |= {lint.code for lint in lints}
        lines += ["", f"**Of the {title}**", ""]
        for lint in sorted(lints, key=lambda lint: lint.code):
            lines += entry(lint)
    return "\n".join([*lines, "", ""])


def entry(lint: type[Lint]) -> Iterator[str]:
    """A lint as an item of a list: its file's first line in bold, then its reason and what mends it."""
    about = (inspect.getdoc(lint) or "").partition("\n\nA spec silences it by ")[0].replace("``", "`")
    short = (inspect.getdoc(sys.modules[lint.__module__]) or "").splitlines()[0]
    first, *rest = [part.splitlines() for part in about.split("\n\n")]
    yield f"* [`{lint.code}`](diagnostics.md#{lint.code}): *{short}*"
    yield from (f"  {line}" for paragraph in (first, *rest) for line in paragraph)


def printed(session: re.Match[str]) -> str:
    """Commands of the page with what they print now."""
    lines = []
    for command in COMMAND.findall(session[0]):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            cnnspec_main(shlex.split(command))
        lines.append(f"$ cnnspec {command}\n{out.getvalue().rstrip()}\n")
    return "".join(lines)


def main() -> int:
    os.environ["COLUMNS"] = "120"
    os.chdir(PAGE.parent.parent)
    page = LISTED.sub(lambda _: listed(), PAGE.read_text(encoding="utf-8"))
    PAGE.write_text(CONSOLE.sub(printed, page), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
