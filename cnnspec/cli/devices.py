"""Devices are tried in another process, with one small sum on each."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from ..backends.drawing.renderers import describe_renderers
from ..backends.toolchain import cpu_type, describe_devices, find_compiler
from .output import print_json


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print the same as JSON")


def run(options: argparse.Namespace) -> int:
    reports, compiler, renderers = describe_devices(), find_compiler(), describe_renderers()
    if options.json:
        print_json(
            {
                "devices": [asdict(r) for r in reports],
                "cpu": cpu_type(),
                "compiler": asdict(compiler) if compiler else None,
                "renderers": list(renderers),
            }
        )
        return 0
    print("devices")
    for report in reports:
        mark = "yes" if report.usable else "no"
        chosen = "  (used where none is named)" if report.default else ""
        print(f"  {report.name:<7} {mark:<4} {report.note}{chosen}")
    print("\ncompiler for the CPU")
    if compiler:
        print(f"  {compiler.name} {compiler.version}  on {cpu_type()}")
    else:
        print("  none: pip install 'cnnspec[cpu]', or install clang")
    print("\ndrawing")
    for line in renderers:
        print(f"  {line}")
    return 0
