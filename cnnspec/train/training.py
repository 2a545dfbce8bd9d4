"""``train``: from an experiment to a finished run folder."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ..source import SpecError, remove_leftovers
from .beginning import about, plan_of, run_info, skipped_note
from .closing import close
from .data.dataset import Splits
from .experiment import Experiment
from .failures import data_errors, memory_errors
from .files import check_free, locked
from .interrupt import Interrupted, StopRequest, StopTraining
from .live import LiveFile
from .loop import Loop
from .lowering import Lowering, compiling
from .measures import Measures, matrix_rows
from .opening import Opened, open_all
from .reading import damaged
from .reporter import Plan, Reporter, Reporters
from .run import ResolvedSpec, RunFolder, checkpoint
from .state_file import SavedState


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
    devices: int = 1,
) -> Outcome:
    """Train, keep the best epoch, measure it on the test split, write the run folder.

    ``splits`` is what the data source gave, where it was read already; ``devices`` of the kind of ``device`` share each
    batch. Raises :class:`SpecError` where something is wrong, :class:`Interrupted` after Ctrl-C or SIGTERM.
    """
    lowering = lowering or Lowering()

    def folder_of(opened: Opened) -> tuple[RunFolder, SavedState | None]:
        info = run_info(experiment, spec, opened)
        info.notes += [note for note in (lowering.note, skipped_note(opened.data.splits)) if note]
        return RunFolder.new(out, info, spec.files, about(spec.files, opened, lowering)), None

    with reporting(reporter or Reporter()) as told:
        check_free(out)
        opened = open_all(experiment, spec.base, device, devices, told, splits)
        return run_in(folder_of(opened), experiment, opened, told, lowering)


@contextlib.contextmanager
def reporting(reporter: Reporter) -> Iterator[Reporter]:
    """``reporter``, closed in the end; Ctrl-C as :class:`Interrupted`."""
    try:
        yield reporter
    except KeyboardInterrupt:
        raise Interrupted() from None
    finally:
        reporter.close()


def run_in(
    folder_and_state: tuple[RunFolder, SavedState | None],
    experiment: Experiment,
    opened: Opened,
    reporter: Reporter,
    lowering: Lowering,
) -> Outcome:
    """Train in a folder, from the beginning or from a saved state, and finish it."""
    folder, saved = folder_and_state
    with locked(folder.path), contextlib.closing(LiveFile(folder.path, reporter.note)) as live:
        remove_leftovers(folder.path)
        folder.write_info()
        told = Reporters([reporter, live])
        try:
            with interruptible(folder) as stop, compiling(lowering, told):
                _tell_plan(told, plan_of(experiment, folder, opened), folder, saved)
                return _run(experiment, opened, folder, saved, told, lowering, stop)
        except BaseException as error:
            folder.info.status = "interrupted" if isinstance(error, Interrupted) else "failed"
            folder.info.problem = "" if isinstance(error, Interrupted) else problem_of(error)
            with contextlib.suppress(SpecError):  # the first error is the one to show
                close(folder, None)
            raise


def _tell_plan(reporter: Reporter, plan: Plan, folder: RunFolder, saved: SavedState | None) -> None:
    reporter.plan(plan)
    if saved is not None:
        reporter.note(f"going on after {saved.place.text}")
    for note in folder.info.notes:
        reporter.note(note)


def problem_of(error: BaseException) -> str:
    """What went wrong, in a line."""
    if isinstance(error, SpecError):
        return error.line
    return f"{type(error).__name__}: {error}"


@contextlib.contextmanager
def interruptible(folder: RunFolder) -> Iterator[StopRequest]:
    """Signals as :class:`Interrupted`, which says where the run can be gone on with."""
    stop = StopRequest()
    try:
        with stop:
            yield stop
    except (KeyboardInterrupt, StopTraining):  # a callback may ask for it before training began
        raise Interrupted(folder.path, folder.saved, stop.number) from None


def _run(
    experiment: Experiment,
    opened: Opened,
    folder: RunFolder,
    saved: SavedState | None,
    reporter: Reporter,
    lowering: Lowering,
    stop: StopRequest,
) -> Outcome:
    splits = opened.data.splits
    with memory_errors(experiment, folder.info.device, folder.info.batch):
        loop = build_loop(experiment, opened, folder, reporter, lowering, stop)
    if saved is not None:
        restore(loop, saved)
    loop.run()
    folder.info.seconds = round(loop.seconds, 1)
    test = _test(loop, reporter) if len(splits.test) else None
    folder.info.status = "finished"
    try:
        close(folder, test, matrix_rows(experiment.metrics))
        folder.finish()
    except SpecError as error:
        raise folder.with_last_good(error) from None
    return Outcome(folder.path, dict(folder.info.best or {}), test)


def build_loop(
    experiment: Experiment,
    opened: Opened,
    folder: RunFolder,
    reporter: Reporter,
    lowering: Lowering | None = None,
    stop: StopRequest | None = None,
) -> Loop:
    """Network, optimizer and steps, ready to run."""
    from tinygrad import Tensor

    from ..backends.tinygrad import lower
    from .pipeline.settling import settled, settled_part
    from .stages import Images, Stages
    from .state import TrainingState
    from .steps import EvaluationStep, Scaler
    from .updates import Updates

    info, settings, data = folder.info, experiment.settings, opened.data
    Tensor.manual_seed(settings.seed)
    passes = (lowering or Lowering()).passes
    module = lower(experiment.graph, settings.seed, opened.devices, passes, settings.precision)
    Tensor.rand(1, device=module.device).realize()  # the stream begins: from here its state can be kept
    if opened.weights is not None:
        module.load_state({**module.state(), **opened.weights.arrays})
    updates = Updates(experiment.optimizer, module, settings, experiment.tuning.factors)
    state = TrainingState(module, updates)
    scaler = Scaler(data.normalization, module.spread)
    train, pipeline = settled(data.splits.train, data.training)
    pipeline = pipeline.placed(info.device.partition(":")[0] == "CPU", train.one_size)
    splits = replace(data.splits, train=train, validation=settled_part(data.splits.validation))
    evaluation = EvaluationStep(state.measured(), scaler, info.batch, settings.workers)
    images = Images(train, pipeline, splits.validation)
    stages = Stages(experiment, opened.heads, state, scaler, images, evaluation)
    return Loop(experiment, splits, opened.heads, state, stages, folder, reporter, stop)


def restore(loop: Loop, saved: SavedState) -> None:
    """Put a saved state into ``loop``, and write again what a kill between two files may have left out."""
    try:
        loop.state.restore(saved.arrays, saved.place)
    except ValueError as error:
        raise damaged(saved.path, f"does not fit the run's spec: {error}") from None
    if saved.place.records and not saved.place.batch:
        loop.write_epochs()


def _test(loop: Loop, reporter: Reporter) -> Measures:
    from .reading import read_weights

    reporter.phase("testing the best epoch")
    loop.state.measured().load_state(read_weights(loop.folder.path / checkpoint("best")))
    with data_errors(loop.experiment):
        test = loop.evaluate(loop.splits.test)
    loop.folder.info.test = test.summary()
    return test
