"""``train``: from an experiment to a finished run folder."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..ir import size
from ..source import SpecError
from .checks import check_mixing, check_training, need_data, remarks
from .closing import close
from .data.dataset import Splits
from .data.normalization import Normalization, normalization_of
from .data.pictures import broken_text
from .data.places import relative_to
from .devices import open_device
from .experiment import Experiment
from .files import check_free
from .heads import Head, check_heads, check_reach, described, known_of, main_heads, make_heads
from .interrupt import Interrupted
from .loop import Images, Loop, TrainingState, data_errors, memory_errors
from .lowering import Lowering, compiling
from .measures import Measures, bound_metrics, matrix_rows
from .pipeline.plan import Pipeline
from .preparation import check_engine, prepare, prepared_splits
from .reporter import Plan, Reporter
from .resolve import steps_text
from .run import RunFolder, RunInfo, checkpoint, versions
from .tasks.saving import as_plain


@dataclass(frozen=True)
class ResolvedSpec:
    """What goes into ``RUN/spec``: file names and texts, the ``main`` one among them.

    ``base`` is the folder that relative data paths start from.
    """

    files: Mapping[str, str]
    main: str
    base: Path


@dataclass(frozen=True)
class Outcome:
    """A finished run. ``test`` is None where the data has no test images."""

    folder: Path
    best: Mapping[str, float]
    test: Measures | None


def train(
    experiment: Experiment,
    spec: ResolvedSpec,
    out: Path | None = None,
    device: str | None = None,
    reporter: Reporter | None = None,
    lowering: Lowering | None = None,
    splits: Splits | None = None,
) -> Outcome:
    """Train, keep the best epoch, measure it on the test split, write the run folder.

    ``splits`` is what the data source gave, where it was read already. Raises :class:`SpecError` where something is
    wrong, :class:`Interrupted` after Ctrl-C.
    """
    reporter = reporter or Reporter()
    try:
        return _train(experiment, spec, out, device, reporter, lowering or Lowering(), splits)
    except KeyboardInterrupt:
        raise Interrupted() from None
    finally:
        reporter.close()


def _train(
    experiment: Experiment,
    spec: ResolvedSpec,
    out: Path | None,
    device: str | None,
    reporter: Reporter,
    lowering: Lowering,
    splits: Splits | None,
) -> Outcome:
    started = time.perf_counter()
    need_data(experiment, "train on")
    check_engine()
    check_heads(experiment, None)
    check_free(out)
    reporter.phase("opening the device")
    device = open_device(device)
    reporter.phase("reading the data")
    data = load_data(experiment, spec.base, splits)
    splits, heads = data.splits, heads_of(experiment, data.splits)
    info = run_info(experiment, spec, device, data, heads)
    info.notes += [note for note in (lowering.note, skipped_note(splits)) if note]
    folder = RunFolder(out, info, spec.files)
    reporter.plan(_plan(experiment, folder, data, heads))
    for note in folder.info.notes:
        reporter.note(note)
    try:
        with compiling(lowering, reporter):
            return _run(experiment, data, heads, folder, reporter, started, lowering)
    except BaseException as error:
        folder.info.status = (
            "interrupted" if isinstance(error, (Interrupted, KeyboardInterrupt)) else "failed"
        )
        with contextlib.suppress(SpecError):  # the first error is the one to show
            close(folder, started, None)
        raise


@dataclass(frozen=True)
class LoadedData:
    """The parts as the network takes them, what is done to training images, and the normalization of all."""

    splits: Splits
    training: Pipeline
    normalization: Normalization


def load_data(experiment: Experiment, base: Path, splits: Splits | None = None) -> LoadedData:
    """The experiment's data, read unless ``splits`` has it.

    Normalization is measured on its training images where the spec does not give it.
    """
    source, shape = need_data(experiment, "train on"), experiment.graph.input_shape
    preparation = prepare(experiment)
    if splits is None:
        with data_errors(experiment), relative_to(base):
            splits = source.load(shape, experiment.settings.seed)
    splits = prepared_splits(experiment, preparation, splits)
    with data_errors(experiment):
        return LoadedData(splits, preparation.training, normalization_of(preparation.training, splits.train))


def heads_of(experiment: Experiment, splits: Splits) -> tuple[Head, ...]:
    """What each output learns of the data; raises :class:`SpecError` where that does not fit."""
    check_training(experiment, splits)
    heads = make_heads(experiment, known_of(splits))
    check_mixing(experiment, heads)
    check_reach(experiment, heads, splits)
    bound_metrics(experiment, main_heads(heads))
    return heads


def skipped_note(splits: Splits) -> str | None:
    """A remark on broken images that were left out, the first few by name."""
    return f"{broken_text(splits.skipped)}, left out" if splits.skipped else None


def run_info(
    experiment: Experiment, spec: ResolvedSpec, device: str, data: LoadedData, heads: Sequence[Head]
) -> RunInfo:
    graph, settings, splits = experiment.graph, experiment.settings, data.splits
    batch = min(settings.batch, len(splits.train))
    notes = remarks(experiment, heads, splits)
    if batch < settings.batch:
        notes.append(f"there are only {batch} training images, so batches have {batch}, not {settings.batch}")
    return RunInfo(
        model=graph.name,
        spec=spec.main,
        base=str(spec.base.resolve()),
        device=device,
        seed=settings.seed,
        epochs=settings.epochs,
        batch=batch,
        tasks=tuple(as_plain(head.task) for head in main_heads(heads)),
        input_shape=graph.input_shape,
        mean=data.normalization.mean,
        std=data.normalization.std,
        parameters=sum(size(p.shape) for node in graph.nodes for p in node.parameters if p.trainable),
        images={"train": len(splits.train), "validation": len(splits.validation), "test": len(splits.test)},
        versions=versions(),
        notes=notes,
        trained_on=splits.train.fingerprint,
    )


def _plan(experiment: Experiment, folder: RunFolder, data: LoadedData, heads: Sequence[Head]) -> Plan:
    info, main = folder.info, main_heads(heads)
    metrics = bound_metrics(experiment, main)
    train, validation, test = info.images.values()
    return Plan(
        model=info.model,
        device=info.device,
        parameters=info.parameters,
        images=(train, validation, test),
        epochs=info.epochs,
        steps=-(-train // info.batch),
        batch=info.batch,
        folder=str(folder.path),
        steps_of=(steps_text(data.training.steps), steps_text(data.splits.train.prepared_by.steps)),
        learns=tuple(map(described, main)),
        percents=frozenset(m.key for m in metrics if m.metric.percent),
    )


def _run(
    experiment: Experiment,
    data: LoadedData,
    heads: Sequence[Head],
    folder: RunFolder,
    reporter: Reporter,
    started: float,
    lowering: Lowering,
) -> Outcome:
    splits = data.splits
    with memory_errors(experiment, folder.info.device, folder.info.batch):
        loop = build_loop(experiment, data, heads, folder, reporter, lowering)
    loop.run()
    folder.info.status = "finished"
    test = _test(loop, reporter) if len(splits.test) else None
    close(folder, started, test, matrix_rows(experiment.metrics))
    return Outcome(folder.path, dict(folder.info.best or {}), test)


def build_loop(
    experiment: Experiment,
    data: LoadedData,
    heads: Sequence[Head],
    folder: RunFolder,
    reporter: Reporter,
    lowering: Lowering | None = None,
) -> Loop:
    """Network, optimizer and steps, ready to run."""
    from tinygrad import Tensor

    from ..backends.tinygrad import lower
    from .pipeline.device import DevicePart
    from .pipeline.feed import Feed
    from .pipeline.settling import settled, settled_part
    from .steps import EvaluationStep, Scaler, TrainingStep

    info, settings = folder.info, experiment.settings
    Tensor.manual_seed(settings.seed)
    passes = (lowering or Lowering()).passes
    module = lower(experiment.graph, settings.seed, info.device, passes)
    optimizer = experiment.optimizer.build(module.trainable)
    scaler = Scaler(data.normalization, info.device)
    train, pipeline = settled(data.splits.train, data.training)
    pipeline = pipeline.placed(info.device.partition(":")[0] == "CPU", train.one_size)
    feed = Feed(train, pipeline, info.batch, settings.workers)
    part = DevicePart(pipeline, info.batch, info.device)
    step = TrainingStep(module, optimizer, heads, scaler, feed.empty(), part)
    evaluation = EvaluationStep(module, scaler, info.batch, settings.workers)
    splits = replace(data.splits, train=train, validation=settled_part(data.splits.validation))
    return Loop(
        experiment,
        splits,
        heads,
        TrainingState(module, optimizer),
        step,
        evaluation,
        Images(feed, part),
        folder,
        reporter,
    )


def _test(loop: Loop, reporter: Reporter) -> Measures:
    from .reading import read_weights

    reporter.phase("testing the best epoch")
    loop.state.module.load_state(read_weights(loop.folder.path / checkpoint("best")))
    with data_errors(loop.experiment):
        test = loop.evaluate(loop.splits.test)
    loop.folder.info.test = test.summary()
    return test
