"""What our command line does beyond argparse: help folded to the terminal, and the nearest option to an unknown one."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from textwrap import fill

from ..source import nearest

_WIDEST = 100
"""Columns of prose, however wide the terminal is."""


class Help(argparse.HelpFormatter):
    """Paragraphs are folded; lines of examples, and what is indented, stay as they are."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        folded = (_folded(each, min(width, _WIDEST)) for each in text.split("\n\n"))
        return "\n\n".join(folded)


def _folded(paragraph: str, width: int) -> str:
    lines = paragraph.splitlines()
    if any(line.startswith((" ", "cnnspec ")) for line in lines):
        return paragraph
    sentences: list[list[str]] = []
    for line in lines:
        if not sentences or (line.startswith("--") and sentences[-1][-1].endswith(".")):
            sentences.append([])
        sentences[-1].append(line)
    return "\n".join(fill(" ".join(each), width, break_on_hyphens=False) for each in sentences)


def parsed(parser: argparse.ArgumentParser, given: Sequence[str]) -> argparse.Namespace:
    """The options; ends the process with 2 where some are unknown, with the usage of the command (``command_parser``)."""
    options, unknown = parser.parse_known_args(given)
    if unknown:
        of = getattr(options, "command_parser", parser)
        of.error(f"unrecognized arguments: {' '.join(unknown)}{_hint(of, unknown)}")
    return options


def _hint(command: argparse.ArgumentParser, unknown: Sequence[str]) -> str:
    known = re.findall(r"--[a-z-]+", command.format_usage())
    near = (nearest(each.split("=")[0], known) for each in unknown if each.startswith("--"))
    hints = [each for each in near if each]
    return f"; did you mean {' and '.join(hints)}?" if hints else ""
