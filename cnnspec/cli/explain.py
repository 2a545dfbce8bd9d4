"""CODE is printed with every diagnostic, as in error[unknown-layer]. Without
anything, all codes are listed.

SPEC is a file or a name of the zoo. PATH is a layer (stage1.bottleneck2.conv1),
a part (stage1), or the whole network (. or its name, or left out). Every figure
is worked out step by step: the formula, the numbers put in, and the line of the
spec that each number comes from.

cnnspec explain kernel-too-large
cnnspec explain alexnet conv1
cnnspec explain resnet50 stage1.bottleneck1 head
cnnspec explain vgg16 --figures params,macs
cnnspec explain alexnet conv1 conv2 --blank -o exercise.md --answers answers.md"""

from __future__ import annotations

import argparse
import inspect
import sys
from dataclasses import replace
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any

from ..ir.working import FIGURES, Figure
from ..source import Diagnostic, Source, Span, SpecError, did_you_mean
from ..source.catalogue import load_catalogue
from ..source.diagnostics import UnknownCode, nearest_few
from .output import add_overrides, print_json, sections

if TYPE_CHECKING:
    from ..analyses.working.sheet import Sheet

_NETWORKS = 3
"""So many networks whose names are near are told."""
_PAPER = 80
"""Columns of a sheet that is written to a text file."""


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.usage = (
        "cnnspec explain [CODE]\n"
        "       cnnspec explain SPEC [PATH ...] [--figures F,F] [--set NAME=VALUE]\n"
        "                       [--blank] [-o FILE] [--answers FILE] [--json]"
    )
    command.add_argument(
        "subject",
        metavar="CODE|SPEC",
        nargs="?",
        help="a diagnostic's code, such as unknown-layer; or a network: a .cnn or .yaml file, or a zoo name",
    )
    command.add_argument(
        "paths", metavar="PATH", nargs="*", help="layers or parts of SPEC (default: the whole network)"
    )
    command.add_argument(
        "--figures",
        metavar="F,F",
        type=_figures,
        default=FIGURES,
        help=f"which figures, of {', '.join(FIGURES)} (default: all)",
    )
    command.add_argument(
        "--blank", action="store_true", help="an exercise: results are gaps, and the answers stand at the end"
    )
    command.add_argument(
        "-o", "--output", metavar="FILE", type=_output, help="write the sheet to a file: .md or .txt"
    )
    command.add_argument(
        "--answers",
        metavar="FILE",
        type=_output,
        help="with --blank: write the answers to a file of their own, .md or .txt",
    )
    command.add_argument("--json", action="store_true", help="print the steps as objects")
    add_overrides(command)
    _take_paths_anywhere(command)


def _take_paths_anywhere(command: argparse.ArgumentParser) -> None:
    """Paths behind an option are paths too, as in ``explain lenet5 --blank c1``; argparse takes only those in one row."""
    plain = command.parse_known_args

    def parse(arguments: Any = None, namespace: Any = None) -> tuple[argparse.Namespace, list[str]]:
        options, rest = plain(arguments, namespace)
        behind = [each for each in rest if not each.startswith("-")]
        options.paths = [*options.paths, *behind]
        return options, [each for each in rest if each not in behind]

    command.parse_known_args = parse  # type: ignore[method-assign, assignment]


def _figures(text: str) -> tuple[Figure, ...]:
    chosen = []
    for name in text.split(","):
        if (each := name.strip()) not in FIGURES:
            near = did_you_mean(each, FIGURES)
            raise argparse.ArgumentTypeError("; ".join([f"there is no figure '{each}'", *near]))
        chosen.append(each)
    return tuple(figure for figure in FIGURES if figure in chosen)


def _output(text: str) -> Path:
    path = Path(text)
    if path.suffix.lower() not in (".md", ".txt"):
        raise argparse.ArgumentTypeError(f"'{text}' must end in .md or .txt")
    return path


def run(options: argparse.Namespace) -> int:
    _refuse_what_does_not_go_together(options)
    subject = options.subject
    if subject is not None and _is_spec(subject):
        return _explain_network(options)
    used = "a PATH" if options.paths else _options_of_specs(options)
    if not used:
        return _explain_code(subject)
    if subject is None:
        options.command_parser.error(f"{used} goes with a SPEC")
    if subject in load_catalogue():
        options.command_parser.error(f"'{subject}' is a diagnostic's code; {used} goes with a SPEC")
    return _explain_network(options)


def _refuse_what_does_not_go_together(options: argparse.Namespace) -> None:
    said = ""
    if options.json and (options.blank or options.output or options.answers):
        said = "--json prints steps with their results: it has no gaps, and no file"
    elif options.answers and not options.blank:
        said = "--answers goes with --blank: without gaps there are no answers"
    elif options.answers and options.answers == options.output:
        said = f"-o and --answers are one file, '{options.output}'"
    if said:
        options.command_parser.error(said)


def _options_of_specs(options: argparse.Namespace) -> str | None:
    """The first option given that codes have no use for."""
    given = {
        "--blank": options.blank,
        "-o": options.output,
        "--json": options.json,
        "--set": options.overrides,
        "--figures": options.figures != FIGURES,
    }
    return next((name for name, value in given.items() if value), None)


def _is_spec(name: str) -> bool:
    from ..elaborate import zoo_names
    from ..elaborate.modules import SUFFIXES

    head = name.partition("(")[0].strip()
    return head.endswith(SUFFIXES) or head in zoo_names() or "(" in name or _is_other_file(name)


def _is_other_file(name: str) -> bool:
    """A file with another ending, which all commands read as a spec; a code has neither a dot nor a slash."""
    return ("." in name or "/" in name) and Path(name).is_file()


# Networks


def _explain_network(options: argparse.Namespace) -> int:
    from ..analyses.working import find
    from ..analyses.working.writing import sheet, work
    from ..api.graphs import graph_of
    from ..elaborate import open_target
    from ..source import Diagnostics
    from .places import SpecPlaces

    module = open_target(options.subject, options.overrides, sections)
    graph, found, errors = graph_of(module), [], Diagnostics()
    for path in dict.fromkeys(options.paths or (".",)):
        with errors.stage():
            found.append(find(graph, path))
    errors.raise_errors()
    worked = work(graph, found)
    layers = [each.path for each in found if each.node is not None]
    places = SpecPlaces(module, graph, layers, sizes=not (options.blank and "size" in options.figures))
    if options.json:
        from .working_json import as_json

        print_json(as_json(graph, worked, places, options.figures))
        return 0
    return _show(sheet(graph, worked, places, options.figures, options.blank), options)


def _show(sheet: Sheet, options: argparse.Namespace) -> int:
    from ..train.wording import printable
    from . import working_markdown, working_text

    if options.answers:
        _write(options.answers, (working_markdown.answers(sheet), working_text.answers(sheet, _PAPER)))
        sheet = replace(sheet, answers=())
    if options.output:
        _write(options.output, (working_markdown.markdown(sheet), working_text.pages(sheet, _PAPER)))
    else:
        print(working_text.text(sheet, get_terminal_size().columns))
    for file in filter(None, (options.output, options.answers)):
        print(f"wrote {printable(str(file))}", file=sys.stdout if options.output else sys.stderr)
    return 0


def _write(file: Path, forms: tuple[str, str]) -> None:
    """Markdown or text, by the file's ending."""
    from ..source import write_atomically

    write_atomically(file, forms[file.suffix.lower() == ".txt"].encode())


# Codes


def _explain_code(code: str | None) -> int:
    catalogue = load_catalogue()
    if code is not None and code.replace("_", "-") in catalogue:
        code = code.replace("_", "-")  # as specs write the names of lints
    if code is None:
        width = max(map(len, catalogue))
        for each in sorted(catalogue):
            print(f"{each:<{width}}  {_first_sentence(catalogue[each])}")
        return 0
    if code not in catalogue:
        raise SpecError([_unknown(code, catalogue)])
    print(_entry(catalogue[code]))
    return 0


def _unknown(code: str, catalogue: dict[str, type[Diagnostic]]) -> UnknownCode:
    """With the nearest code and the nearest networks, of which either may have been meant."""
    from ..elaborate import zoo_names

    span = Span(Source("<command line>", code), 0, len(code)) if code else None
    networks = nearest_few(code, zoo_names(), _NETWORKS)
    said = [
        *(f"did you mean the code '{each}'?" for each in nearest_few(code, catalogue, 1)),
        "did you mean a network, " + " or ".join(f"'{each}'" for each in networks) + "?" if networks else "",
        _no_file(code),
        "of a network SPEC, 'cnnspec explain SPEC PATH' explains a layer that 'cnnspec summary SPEC' lists, "
        "and 'cnnspec explain SPEC .' the whole",
    ]
    return UnknownCode(name=code, span=span, hints=tuple(filter(None, said)))


def _no_file(name: str) -> str:
    """Why a name is not read as that of a file."""
    if "." in name or "/" in name:
        return "there is no such file; a spec is a file that ends in .cnn or .yaml"
    return f"there is a file of that name: 'cnnspec explain ./{name} .'" if Path(name).is_file() else ""


def _first_sentence(diagnostic: type[Diagnostic]) -> str:
    return " ".join((inspect.getdoc(diagnostic) or "").split("\n\n")[0].split())


def _entry(diagnostic: type[Diagnostic]) -> str:
    about = (inspect.getdoc(diagnostic) or "").replace("``", "`")
    parts = [f"{diagnostic.severity}[{diagnostic.code}]", "", about]
    for title, example in (("Wrong:", diagnostic.bad), ("Right:", diagnostic.good)):
        if example:
            parts += ["", title, *(f"    {line}" for line in inspect.cleandoc(example).splitlines())]
    return "\n".join(parts)
