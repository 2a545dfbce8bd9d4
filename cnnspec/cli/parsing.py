"""What our command line does beyond argparse: help folded to the terminal, and the nearest option, command or choice to an
unknown one."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from textwrap import fill
from typing import NoReturn

from ..source import nearest

_WIDEST = 100
"""Columns of prose, however wide the terminal is."""


_CHOICE = re.compile(r"(?P<said>.*invalid choice: '(?P<given>.*)') \(choose from (?P<choices>.*)\)")


class Parser(argparse.ArgumentParser):
    """Names the nearest of the choices where none of them was given."""

    def error(self, message: str) -> NoReturn:
        if found := _CHOICE.fullmatch(message):
            near = nearest(found["given"], [each.strip("'") for each in found["choices"].split(", ")])
            if near:
                message = f"{found['said']}; did you mean '{near}'?"
        super().error(message)


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
