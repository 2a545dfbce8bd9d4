"""The setting of one or two parameters that is best and satisfies all constraints. Every setting that is told of was
built and measured. What is sought is a parameter that varies, or a quantity: params, macs, flops,
memory(batch = 32), layers, depth, resolution, receptive_field. Constraints are written as those of 'assert' in a spec;
what the spec itself asserts must hold too.

All settings are tried where that takes at most about ten seconds. Else some are: along a parameter with which every figure
rises or falls, the edge of what is allowed is found by bisection; the neighbours of the best are tried; and the result is
called the best of those tried. With two parameters, the best of each value of the first is told.

A parameter is bounded by --vary. A name that both a parameter and a quantity have is the parameter after --vary,
--maximise and --minimise, the quantity in a claim; with brackets, as in depth(), it is the quantity everywhere. Of a
receptive field or resolution the smaller side is sought; a shape cannot be.

cnnspec solve net.cnn --vary width=16..256 --maximise width \\
    --subject-to "params <= 1M"
cnnspec solve resnet50 --vary size=64..512:32 --maximise resolution \\
    --subject-to "macs <= 3G"
cnnspec solve net.cnn --vary width=16..256:8 --vary depth=1..20 --maximise macs \\
    --subject-to "memory(batch = 128) <= 8GB" -o front.png

Exit code 0 where there is such a setting, 3 where none was found; 1 means that something is wrong with the spec or
with what is asked."""

from __future__ import annotations

import argparse
import errno
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import get_terminal_size
from textwrap import wrap
from typing import TextIO

from ..analyses.quantities import Setting as Training
from ..elaborate import Module, open_target
from ..ir import Graph
from ..source import Diagnostic, Note, Span, SpecError, writing
from ..studies.errors import NoNetworks, NoSolution
from ..studies.problem import Wish, problem_of
from ..studies.report import course, frontier_table, headline, named, nearest
from ..studies.search import Point, Problem, Search, Subject
from ..studies.strategy import Budget, solve
from .output import add_spec, fail, not_empty, print_json, sections
from .stages import has_experiment

_MOST_ROWS = 24
_MOST_CAUSES = 3
_NO_SOLUTION = 3


def add_arguments(command: argparse.ArgumentParser) -> None:
    add_spec(command)
    command.add_argument(
        "--vary", metavar="NAME=FROM..TO", action="append", required=True, type=not_empty,
        help="a parameter of the model and its values: width=16..256, width=16..256:8, depth=[1, 2, 4]; once or twice",
    )  # fmt: skip
    sought = command.add_mutually_exclusive_group(required=True)
    sought.add_argument(
        "--maximise", "--maximize", metavar="WHAT", type=not_empty, help="what is to be large"
    )
    sought.add_argument(
        "--minimise", "--minimize", metavar="WHAT", type=not_empty, help="what is to be small"
    )
    command.add_argument(
        "--subject-to", metavar="CLAIM", action="append", default=[], type=not_empty,
        help='what must hold, such as "params <= 1M"; as often as one likes',
    )  # fmt: skip
    command.add_argument("--json", action="store_true", help="print all settings that were looked at")
    command.add_argument(
        "-o", "--output", metavar="FILE", type=_picture, help="draw the frontier: .png, .svg or .pdf"
    )


def _picture(text: str) -> Path:
    if Path(text).suffix.lower() not in (".png", ".svg", ".pdf"):
        raise argparse.ArgumentTypeError(f"'{text}' must end in .png, .svg or .pdf")
    return Path(text)


def run(options: argparse.Namespace) -> int:
    module = open_target(options.spec, options.overrides, sections)
    sought = options.maximise or options.minimise
    fixed = [name for name, _ in options.overrides]
    wish = Wish(options.vary, sought, options.subject_to, options.maximise is not None, fixed)
    if options.output:
        _check_writable(options.output)
    problem = _problem(module, wish)
    with progress(sys.stderr, problem.settings) as budget:
        search = solve(problem, budget)
    best = search.best
    if options.json:
        print_json(_object(search, wish))
    elif best is not None:
        print(_told(search, best))
    if best is None:
        found = _none(search)
        code = fail(found.diagnostics)
        return _NO_SOLUTION if isinstance(found.diagnostics[0], NoSolution) else code
    if options.output:
        from ..api.frontier import draw_frontier

        draw_frontier(search, options.output)
        print(f"wrote {options.output}", file=sys.stderr if options.json else sys.stdout)
    return 0


def _check_writable(path: Path) -> None:
    """A picture that cannot be written is told before the search."""
    with writing(path):
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if path.is_file() or not path.exists():
            tempfile.TemporaryFile(dir=Path(os.path.realpath(path)).parent).close()


@contextmanager
def progress(stream: TextIO, settings: int) -> Iterator[Budget]:
    """The time that the search may take; on a terminal a line says how far it is once it has taken a second."""
    last, clear = 1.0, ""

    def told(built: int, seconds: float) -> None:
        nonlocal last, clear
        if seconds >= last:
            line = f"{built:,} of {settings:,} settings built, {seconds:.0f} s"
            last, clear = seconds + 0.2, f"\r{' ' * len(line)}\r"
            print(f"\r{line}", end="", file=stream, flush=True)

    try:
        yield Budget(told=told) if stream.isatty() else Budget()
    finally:
        print(clear, end="", file=stream, flush=True)


def _problem(module: Module, wish: Wish) -> Problem:
    """Memory in training is that of the spec's experiment, where it has one, also by what varies."""

    def prepared(varied: Module, graph: Graph) -> Subject:
        if not has_experiment(varied):
            return Subject(graph, Training())
        from ..train.need import setting_of
        from ..train.sections import bound_sections, tuned_graph

        bound = bound_sections(varied)
        return Subject(tuned_graph(varied, graph), setting_of(bound["optimizer"][0], bound["train"][0]))

    return problem_of(module, wish, sections, prepared)


def _none(search: Search) -> SpecError:
    point = search.nearest
    if point is None:
        return _nothing_measured(search)
    claims = " and ".join(claim.text for claim in search.problem.claims)
    hints = (nearest(search, point), *(() if search.is_complete else (course(search),)))
    return SpecError([NoSolution(varied=_varied(search), claims=claims, which=_which(search), hints=hints)])


def _nothing_measured(search: Search) -> SpecError:
    """What no network has that is asked about, or what is wrong everywhere, as it is; else that nothing can be measured, and
    what is wrong with some."""
    networks = [point for point in search.ordered if point.is_network]
    causes: dict[tuple[str, Span | None], tuple[Point, Diagnostic]] = {}
    for point in networks or search.ordered:
        for each in point.error.diagnostics if point.error else ():
            causes.setdefault((each.code, each.span), (point, each))
    wrong = {point.error.diagnostics for point in search.ordered if point.error}
    if networks or len(wrong) == 1:
        return SpecError([each for _, each in causes.values()])
    notes = [Note(f"with {named(search, point)}: {each.text}", each.span) for point, each in causes.values()]
    return SpecError(
        [NoNetworks(varied=_varied(search), which=_which(search), notes=tuple(notes[:_MOST_CAUSES]))]
    )


def _varied(search: Search) -> str:
    return " and ".join(map(str, search.problem.variations))


def _which(search: Search) -> str:
    return "" if search.is_complete else "that was tried "


def _told(search: Search, best: Point) -> str:
    width = max(80, get_terminal_size().columns)
    table = frontier_table(search, _MOST_ROWS, width)
    return "\n".join(
        [headline(search, best), "", table, "", *wrap(course(search), width, break_on_hyphens=False)]
    )


def _object(search: Search, wish: Wish) -> dict[str, object]:
    names = [variation.name for variation in search.problem.variations]

    def told(point: Point) -> dict[str, object]:
        claims = zip(search.problem.claims, point.figures, strict=False)
        figures = {claim.text: figure[0] if len(figure) == 1 else list(figure) for claim, figure in claims}
        own = {
            "setting": dict(zip(names, point.setting, strict=True)),
            "error": point.error.line if point.error else None,
        }
        return own | {
            "objective": point.objective if point.is_measured else None,
            "figures": figures,
            "holds": point.holds,
        }

    best = search.best
    return {
        "objective": wish.objective,
        "best": told(best) if best else None,
        "complete": search.is_complete,
        "bisected": search.bisected,
        "points": [told(point) for point in search.ordered],
    }
