"""The other surface goes to standard output, or to the file named by -o."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ..source import write_atomically
from ..syntax import YAML_SUFFIXES, load_source, parse, print_text, print_yaml


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", metavar="FILE", type=Path, help="a spec file, .cnn or .yaml")
    command.add_argument(
        "-o", "--output", metavar="FILE", type=_output, help="where to write: .cnn, .yaml or .yml"
    )


def _output(text: str) -> Path:
    if Path(text).suffix not in (".cnn", *YAML_SUFFIXES):
        raise argparse.ArgumentTypeError(f"'{text}' must end in .cnn, .yaml or .yml")
    return Path(text)


def run(options: argparse.Namespace) -> int:
    spec = parse(load_source(options.file))
    to_yaml = options.file.suffix not in YAML_SUFFIXES
    if options.output:
        to_yaml = options.output.suffix in YAML_SUFFIXES
    text = print_yaml(spec) if to_yaml else print_text(spec)
    if options.output:
        write_atomically(options.output, text.encode())
    else:
        sys.stdout.write(text)
    return 0
