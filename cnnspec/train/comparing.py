"""Runs side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..analyses.summary import summarize
from ..ir import show
from ..source import Source
from ..syntax import parse_text, print_expression, tree
from .experiment import Experiment
from .measures import bound_metrics
from .reading import Run
from .records import is_loss, lower_is_better
from .run import LARGEST


@dataclass(frozen=True)
class Line:
    """A row of the comparison: a value a run, None where a run has none; ``best`` are the columns of the best value."""

    title: str
    values: tuple[Any, ...]
    best: tuple[int, ...] = ()


@dataclass(frozen=True)
class RunFigures:
    """What is compared of a run."""

    name: str
    figures: Mapping[str, Any]
    measures: Mapping[str, float | None]
    settings: Mapping[str, str]
    tasks: tuple[tuple[str, ...], ...]

    @property
    def losses(self) -> dict[str, str]:
        """What the loss is, by which its values can be compared."""
        return {key: value for key, value in self.settings.items() if key.split(".")[0] == "loss"}


def run_figures(run: Run, experiment: Experiment) -> RunFigures:
    """The figures of a run: of its network, of its best epoch and of its test."""
    info, best = run.info, run.info.best or {}
    summary = summarize(experiment.graph)
    speeds = sorted(s for r in run.records if (s := r.get("images_per_second")))
    figures = {
        "model": info.model,
        "status": info.status,
        "input": show(info.input_shape),
        "parameters": info.parameters,
        "multiply-adds": summary.macs,
        "training images": info.images.get("train"),
        "seed": info.seed,
        "epochs": len(run.records),
        "best epoch": best.get("epoch"),
        "device": info.device,
        "seconds": info.seconds,
        "images a second": speeds[len(speeds) // 2] if speeds else None,
    }
    measures = {f"validation {_words(k[4:])}": v for k, v in best.items() if k.startswith("val_")}
    measures |= {f"test {_words(k)}": v for k, v in (info.test or {}).items() if k != "images"}
    tasks = tuple((task.output, task.kind, *task.known_names) for task in run.tasks)
    return RunFigures(run.path.name or str(run.path), figures, measures, _settings(run), tasks)


def _words(key: str) -> str:
    return key.replace("_", " ")


def _settings(run: Run) -> dict[str, str]:
    """Every argument of the resolved spec's sections, by its dotted name."""
    text = run.spec.read_text(encoding="utf-8")
    found: dict[str, str] = {}
    for section in parse_text(Source(str(run.spec), text)).sections:
        found |= _arguments(section.name, section.arguments)
        if section.form == "list":
            found[section.name] = "  ".join(map(_call, section.calls))
            continue
        for call in section.calls:
            found[section.name] = call.name
            found |= _arguments(section.name, call.arguments)
    return found


def _call(call: tree.Call) -> str:
    return print_expression(call).removesuffix("()")


def _arguments(name: str, arguments: Sequence[tree.Argument]) -> dict[str, str]:
    return {f"{name}.{a.name}": print_expression(a.value) for a in arguments}


def compared_lines(runs: Sequence[RunFigures]) -> list[Line]:
    """Figures of all; then measures, the best marked where the runs learn the same (losses: by the same loss); then what
    differs in the specs."""
    same = all(run.tasks == runs[0].tasks for run in runs)
    same_loss = same and all(run.losses == runs[0].losses for run in runs)
    lines = [Line(key, tuple(run.figures[key] for run in runs)) for key in runs[0].figures]
    keys = dict.fromkeys(key for run in runs for key in run.measures)
    for key in keys:
        values = [run.measures.get(key) for run in runs]
        fair = same_loss if is_loss(_name(key)) else same
        lines.append(_measured(key, values) if fair else Line(key, tuple(values)))
    settings = dict.fromkeys(key for run in runs for key in run.settings)
    for key in settings:
        told = tuple(run.settings.get(key) for run in runs)
        if len(set(told)) > 1:
            lines.append(Line(key, told))
    return lines


def _measured(key: str, values: list[float | None]) -> Line:
    there = [v for v in values if v is not None]
    sign = -1.0 if lower_is_better(_name(key)) else 1.0
    if len(there) < 2 or key.endswith(_words(LARGEST)) or len(set(there)) == 1:
        return Line(key, tuple(values))
    top = max(sign * v for v in there)
    return Line(
        key, tuple(values), tuple(i for i, v in enumerate(values) if v is not None and sign * v == top)
    )


def _name(key: str) -> str:
    """The measure of a row, "validation box iou", as records call it."""
    return key.split(" ", 1)[1].replace(" ", "_")


def first_measure(experiment: Experiment, run: Run) -> str:
    """What decides which epoch of a run is best, as its records call it."""
    from .heads import Head

    heads = [Head(task.output, task, ()) for task in run.tasks]
    metrics = bound_metrics(experiment, heads)
    return metrics[0].key if metrics else "loss"
