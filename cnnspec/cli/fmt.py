"""Files are rewritten in place; with --check nothing is written, and the exit code is 1 where a
file is not in the canonical form. Comments stay."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ..source import Diagnostic, SpecError, write_atomically
from ..syntax import YAML_SUFFIXES, load_source, parse, print_text, print_yaml
from .output import fail


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("files", metavar="FILE", nargs="+", help="spec files, .cnn or .yaml")
    command.add_argument("--check", action="store_true", help="only say which files would change")


def run(options: argparse.Namespace) -> int:
    found: list[Diagnostic] = []
    changed = [name for name in options.files if _format(name, options.check, found)]
    for name in changed:
        print(f"{name}: {'not in the canonical form' if options.check else 'rewritten'}")
    sys.stdout.flush()
    if found:
        return fail(found)
    return 1 if options.check and changed else 0


def _format(name: str, check: bool, found: list[Diagnostic]) -> bool:
    """Whether the file differs from its canonical form; rewritten unless ``check``."""
    path = Path(name)
    try:
        source = load_source(path)
        spec = parse(source)
        text = print_yaml(spec) if path.suffix in YAML_SUFFIXES else print_text(spec)
        if text == path.read_bytes().decode("utf-8"):
            return False
        if not check:
            write_atomically(path, text.encode())
    except SpecError as error:
        found.extend(error.diagnostics)
        return False
    return True
