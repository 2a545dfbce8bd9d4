"""``--quiet``: nothing is told of progress."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from ..train.reporter import Reporter


def add_quiet(command: argparse.ArgumentParser, prints: str) -> None:
    """The option; ``prints`` says what is printed all the same."""
    command.add_argument("-q", "--quiet", action="store_true", help=f"show no progress; {prints}")


def chosen_reporter(options: argparse.Namespace, stream: TextIO) -> Reporter:
    """What shows progress on ``stream``, or shows nothing where the user wants it quiet."""
    from ..train.progress import reporter_for
    from ..train.reporter import Reporter

    return Reporter() if options.quiet else reporter_for(stream)
