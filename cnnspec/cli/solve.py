"""The setting of one or two parameters that is best and satisfies all constraints. Every setting that is told of was
built and measured. What is sought is a parameter that varies, or a quantity: params, macs, flops,
memory(batch = 32), layers, depth, resolution, receptive_field, shape. Constraints are written as those of 'assert' in a
spec.

Where figures rise or fall with a parameter all along, the edge of what is allowed is found by bisection; else all settings
are tried. With two parameters, the second is searched for each value of the first, and the best of each is told.

cnnspec solve net.cnn --vary width=16..256 --maximise width --subject-to "params <= 1M"
cnnspec solve resnet50 --vary size=64..512:32 --maximise resolution --subject-to "macs <= 3G"
cnnspec solve net.cnn --vary width=16..256:8 --vary depth=1..20 --maximise macs \\
    --subject-to "memory(batch = 128) <= 8GB" -o front.png

Exit code 0 where there is such a setting, 1 where there is none."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..analyses.quantities import Setting as Training
from ..elaborate import Module, open_target
from ..source import SpecError
from ..studies.errors import NoSolution
from ..studies.problem import Wish, problem_of
from ..studies.search import Point, Problem, Search, solve
from .lint import has_experiment
from .output import add_spec, not_empty, print_json, sections

_MOST_ROWS = 24


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
    wish = Wish(options.vary, sought, options.subject_to, options.maximise is not None)
    search = solve(_problem(module, wish))
    best = search.best
    if options.json:
        print_json(_object(search, wish))
    elif best is not None:
        print(_told(search, wish, best))
    if best is None:
        raise _none(search, wish)
    if options.output:
        from ..api.frontier import draw_frontier

        draw_frontier(search, wish, options.output)
        print(f"wrote {options.output}")
    return 0


def _problem(module: Module, wish: Wish) -> Problem:
    """Memory in training is that of the spec's experiment, where it has one."""
    if not has_experiment(module):
        return problem_of(module, wish, sections, Training())
    from ..train.need import setting_of
    from ..train.sections import bound_sections, tuned_graph

    bound = bound_sections(module)
    setting = setting_of(bound["optimizer"][0], bound["train"][0])
    return problem_of(module, wish, sections, setting, tuned_graph)


def _none(search: Search, wish: Wish) -> SpecError:
    networks = [point for point in search.ordered if point.is_network]
    if not networks:
        search.problem.build(search.ordered[0].setting)  # says what is wrong with it
    varied = " and ".join(map(str, search.problem.variations))
    claims = " and ".join(claim.text for claim in search.problem.claims)
    nearest = min(networks, key=lambda point: _excess(search, point))
    hint = f"at {_setting(search, nearest)}: {', '.join(_cells(search, nearest)[1:])}"
    return SpecError([NoSolution(varied=varied, claims=claims, hints=(hint,))])


def _excess(search: Search, point: Point) -> float:
    """How far the figures are from their bounds, as shares of these."""
    claims = search.problem.claims
    return sum(
        abs(number - bound) / (bound or 1)
        for claim, figure in zip(claims, point.figures, strict=True)
        if not claim.holds(figure)
        for number, bound in zip(figure, claim.bound * len(figure), strict=False)
    )


def _setting(search: Search, point: Point) -> str:
    names = (variation.name for variation in search.problem.variations)
    return ", ".join(f"{name} = {value}" for name, value in zip(names, point.setting, strict=True))


def _cells(search: Search, point: Point) -> list[str]:
    """What is sought, and the figure of each constraint."""
    figures = (
        f"{claim.node.measure.name} {' x '.join(f'{n:,}' for n in figure)}"
        for claim, figure in zip(search.problem.claims, point.figures, strict=True)
    )
    return [f"{point.objective:,}", *figures]


def _told(search: Search, wish: Wish, best: Point) -> str:
    from ..studies.report import frontier_table

    lines = [
        f"{_setting(search, best)}: {'largest' if wish.largest else 'smallest'} {wish.objective}, {best.objective:,}"
    ]
    return "\n".join([*lines, "", frontier_table(search, wish.objective, _MOST_ROWS), "", _how(search)])


def _how(search: Search) -> str:
    """How it was looked for, and what that means for the result."""
    broken = [point for point in search.ordered if not point.is_network]
    number = len(search.points)
    text = f"{number:,} settings built"
    if search.bisected:
        text += "; the edges found by bisection, as every figure rises or falls all along at those"
    if search.thinned:
        text += "; of so many values only some at equal distances were tried"
    if broken:
        text += f"; {len(broken):,} of them are no network, such as {_setting(search, broken[0])}: {broken[0].reason}"
    return text


def _object(search: Search, wish: Wish) -> dict[str, object]:
    names = [variation.name for variation in search.problem.variations]

    def told(point: Point) -> dict[str, object]:
        claims = zip(search.problem.claims, point.figures, strict=False)
        figures = {claim.text: figure[0] if len(figure) == 1 else list(figure) for claim, figure in claims}
        own = {"setting": dict(zip(names, point.setting, strict=True)), "error": point.reason or None}
        return own | {"objective": point.objective, "figures": figures, "holds": point.holds}

    best = search.best
    return {
        "objective": wish.objective,
        "best": told(best) if best else None,
        "bisected": search.bisected,
        "thinned": search.thinned,
        "points": [told(point) for point in search.ordered],
    }
