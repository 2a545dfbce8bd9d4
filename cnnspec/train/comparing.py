"""Runs side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..analyses.summary import summarize
from ..ir import show
from ..source import Source
from ..syntax import parse_text, print_expression, tree
from .experiment import Experiment
from .measures import bound_metrics
from .reading import Run
from .records import is_loss, lower_is_better
from .run import LARGEST
from .tasks.base import Task

if TYPE_CHECKING:
    from .baseline.folder import BaselineInfo


TRAINED = "trained parameters"
"""A figure that is shown where some are frozen."""


@dataclass(frozen=True)
class Line:
    """A row of the comparison: a value a run, None where a run has none; ``best`` are the columns of the best value."""

    title: str
    values: tuple[Any, ...]
    best: tuple[int, ...] = ()


@dataclass(frozen=True)
class RunFigures:
    """What is compared of a run, or of a ``baseline``. ``trained_on`` and ``tested_on`` tell images from others."""

    name: str
    figures: Mapping[str, Any]
    measures: Mapping[str, float | None]
    settings: Mapping[str, str]
    tasks: tuple[tuple[str, ...], ...]
    trained_on: str = ""
    tested_on: str = ""
    baseline: bool = False

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
        "parameters": summary.params.total,
        TRAINED: info.parameters,
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
    return RunFigures(
        run.path.name or str(run.path),
        figures,
        measures,
        _settings(run),
        _learnt(run.tasks),
        info.trained_on,
        info.tested_on,
    )


def baseline_figures(path: Path, info: BaselineInfo) -> RunFigures:
    """The figures of a baseline; those that it has nothing to say of are None."""
    parts = (("validation", info.validation), ("test", info.test))
    return RunFigures(
        path.name or str(path),
        {
            "model": info.model,
            "status": "finished",
            "input": show(info.input_shape),
            "parameters": info.parameters,
            "training images": info.images.get("train"),
            "seed": info.seed,
            "seconds": info.seconds,
        },
        {
            f"{part} {_words(k)}": v
            for part, found in parts
            for k, v in (found or {}).items()
            if k != "images"
        },
        {"data": info.data, "features": info.features, "C": f"{info.penalty:g}"},
        _learnt(info.tasks),
        info.trained_on,
        info.tested_on,
        baseline=True,
    )


def _learnt(tasks: Sequence[Task]) -> tuple[tuple[str, ...], ...]:
    return tuple((task.output, task.kind, *task.known_names) for task in tasks)


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
    networks = [run for run in runs if not run.baseline]
    titles = dict.fromkeys(key for run in (*networks, *runs) for key in run.figures)
    if all(run.figures.get(TRAINED) in (None, run.figures.get("parameters")) for run in runs):
        titles.pop(TRAINED, None)
    lines = [Line(key, tuple(run.figures.get(key) for run in runs)) for key in titles]
    for key in dict.fromkeys(key for run in networks or runs for key in run.measures):
        values = [run.measures.get(key) for run in runs]
        lines.append(_measured(key, values) if _fair(key, runs) else Line(key, tuple(values)))
    return [*lines, *_differing(runs, networks), *_differing(runs, [run for run in runs if run.baseline])]


def _differing(runs: Sequence[RunFigures], among: Sequence[RunFigures]) -> list[Line]:
    """The settings that differ ``among`` some of the runs."""
    keys = dict.fromkeys(key for run in among for key in run.settings)
    differing = [key for key in keys if len({run.settings.get(key) for run in among}) > 1]
    return [Line(k, tuple(run.settings.get(k) if run in among else None for run in runs)) for k in differing]


def _fair(key: str, runs: Sequence[RunFigures]) -> bool:
    """Whether a measure can be compared: where all learn the same, a loss by the same loss, and a baseline on the same
    images."""
    networks = [run for run in runs if not run.baseline]
    if is_loss(_name(key)):
        return all((run.tasks, run.losses) == (networks[0].tasks, networks[0].losses) for run in networks)
    if len(networks) == len(runs):
        return all(run.tasks == runs[0].tasks for run in runs)
    part = "trained_on" if key.startswith("validation ") else "tested_on"
    alike = {(getattr(run, part), tuple(task[1:] for task in run.tasks)) for run in runs}
    return len(alike) == 1 and all(getattr(run, part) for run in runs)


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
