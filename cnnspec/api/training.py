"""``cnnspec.train``: what ``cnnspec train`` does, from Python."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ..elaborate import Module, elaborate, overridden
from ..train.finetune.recipe import beginning_with
from ..train.resolve import ROOT, resolved_files
from ..train.sections import bind_experiment
from .boundary import refuse, reported, whole
from .callbacks import AnyCallback, reporter_of
from .data import Data, arrays_of, with_data
from .loading import network_of
from .network import Network, sections
from .runs import Run, open_run
from .values import Value, overrides_of

if TYPE_CHECKING:
    from ..train.data.dataset import Splits


@reported()
def train(
    spec: Network | str | Path,
    data: Data | None = None,
    *,
    weights: str | os.PathLike[str] | None = None,
    out: str | os.PathLike[str] | None = None,
    device: str | None = None,
    devices: int | None = None,
    epochs: int | None = None,
    seed: int | None = None,
    settings: Mapping[str, Value] | None = None,
    callbacks: AnyCallback | Iterable[AnyCallback] = (),
    quiet: bool = False,
    resume: Run | str | os.PathLike[str] | None = None,
) -> Run:
    """Train a network and keep everything of it in a run folder; gives the run.

    ``spec`` is a :class:`cnnspec.Network`, or what :func:`cnnspec.load` takes. ``data`` is

    * None: the spec's own section ``data``;
    * a path (a folder with a folder of images a class, a ``.csv``, ``.npz``, ``.tar`` or ``.parquet`` file) or the call of
      a source, such as ``"shapes(size = 32)"``;
    * a pair ``(images, labels)``, or such a pair a split: ``{"train": (x, y), "validation": …, "test": …}``. Images are
      (N, H, W), (N, H, W, C) or (N, C, H, W), of uint8 or floats 0 to 1; labels (N,) are class numbers from 0, or names.
      Splits that are not given are taken from the training images.

    With ``data``, which takes the place of the spec's own, sections that the spec lacks are those of a recipe, and a
    parameter ``classes`` follows from the data unless it was given.

    ``weights`` are those to begin with: a file (safetensors, a PyTorch state dict …), a run folder, or the name of a
    pretrained network. The layers that outputs come from start anew, the others are trained at a tenth of the learning rate,
    unless the spec has a section ``finetune`` that says otherwise.

    ``out`` is the run folder (``runs/MODEL-N``). ``device`` is a name such as "CPU" or "CUDA" (tinygrad's choice); with
    ``devices`` it is the first of so many that share each batch. ``epochs`` and ``seed`` are short for the settings
    ``train.epochs`` and ``train.seed``; ``settings`` are as for :func:`cnnspec.load`. ``callbacks`` hear of everything
    (:class:`cnnspec.Callback`, or functions of an epoch's record). Progress is shown on standard output unless ``quiet``:
    live on a terminal, in plain lines elsewhere.

    ``resume`` is a run that was left before its end, or is to be prolonged to ``epochs``: it is gone on with as it was
    begun, once spec and data are found to be the same (:meth:`cnnspec.Run.resume` needs no spec).

    Raises :class:`~cnnspec.source.SpecError` where something is wrong with the spec, the data or the device, and
    :class:`cnnspec.Interrupted` after Ctrl-C.
    """
    from ..train.run import ResolvedSpec
    from ..train.training import train as trained

    network = network_of(spec)
    if resume is not None:
        begun = resume if isinstance(resume, Run) else open_run(resume)
        _check_same(begun, network, data, weights, seed, settings, out)
        arrays = None if data is None or arrays_of(data) is None else data
        return begun.resume(
            arrays, epochs=epochs, device=device, devices=devices, callbacks=callbacks, quiet=quiet
        )
    reporter, count = reporter_of(callbacks, quiet), 1 if devices is None else whole("devices", devices, 1)
    module, splits = _opened(network, data, weights, _overrides(epochs, seed, settings))
    experiment = bind_experiment(module, elaborate(module))
    resolved = ResolvedSpec(resolved_files(module, experiment), ROOT, module.folder)
    folder = None if out is None else Path(out)
    outcome = trained(experiment, resolved, folder, device, reporter, None, splits, count)
    return open_run(outcome.folder)


def _check_same(
    run: Run,
    network: Network,
    data: Data | None,
    weights: str | os.PathLike[str] | None,
    seed: int | None,
    settings: Mapping[str, Value] | None,
    out: str | os.PathLike[str] | None,
) -> None:
    """Raise :class:`SpecError` where ``run`` was begun with another spec."""
    from ..train.resuming import check_same_spec

    if out is not None:
        refuse("out", "left out, as a run that is resumed has its folder", str(out))
    epochs = run.experiment.settings.epochs  # more of them are no other spec
    module, _ = _opened(network, data, weights, _overrides(epochs, seed, settings))
    check_same_spec(run.stored, resolved_files(module, bind_experiment(module, elaborate(module))), ROOT)


def _overrides(
    epochs: int | None, seed: int | None, settings: Mapping[str, Value] | None
) -> tuple[tuple[str, str], ...]:
    given: dict[str, Value | None] = {"train.epochs": epochs, "train.seed": seed}
    named = {name: value for name, value in given.items() if value is not None}
    return (*overrides_of(settings or {}), *overrides_of(named))


def _opened(
    network: Network,
    data: Data | None,
    weights: str | os.PathLike[str] | None,
    overrides: tuple[tuple[str, str], ...],
) -> tuple[Module, Splits | None]:
    """The spec with what was set; with ``data`` also what was read already."""
    named = None if weights is None else _named(weights)
    if data is not None:
        return with_data(network.opened, data, overrides, named)
    begun = network.module if named is None else beginning_with(network.module, named, option="weights")
    return overridden(begun, overrides, sections), None


def _named(weights: str | os.PathLike[str]) -> str:
    if not isinstance(weights, (str, os.PathLike)):
        raise TypeError(f"weights must be a file, a run or a name, not {weights!r}")
    return os.fspath(weights)
