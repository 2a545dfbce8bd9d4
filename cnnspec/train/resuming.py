"""Going on with a run where it was left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import unified_diff
from pathlib import Path
from typing import Any

from ..source import Note, SpecError, remove_leftovers
from .beginning import about
from .data.normalization import Normalization
from .errors import CannotProlong, NothingToResume, RunChanged
from .experiment import Experiment
from .files import locked
from .lowering import Lowering
from .opening import Opened, open_all
from .pace import Pace, validation_losses
from .place import Place
from .reading import Run
from .registries import Moment
from .reporter import Reporter
from .run import PREVIOUS, SPEC, STATE, RunFolder, versions
from .state_file import SavedState, read_latest_state
from .training import Outcome, reporting, run_in

_MOST = 12
"""Lines of a difference that are shown."""


def resume(
    run: Run,
    experiment: Experiment,
    device: str | None = None,
    devices: int | None = None,
    reporter: Reporter | None = None,
    lowering: Lowering | None = None,
    epochs: int | None = None,
) -> Outcome:
    """Go on with ``run`` from the latest state that was saved, to the end of its epochs.

    ``experiment`` is the run's own spec, elaborated. Weights come out as if nothing had come between, bit for bit, on the
    same device and with the same versions. A run that ended before anything was saved begins anew, one that is finished
    stays as it is. ``epochs`` prolongs the run, where its schedule allows that. Raises :class:`SpecError` where what was
    saved is gone, or where spec or data changed.
    """
    lowering = lowering or Lowering()
    saved, remark = _latest(run)
    if saved is not None:
        _check_spec(run, saved)
    epochs = epochs or run.info.epochs  # more than the spec's where it was prolonged before
    prolonged = epochs != run.info.epochs
    if epochs != experiment.settings.epochs:
        experiment = _prolonged(run, experiment, saved, epochs)
    if saved is not None and run.info.status == "finished" and saved.place.epoch > epochs:
        return _finished(run, experiment, saved, reporter or Reporter())

    def folder_of(opened: Opened) -> tuple[RunFolder, SavedState | None]:
        now = about(_texts(run), opened, lowering)
        found = [remark] if remark else []
        if saved is not None:
            _check_data(run, saved, now)
            found += _remarks(saved, now)
        elif opened.weights is not None:
            _check_weights(run, opened.weights.about)
        info = replace(
            run.info,
            status="running",
            device=opened.devices[0],
            devices=len(opened.devices),
            epochs=epochs,
            versions=versions(),
            test=None,
            problem="",
            notes=[*run.info.notes, *([f"prolonged to {epochs} epochs"] if prolonged else []), *found],
        )
        place = saved.place if saved else Place()
        return RunFolder(run.path, info, now, place.text if saved else "", place.records), saved

    with reporting(reporter or Reporter()) as told:
        count = devices or run.info.devices
        known = None if saved is None else Normalization(run.info.mean, run.info.std)
        opened = open_all(
            experiment, Path(run.info.base), device or run.info.device, count, told, known=known
        )
        return run_in(folder_of(opened), experiment, opened, told, lowering)


def _latest(run: Run) -> tuple[SavedState | None, str | None]:
    """The state to go on from, and a remark on it; no state where the run ended before it could save one."""
    if (run.path / STATE).exists() or (run.path / PREVIOUS).exists():
        return read_latest_state(run.path / STATE, run.path / PREVIOUS)
    if run.info.status == "finished" or run.records:
        raise SpecError([NothingToResume(path=str(run.path), reason=f"there is no '{STATE}' in it")])
    return None, "nothing was saved before: beginning at epoch 1"


def _finished(run: Run, experiment: Experiment, saved: SavedState, reporter: Reporter) -> Outcome:
    """Nothing is left to do, which is no error: whoever resumes until a run is finished may come once too often."""
    with reporting(reporter), locked(run.path):
        remove_leftovers(run.path)
        RunFolder(run.path, run.info, saved.about).finish()
        more = 2 * run.info.epochs
        able = _first_other_step(run, experiment, saved.place, more) is None
        reporter.note("the run is finished" + (f"; --epochs {more} would prolong it" if able else ""))
    return Outcome(run.path, dict(run.info.best or {}), None)


def _check_spec(run: Run, saved: SavedState) -> None:
    then: Mapping[str, str] = saved.about["spec"]
    now = _texts(run)
    if now != then:
        raise _changed(run, "its spec", _difference(then, now))


def check_same_spec(run: Run, files: Mapping[str, str], main: str) -> None:
    """Raise :class:`SpecError` with the difference where ``files``, another spec resolved, is not that of ``run``."""
    then = {main: _text(run.spec)}
    if then[main] != files[main]:
        raise _changed(run, "the spec", _difference(then, {main: files[main]}))
    names = sorted(set(files) - {main})
    kept = {name: _text(run.path / SPEC / name) for name in names}
    if kept != {name: files[name] for name in names}:
        raise _changed(run, "the spec", _difference(kept, files))


def _texts(run: Run) -> dict[str, str]:
    """The run's spec as it is now, by file."""
    return {path.name: _text(path) for path in sorted((run.path / SPEC).iterdir())}


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""


def _difference(then: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Lines that are gone (-) and new (+)."""
    lines: list[str] = []
    for name, text in then.items():
        changed = unified_diff(text.splitlines(), now.get(name, "").splitlines(), n=0, lineterm="")
        lines += [line for line in changed if line[:3] not in ("---", "+++") and line[:2] != "@@"]
    return lines


def _check_data(run: Run, saved: SavedState, now: Mapping[str, Any]) -> None:
    then, found = saved.about["data"], now["data"]
    if then == found:
        return
    lines = []
    for part, before in then.items():
        after = found[part]
        if before["images"] != after["images"]:
            lines.append(f"{part}: {before['images']} images then, {after['images']} now")
        elif before != after:
            lines.append(f"{part}: as many images, but other names, sizes or targets")
    raise _changed(run, "its data", lines)


def _check_weights(run: Run, now: Mapping[str, Any]) -> None:
    """Of a run that begins anew the weights that it begins with must be those of before."""
    then = run.info.weights or now
    if then.get("sha256") != now["sha256"]:
        lines = [
            f"{word} {about.get('from')}, SHA-256 {str(about.get('sha256'))[:16]}"
            for word, about in (("-", then), ("+", now))
        ]
        raise _changed(run, "the weights that it begins with", lines)


def _changed(run: Run, what: str, lines: Sequence[str]) -> SpecError:
    more = [f"… and {len(lines) - _MOST} more lines"] if len(lines) > _MOST else []
    notes = tuple(Note(line) for line in (*lines[:_MOST], *more))
    return SpecError([RunChanged(path=str(run.path), what=what, notes=notes)])


def _prolonged(run: Run, experiment: Experiment, saved: SavedState | None, epochs: int) -> Experiment:
    """The experiment with other epochs; raises :class:`SpecError` where the steps that were made would be others."""
    place = saved.place if saved else Place()
    done = place.epoch - (place.batch == 0)
    if epochs < done:
        problem = f"{done} epochs were begun, and {epochs} are asked for"
        raise SpecError([CannotProlong(path=str(run.path), epochs=epochs, problem=problem)])
    if _first_other_step(run, experiment, place, epochs) is not None:
        name = experiment.schedule.call_name
        problem = f"'{name}' follows from the number of epochs, so the steps that were made would be others"
        raise experiment.located(
            "schedule", CannotProlong(path=str(run.path), epochs=epochs, problem=problem)
        )
    return replace(experiment, settings=replace(experiment.settings, epochs=epochs))


def _first_other_step(run: Run, experiment: Experiment, place: Place, epochs: int) -> int | None:
    """The first update made that would have another learning rate with so many ``epochs``."""
    pace = Pace(experiment, -(-run.info.images["train"] // run.info.batch))
    losses = validation_losses(place.records)
    for update in range(place.update):
        seen = losses[: update // pace.updates]
        before, after = (
            experiment.schedule.factor(Moment(update, pace.updates, each, seen))
            for each in (run.info.epochs, epochs)
        )
        if before != after:
            return update
    return None


def _remarks(saved: SavedState, now: Mapping[str, Any]) -> list[str]:
    """What may make the rest differ from an uninterrupted run in the last bits."""
    then = saved.about["versions"]
    changed = [
        f"{name} {then.get(name, 'none')} then, {version} now"
        for name, version in now["versions"].items()
        if then.get(name) != version
    ]
    if saved.about["devices"] != now["devices"]:
        changed.append(f"on {', '.join(saved.about['devices'])} then, on {', '.join(now['devices'])} now")
    if saved.about["passes"] != now["passes"]:
        changed.append("other passes of the lowering")
    if not changed:
        return []
    return [f"results may differ in the last bits from a run without a break: {'; '.join(changed)}"]
