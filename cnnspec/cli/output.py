"""What commands share: where they print, and the arguments that name a spec."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from ..elaborate import Settable
    from ..source import Diagnostic

_ENDLESS = 10**6


def use_color(stream: TextIO) -> bool:
    """Whether ``stream`` is a terminal that shows colour; NO_COLOR is respected."""
    return stream.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"


def listed(names: Mapping[str, str]) -> str:
    """A line a name with what is said of it, folded to the terminal."""
    from textwrap import wrap

    width, room = max(map(len, names), default=0), width_of(sys.stdout)
    rows = [f"{name:<{width}}  {said}" for name, said in names.items()]
    folded = (wrap(row, room, subsequent_indent=" " * (width + 2)) if room else [row] for row in rows)
    return "\n".join(line for lines in folded for line in lines)


def width_of(stream: TextIO) -> int | None:
    """The columns of a terminal; None of a file or pipe, whose lines are not folded."""
    return max(60, get_terminal_size().columns) if stream.isatty() else None


def table_width() -> int:
    """What a table may take: the terminal's columns, or those of COLUMNS. In a file or pipe as much as it likes, so that no
    name is shortened that a program may look for."""
    return get_terminal_size((_ENDLESS, 0)).columns


def fail(diagnostics: Iterable[Diagnostic]) -> int:
    """Print diagnostics to standard error; the exit code that goes with them."""
    from ..source.rendering import render_all

    found = list(diagnostics)
    print(render_all(found, use_color(sys.stderr), width_of(sys.stderr)), file=sys.stderr)
    return 1 if any(d.severity == "error" for d in found) else 0


def print_json(value: Any) -> None:
    import json

    print(json.dumps(value, ensure_ascii=False, indent=2))


def diagnostics_json(diagnostics: Iterable[Diagnostic]) -> list[dict[str, Any]]:
    from ..source.rendering import as_json

    return [as_json(d) for d in diagnostics]


_COUNTS = {(True, True): "*", (True, False): "+", (False, True): "?", (False, False): None}
"""How many a SPEC argument takes, by whether it may be many, and whether it may be left out."""


def add_spec(command: argparse.ArgumentParser, many: bool = False, optional: bool = False) -> None:
    """The SPEC argument (``many``, or ``optional``) and ``--set``."""
    command.add_argument(
        "spec",
        metavar="SPEC",
        nargs=_COUNTS[many, optional],
        help='a .cnn or .yaml file, or a zoo name such as "vgg16(classes = 2)"',
    )
    add_overrides(command)


def add_overrides(command: argparse.ArgumentParser) -> None:
    """``--set``, for a command that has its SPEC elsewhere."""
    command.add_argument(
        "--set",
        dest="overrides",
        metavar="NAME=VALUE",
        type=_override,
        action="append",
        default=[],
        help="change a parameter of the model or a field of the experiment, e.g. classes=2 or optimizer.lr=0.1",
    )


def _override(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip() or not value.strip():
        raise argparse.ArgumentTypeError(f"'{text}' is not NAME=VALUE")
    return name.strip(), value.strip()


def add_depth(command: argparse._ActionsContainer, what: str) -> None:
    """``--depth N``, for a table or drawing of nested parts."""
    command.add_argument(
        "--depth",
        type=whole_number,
        metavar="N",
        help=f"fold what is nested deeper than N levels into one {what}; 1 shows top-level parts",
    )


def whole_number(text: str) -> int:
    """An argument that is a whole number of at least 1."""
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number of at least 1")
    return int(text)


def not_empty(text: str) -> str:
    """An argument that is not empty: a variable of the shell that is not set would change what a command does."""
    if not text.strip():
        raise argparse.ArgumentTypeError("it is empty")
    return text


def png_file(text: str) -> Path:
    """An argument that names a PNG file to be written."""
    if not text.lower().endswith(".png"):
        raise argparse.ArgumentTypeError(f"'{text}' must end in .png")
    return Path(text)


def add_device(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--device",
        metavar="D",
        help="CPU, CUDA, METAL … (default: tinygrad's choice; 'cnnspec devices' lists them)",
    )


def add_without(command: argparse.ArgumentParser) -> None:
    """``--without PASS``, as often as one likes."""
    command.add_argument(
        "--without",
        metavar="PASS",
        type=_pass_name,
        action="append",
        default=[],
        help="switch a pass of the lowering off; 'check SPEC --emit lowered' shows what each does",
    )


def _pass_name(text: str) -> str:
    from ..backends.tinygrad.plan import DEFAULT
    from ..source import did_you_mean

    if text not in DEFAULT:
        raise argparse.ArgumentTypeError(
            "; ".join([f"there is no pass '{text}'", *did_you_mean(text, DEFAULT)])
        )
    return text


def add_skip_broken(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--skip-broken",
        action="store_true",
        help="leave broken images out and say which, instead of refusing them",
    )


def add_checkpoint(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--checkpoint", choices=("best", "last"), default="best", help="which weights to use (default: best)"
    )


def sections() -> Mapping[str, Settable]:
    """The sections that ``--set`` can change; imported only where it is used."""
    from ..train.sections import settable

    return settable()
