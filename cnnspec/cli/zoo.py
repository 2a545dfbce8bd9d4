"""Each line is a name that every command takes as SPEC, and the source of the architecture.
Files of blocks are brought into a spec by 'use'.
--show NAME prints the text of a spec: read it, copy it, change it."""

from __future__ import annotations

import argparse
import sys

from ..elaborate import Loader, is_blocks_alone, unknown_spec, zoo_names, zoo_path
from .output import listed, print_json


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("--show", metavar="NAME", help="print the text of one spec")
    command.add_argument("--json", action="store_true", help="print names, files and sources as JSON")


def run(options: argparse.Namespace) -> int:
    if options.show:
        path = zoo_path(options.show)
        if path is None:
            raise unknown_spec(options.show, None, beside=False)
        sys.stdout.write(path.read_text(encoding="utf-8"))
        return 0
    loader = Loader()
    entries = [(name, _heading(name), _is_model(name, loader)) for name in zoo_names()]
    if options.json:
        print_json([_entry(*entry) for entry in entries])
        return 0
    for title, wanted in (("", True), ("\nFiles of blocks, for 'use':", False)):
        if title:
            print(title)
        print(listed({name: heading for name, heading, is_model in entries if is_model == wanted}))
    return 0


def _entry(name: str, heading: str, is_model: bool) -> dict[str, str]:
    kind = "model" if is_model else "blocks"
    return {"name": name, "kind": kind, "file": str(zoo_path(name)), "source": heading}


def _is_model(name: str, loader: Loader) -> bool:
    path = zoo_path(name)
    assert path is not None
    return not is_blocks_alone(loader.load(path))


def _heading(name: str) -> str:
    """The first sentence of the comment at the head of a spec: what it is and where it is from."""
    path = zoo_path(name)
    assert path is not None
    text = path.read_text(encoding="utf-8").splitlines()
    comment = []
    for line in text:
        if not line.startswith("#") or line == "#":
            break
        comment.append(line.lstrip("# "))
    whole = " ".join(comment)
    return whole if len(whole) <= 110 else whole[:109].rsplit(" ", 1)[0] + " …"
