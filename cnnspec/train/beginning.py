"""What a run says of itself as it begins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..ir import size
from .checks import remarks
from .data.dataset import Splits
from .data.identity import identities
from .data.pictures import broken_text
from .experiment import Experiment
from .heads import described, main_heads
from .lowering import Lowering
from .measures import bound_metrics
from .opening import Opened, batch_size
from .reporter import Plan
from .resolve import steps_text
from .run import ResolvedSpec, RunFolder, RunInfo, versions
from .tasks.saving import as_plain


def about(spec: Mapping[str, str], opened: Opened, lowering: Lowering) -> dict[str, Any]:
    """What a run that is gone on with is compared with."""
    return {
        "spec": dict(spec),
        "data": identities(opened.data.splits),
        "devices": list(opened.devices),
        "versions": versions(),
        "passes": list(lowering.passes),
    }


def run_info(experiment: Experiment, spec: ResolvedSpec, opened: Opened) -> RunInfo:
    """What ``run.json`` says at first."""
    graph, settings, splits = experiment.graph, experiment.settings, opened.data.splits
    heads, normalization = opened.heads, opened.data.normalization
    batch = batch_size(experiment, splits)
    weights = opened.weights
    notes = [*(weights.notes if weights else ()), *remarks(experiment, heads, splits)]
    if batch < settings.batch:
        notes.append(f"there are only {batch} training images, so batches have {batch}, not {settings.batch}")
    return RunInfo(
        model=graph.name,
        spec=spec.main,
        base=str(spec.base.resolve()),
        device=opened.devices[0],
        devices=len(opened.devices),
        seed=settings.seed,
        epochs=settings.epochs,
        batch=batch,
        tasks=tuple(as_plain(head.task) for head in main_heads(heads)),
        input_shape=graph.input_shape,
        mean=normalization.mean,
        std=normalization.std,
        parameters=sum(size(p.shape) for node in graph.nodes for p in node.parameters if p.trainable),
        images={"train": len(splits.train), "validation": len(splits.validation), "test": len(splits.test)},
        versions=versions(),
        notes=notes,
        trained_on=splits.train.fingerprint,
        tested_on=splits.test.fingerprint,
        weights=weights.about if weights else None,
    )


def plan_of(experiment: Experiment, folder: RunFolder, opened: Opened) -> Plan:
    info, main = folder.info, main_heads(opened.heads)
    metrics = bound_metrics(experiment, main)
    train, validation, test = info.images.values()
    training, evaluation = opened.data.training.steps, opened.data.splits.train.prepared_by.steps
    return Plan(
        model=info.model,
        device=info.device if info.devices == 1 else f"{info.devices} x {info.device}",
        parameters=info.parameters,
        images=(train, validation, test),
        epochs=info.epochs,
        steps=-(-train // info.batch),
        batch=info.batch,
        folder=str(folder.path),
        steps_of=(steps_text(training), steps_text(evaluation)),
        learns=tuple(map(described, main)),
        percents=frozenset(m.key for m in metrics if m.metric.percent),
    )


def skipped_note(splits: Splits) -> str | None:
    """A remark on broken images that were left out, the first few by name."""
    return f"{broken_text(splits.skipped)}, left out" if splits.skipped else None
