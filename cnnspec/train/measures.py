"""How a network does on a part of the data: losses and metrics of its outputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from ..source import Diagnostic, SpecError
from .experiment import Experiment
from .heads import Head
from .metrics.tables import baseline_note, class_table, largest_share, oriented, unequal
from .registries import METRICS, Metric
from .run import LARGEST
from .task_errors import MetricDoesNotFit, UnknownOutput
from .tasks import ClassTask, Scored

if TYPE_CHECKING:
    import numpy as np

    from .data.targets import Targets
    from .metrics.tables import ClassRow


Axis = Literal["predicted", "actual"]
"""What the rows of a confusion matrix are."""


@dataclass(frozen=True)
class Measured:
    """A metric on the outputs ``of`` which it is, called ``key`` in records."""

    metric: Metric
    of: tuple[str, ...]
    key: str

    @property
    def sign(self) -> float:
        return 1.0 if self.metric.better == "higher" else -1.0


def bound_metrics(experiment: Experiment, heads: Sequence[Head]) -> tuple[Measured, ...]:
    """The metrics of ``experiment`` on its main outputs, or those that go with what they learn; the first one decides
    which epoch is best.

    Raises :class:`SpecError` where one does not fit.
    """
    if not any(metric.scalar for metric in experiment.metrics):
        return _called([(metric, of) for metric in _usual(heads) for of in _fitting(metric, heads)])
    found: list[tuple[Metric, tuple[str, ...]]] = []
    wrong: list[Diagnostic] = []
    for place, metric in enumerate(experiment.metrics):
        if not metric.scalar:
            continue
        try:
            _check_metric(experiment, place, metric, heads)
        except SpecError as error:
            wrong += error.diagnostics
        found += [(metric, of) for of in _fitting(metric, heads)]
    if wrong:
        raise SpecError(wrong)
    return _called(found)


def all_metrics(heads: Sequence[Head]) -> tuple[Measured, ...]:
    """Every metric there is that fits, with its default arguments; shares of right answers first."""
    made = [METRICS.make(name) for name, cls in METRICS.entries.items() if cls.scalar]
    made.sort(key=lambda metric: not metric.percent)
    return _called([(metric, of) for metric in made for of in _fitting(metric, heads)])


def matrix_rows(metrics: Sequence[Metric]) -> Axis:
    """What the rows of confusion matrices are: "predicted", unless a metric ``confusion_matrix(rows = actual)`` says so."""
    turned = any(getattr(metric, "rows", "predicted") == "actual" for metric in metrics)
    return "actual" if turned else "predicted"


def _usual(heads: Sequence[Head]) -> list[Metric]:
    kinds = [head.task.kind for head in heads]
    joint = ["localization"] if {"classes", "boxes"} <= set(kinds) else []
    names = dict.fromkeys([*joint, *(name for head in heads for name in head.task.metrics)])
    return [METRICS.make(name) for name in names]


def _fitting(metric: Metric, heads: Sequence[Head]) -> list[tuple[str, ...]]:
    """The outputs, or groups of them, that ``metric`` can measure."""
    if metric.joint:
        groups = [[h for h in heads if h.task.kind == kind] for kind in metric.kinds]
        return [tuple(group[0].output for group in groups)] if all(groups) else []
    return [
        (head.output,)
        for head in heads
        if head.task.kind in metric.kinds and metric.of in (None, head.output) and _suits(metric, head)
    ]


def _suits(metric: Metric, head: Head) -> bool:
    from ..ir import OpError

    try:
        metric.check(head.task)
    except OpError:
        return False
    return True


def _check_metric(experiment: Experiment, place: int, metric: Metric, heads: Sequence[Head]) -> None:
    """Raise :class:`SpecError` where no output fits the metric, or its arguments do not."""
    from ..ir import OpError
    from ..source import did_you_mean

    section, names = f"metrics.{place}", [head.output for head in heads]
    if metric.of is not None and metric.of not in names:
        hints = did_you_mean(metric.of, names)
        if any(output.name == metric.of for output in experiment.graph.outputs):
            hints = (f"'{metric.of}' is auxiliary: it is there in training only, and not measured",)
        model = experiment.graph.name
        problem = UnknownOutput(call=metric.call_name, name=metric.of, model=model, hints=hints)
        raise experiment.located(section, problem, "of")
    of_kind = [h for h in heads if h.task.kind in metric.kinds and metric.of in (None, h.output)]
    missing = [kind for kind in metric.kinds if kind not in {h.task.kind for h in heads}]
    if not of_kind or (metric.joint and missing):
        about = [head for head in heads if metric.of in (None, head.output)]
        raise experiment.located(section, _does_not_fit(metric, about))
    if not any(_suits(metric, head) for head in of_kind):
        try:
            metric.check(of_kind[0].task)
        except OpError as error:
            raise experiment.error(section, error) from None


def _does_not_fit(metric: Metric, heads: Sequence[Head]) -> MetricDoesNotFit:
    kinds = list(dict.fromkeys(head.task.kind for head in heads))
    usable = [n for n, cls in METRICS.entries.items() if set(cls.kinds) & set(kinds) and not cls.joint]
    return MetricDoesNotFit(
        metric=metric.call_name,
        wanted=(" and " if metric.joint else " or ").join(metric.kinds),
        learner="the network" if metric.of is None else f"'{metric.of}'",
        found=" and ".join(kinds),
        hints=(f"metrics for {' and '.join(kinds)}: {', '.join(sorted(usable))}",),
    )


def _called(found: Sequence[tuple[Metric, tuple[str, ...]]]) -> tuple[Measured, ...]:
    """Each with a name of its own: with the output's before it where several outputs have the same metric."""
    found = list(dict.fromkeys(found))
    keys = [metric.key for metric, _ in found]
    named = [
        Measured(metric, of, f"{of[0]}_{metric.key}" if keys.count(metric.key) > 1 else metric.key)
        for metric, of in found
    ]
    return tuple({each.key: each for each in named}.values())


@dataclass(frozen=True)
class Measures:
    """How a network does on a part. ``values`` holds ``loss``, the share of the largest class where classes are unequal,
    and the metrics by name (None where one is not defined); ``scored`` what it says on each image, by output."""

    images: int
    values: Mapping[str, float | None]
    scored: Mapping[str, Scored]
    percents: frozenset[str]
    notes: tuple[str, ...] = ()

    def summary(self) -> dict[str, Any]:
        return {"images": self.images, **self.values}

    @property
    def of_classes(self) -> Scored | None:
        """What is said of the first output that learns classes."""
        return next((s for s in self.scored.values() if s.task.kind == "classes"), None)

    @property
    def tables(self) -> dict[str, tuple[ClassRow, ...]]:
        """An entry a class or label, by output."""
        return {
            name: class_table(s) for name, s in self.scored.items() if s.task.kind in ("classes", "labels")
        }

    def as_json(self, rows: Axis = "predicted") -> dict[str, Any]:
        """An object of plain values. Confusion matrices are lists, ``rows`` says of what; with one output its table and
        matrix stand at the top."""
        tables = self.tables
        outputs = {name: _as_json(name, s, tables, rows) for name, s in self.scored.items()}
        inner = next(iter(outputs.values())) if len(outputs) == 1 else {"outputs": outputs}
        return {**self.summary(), **inner, "notes": list(self.notes)}


def matrix_json(scored: Scored, rows: Axis) -> dict[str, Any]:
    """The confusion matrix as lists, and what its rows and columns are."""
    matrix, columns = oriented(scored, rows)
    return {"confusion_matrix": matrix.tolist(), "confusion_matrix_axes": [rows, columns]}


def _as_json(
    name: str, scored: Scored, tables: Mapping[str, Sequence[ClassRow]], rows: Axis
) -> dict[str, Any]:
    found: dict[str, Any] = {"learns": scored.task.kind}
    if name in tables:
        found[scored.task.kind] = [asdict(row) for row in tables[name]]
    if scored.task.kind == "classes":
        found |= matrix_json(scored, rows)
    return found


def measure(
    outputs: Mapping[str, np.ndarray],
    targets: Targets,
    heads: Sequence[Head],
    metrics: Sequence[Measured],
    device: str,
) -> Measures:
    """Measures of raw ``outputs`` (N, K) of the main heads on images with ``targets``, as the network sees them."""
    from .steps import mean_losses

    encoded = {head.output: head.task.encoded(targets) for head in heads}
    losses = mean_losses(heads, outputs, encoded, device)
    scored = {head.output: head.task.scored(outputs[head.output], targets) for head in heads}
    values: dict[str, float | None] = {"loss": sum(losses.values())}
    if len(heads) > 1:
        values.update({f"loss_{name}": value for name, value in losses.items()})
    return measures_of(scored, metrics, values)


def measures_of(
    scored: Mapping[str, Scored],
    metrics: Sequence[Measured],
    losses: Mapping[str, float | None] | None = None,
) -> Measures:
    """Measures of what is said on images, by output, whoever says it; ``losses`` stand before them."""
    values = {**(losses or {}), **{m.key: m.metric.compute(*(scored[n] for n in m.of)) for m in metrics}}
    values, notes = _with_largest(values, scored, metrics)
    percents = frozenset((LARGEST, *(m.key for m in metrics if m.metric.percent)))
    return Measures(len(next(iter(scored.values()))), values, scored, percents, tuple(notes))


def _with_largest(
    values: dict[str, float | None], scored: Mapping[str, Scored], metrics: Sequence[Measured]
) -> tuple[dict[str, float | None], list[str]]:
    """The share of the largest class beside the accuracy, where classes are unequal; and what there is to say of it."""
    for found in metrics:
        about = scored[found.of[0]]
        accuracy = values.get(found.key)
        if found.metric.call_name != "accuracy" or not isinstance(about.task, ClassTask) or accuracy is None:
            continue
        if not len(about) or not unequal(about.truth, about.task.classes):
            continue
        number, share = largest_share(about.truth)
        told: dict[str, float | None] = {}
        for key, value in values.items():
            told[key] = value
            if key == found.key:
                told[LARGEST] = share
        # Of data of a single class there is nothing to compare with.
        note = baseline_note(accuracy, about.task.names[number], share) if share < 1 else None
        return told, [note] if note else []
    return values, []
