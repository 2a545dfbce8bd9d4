"""Codes are printed with every diagnostic, as in error[unknown-layer]. Without a code, all are listed."""

from __future__ import annotations

import argparse
import inspect
from importlib import import_module
from pkgutil import walk_packages

from ..source import Diagnostic, Source, Span, SpecError, did_you_mean
from ..source.diagnostics import UnknownCode


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("code", metavar="CODE", nargs="?", help="a diagnostic's code, such as unknown-layer")


def run(options: argparse.Namespace) -> int:
    catalogue = load_catalogue()
    if options.code is None:
        width = max(map(len, catalogue))
        for code in sorted(catalogue):
            print(f"{code:<{width}}  {_first_sentence(catalogue[code])}")
        return 0
    if options.code not in catalogue:
        span = Span(Source("<command line>", options.code), 0, len(options.code))
        raise SpecError(
            [UnknownCode(name=options.code, span=span, hints=did_you_mean(options.code, catalogue))]
        )
    print(_entry(catalogue[options.code]))
    return 0


def load_catalogue() -> dict[str, type[Diagnostic]]:
    """All diagnostics by code: every module of the package whose name ends in ``errors`` is imported."""
    import cnnspec

    for module in walk_packages(cnnspec.__path__, "cnnspec."):
        if module.name.endswith("errors"):
            import_module(module.name)
    return {code: d for code, d in Diagnostic.catalogue.items() if d.__module__.startswith("cnnspec.")}


def _first_sentence(diagnostic: type[Diagnostic]) -> str:
    return " ".join((inspect.getdoc(diagnostic) or "").split("\n\n")[0].split())


def _entry(diagnostic: type[Diagnostic]) -> str:
    about = (inspect.getdoc(diagnostic) or "").replace("``", "`")
    parts = [f"{diagnostic.severity}[{diagnostic.code}]", "", about]
    for title, example in (("Wrong:", diagnostic.bad), ("Right:", diagnostic.good)):
        if example:
            parts += ["", title, *(f"    {line}" for line in inspect.cleandoc(example).splitlines())]
    return "\n".join(parts)
