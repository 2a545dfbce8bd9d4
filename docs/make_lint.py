"""Writes the list of lints into docs/lint.md: ``python docs/make_lint.py``."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import cnnspec.train.lint  # noqa: F401  # registers all lints
from cnnspec.analyses.lint import GraphLint
from cnnspec.source.lints import SILENCED_BY, Lint, in_short, lints_of
from cnnspec.train.lint.base import ExperimentLint

PAGE = Path(__file__).parent / "lint.md"
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
    about = (inspect.getdoc(lint) or "").partition(f"\n\n{SILENCED_BY}")[0].replace("``", "`")
    first, *rest = [part.splitlines() for part in about.split("\n\n")]
    yield f"* [`{lint.code}`](diagnostics.md#{lint.code}): *{in_short(lint)}*"
    yield from (f"  {line}" for paragraph in (first, *rest) for line in paragraph)


def main() -> int:
    page = LISTED.sub(lambda _: listed(), PAGE.read_text(encoding="utf-8"))
    PAGE.write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
