"""Each line is a name that every command takes as SPEC, and the source of the architecture.
--show NAME prints the text of a spec: read it, copy it, change it."""

from __future__ import annotations

import argparse
import sys

from ..elaborate import unknown_spec, zoo_names, zoo_path
from .output import print_json


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("--show", metavar="NAME", help="print the text of one spec")
    command.add_argument("--json", action="store_true", help="print names, files and sources as JSON")


def run(options: argparse.Namespace) -> int:
    if options.show:
        path = zoo_path(options.show)
        if path is None:
            raise unknown_spec(options.show, None)
        sys.stdout.write(path.read_text(encoding="utf-8"))
        return 0
    entries = [(name, _heading(name)) for name in zoo_names()]
    if options.json:
        print_json(
            [{"name": name, "file": str(zoo_path(name)), "source": heading} for name, heading in entries]
        )
        return 0
    width = max(len(name) for name, _ in entries)
    for name, heading in entries:
        print(f"{name:<{width}}  {heading}")
    return 0


def _heading(name: str) -> str:
    """The first sentence of the comment at the head of a spec: what it is and where it is from."""
    path = zoo_path(name)
    assert path is not None
    text = path.read_text(encoding="utf-8").splitlines()
    comment = []
    for line in text:
        if not line.startswith("#"):
            break
        comment.append(line.lstrip("# "))
    whole = " ".join(comment)
    return whole if len(whole) <= 110 else whole[:109].rsplit(" ", 1)[0] + " …"
