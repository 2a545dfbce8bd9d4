"""Shows what 'cnnspec train' shows, from another terminal: the epochs so far, then what the run does now. It only reads
the files of the run: Ctrl-C ends watching, and the run goes on.

The exit code is 0 where the run finished, and 1 where it failed, was interrupted or stopped.
--once prints how the run stands, and ends."""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from .output import print_json

if TYPE_CHECKING:
    from ..train.following import Seen

_POLL = 0.5
"""Seconds between looks at the files."""


class _JsonOnce(argparse.Action):
    """``--json`` is about one moment: it asks for ``--once`` too."""

    def __call__(self, parser: argparse.ArgumentParser, options: argparse.Namespace, *_: object) -> None:
        options.json = options.once = True


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("run_folder", metavar="RUN", type=Path, help="a folder that 'cnnspec train' writes")
    command.add_argument("--once", action="store_true", help="print how the run stands, and end")
    command.add_argument(
        "--json", action=_JsonOnce, nargs=0, default=False, help="the same as JSON; goes with --once"
    )


def run(options: argparse.Namespace) -> int:
    from ..train.following import check_there

    check_there(options.run_folder)
    try:
        return _once(options.run_folder, options.json) if options.once else _follow(options.run_folder)
    except KeyboardInterrupt:
        print("no longer watching; the run is not touched", file=sys.stderr)
        return 130


def _once(path: Path, as_json: bool) -> int:
    from ..train.following import look, state_lines
    from ..train.listing import line_of

    seen = look(path)
    if as_json:
        records = seen.run.records
        print_json(
            {
                **line_of(seen.run, seen.live).as_json(),
                "status": seen.status.word,
                "reason": seen.status.reason or None,
                "progress": asdict(seen.live) if seen.live else None,
                "last": dict(records[-1]) if records else None,
            }
        )
    else:
        print("\n".join(state_lines(seen)))
    return _code(seen)


def _follow(path: Path) -> int:
    from ..train.following import Follower, end_lines
    from ..train.progress import reporter_for

    reporter = reporter_for(sys.stdout)
    try:
        follower = Follower(path, reporter)
        while (seen := follower.poll()) is None:
            time.sleep(_POLL)
    finally:
        reporter.close()
    print("\n".join(end_lines(seen)))
    return _code(seen)


def _code(seen: Seen) -> int:
    return 0 if seen.status.word in ("finished", "running") else 1
