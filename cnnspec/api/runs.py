"""A run folder as a Python program holds it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ..elaborate import Loader, elaborate
from ..train.evaluate import SPLITS, Evaluated, evaluate
from ..train.experiment import Experiment
from ..train.measures import matrix_rows
from ..train.progress import reporter_for
from ..train.reading import Run as StoredRun
from ..train.reading import open_run as opened
from ..train.sections import bind_experiment
from ..train.wording import figure
from .boundary import chosen, refuse, reported, whole
from .callbacks import AnyCallback, reporter_of
from .data import Data, given_again, other_data
from .evaluation import Evaluation
from .network import Network, Opened
from .predicting import Images, Options, Prediction, predictions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..backends.tinygrad.module import Module

CHECKPOINTS = ("best", "last")
FITS = ("exact", "resize", "crop", "pad")
REPORT = "report"
Checkpoint = Literal["best", "last"]


@dataclass(frozen=True, eq=False, repr=False)
class Run:
    """A run folder: what was trained, how it went, and the network with its weights. See :func:`open_run`."""

    stored: StoredRun = field(repr=False)

    @property
    def path(self) -> Path:
        """The folder."""
        return self.stored.path

    @property
    def status(self) -> str:
        """ "running", "finished", "interrupted" or "failed"."""
        return self.stored.info.status

    @property
    def history(self) -> tuple[Mapping[str, Any], ...]:
        """A record an epoch, the lines of ``metrics.jsonl``: ``epoch``, ``train_loss``, ``val_accuracy`` …"""
        return self.stored.records

    @property
    def best(self) -> Mapping[str, Any] | None:
        """The epoch whose weights were kept and its measures; None where no epoch was finished."""
        return self.stored.info.best

    @property
    def test(self) -> Mapping[str, Any] | None:
        """Measures of the best epoch on the test images; None where there are none, or it did not come to that."""
        return self.stored.info.test

    @property
    def notes(self) -> tuple[str, ...]:
        """Remarks of training."""
        return tuple(self.stored.info.notes)

    @property
    def normalization(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Mean and deviation of each channel, of values 0 to 1: what :meth:`lower`'s network takes is less the mean, by
        the deviation."""
        return self.stored.info.mean, self.stored.info.std

    @cached_property
    def network(self) -> Network:
        """The network of the run's own spec."""
        with reported():
            module = Loader().load(self.stored.spec)
            return Network(elaborate(module), module, Opened(module, ()))

    @cached_property
    def experiment(self) -> Experiment:
        """The run's own spec as training takes it."""
        with reported():
            return bind_experiment(self.network.module, self.network.graph)

    @reported()
    def weights(self, checkpoint: Checkpoint = "best") -> dict[str, NDArray[Any]]:
        """Parameters and running statistics by name, of the best or the last epoch."""
        return self.stored.weights(chosen("checkpoint", checkpoint, CHECKPOINTS))

    @reported()
    def lower(
        self, device: str | None = None, *, checkpoint: Checkpoint = "best", precision: str = "float32"
    ) -> Module:
        """The network in tinygrad with its weights, for batches that were normalized by :attr:`normalization`."""
        return self.network.lower(device, precision=precision, weights=self.weights(checkpoint))

    @reported()
    def evaluate(
        self,
        data: Data | None = None,
        split: str | None = None,
        *,
        device: str | None = None,
        checkpoint: Checkpoint = "best",
        quiet: bool = True,
    ) -> Evaluation:
        """Measure the network on a ``split`` ("train", "validation" or "test") of its own data, the test images unless
        told; or on other ``data`` (see :func:`cnnspec.train`), all of it unless a split is named.

        Raises :class:`~cnnspec.source.SpecError`, also where the data was in memory and is not given again.
        """
        measures = self._evaluated(data, split, device, checkpoint, quiet).measures
        return Evaluation(measures, matrix_rows(self.experiment.metrics))

    def _evaluated(
        self, data: Data | None, split: str | None, device: str | None, checkpoint: str, quiet: bool
    ) -> Evaluated:
        part = None if split is None else chosen("split", split, SPLITS)
        if isinstance(data, Mapping) and part is not None and part in data and "train" not in data:
            data, part = data[part], None  # nothing else of it is asked for
        weights = chosen("checkpoint", checkpoint, CHECKPOINTS)
        own, shape = self.experiment.data, self.experiment.graph.input_shape
        other = None if data is None else other_data(data, own, shape)
        reporter = None if quiet else reporter_for(sys.stdout)
        return evaluate(self.stored, self.experiment, part, device, weights, reporter, other)

    @reported()
    def predict(
        self,
        images: Images,
        top: int = 5,
        *,
        fit: str | None = None,
        device: str | None = None,
        checkpoint: Checkpoint = "best",
        skip_broken: bool = False,
    ) -> tuple[Prediction, ...]:
        """What is on images: files, folders of them, or an array (N, H, W), (N, H, W, C) or (N, C, H, W) of uint8 or floats
        0 to 1.

        They are fitted as the run's data was, or as ``fit`` ("exact", "resize", "crop", "pad") says. ``top`` is how many
        classes are named. Raises :class:`~cnnspec.source.SpecError` for files that cannot be read, unless
        ``skip_broken``; those have no prediction then.
        """
        fitted = None if fit is None else chosen("fit", fit, FITS)
        weights = chosen("checkpoint", checkpoint, CHECKPOINTS)
        options = Options(whole("top", top, 1), device, weights, fitted)
        return predictions(self.stored, self.experiment, images, options, skip_broken)

    @reported()
    def resume(
        self,
        data: Data | None = None,
        *,
        epochs: int | None = None,
        device: str | None = None,
        devices: int | None = None,
        callbacks: AnyCallback | Iterable[AnyCallback] = (),
        quiet: bool = False,
    ) -> Run:
        """Go on with a run that was interrupted or stopped, from the last state that was saved, as if nothing had come
        between; gives the run anew.

        ``data`` is needed where it was arrays, and must be the same ones. ``epochs`` prolongs a run, where its schedule
        allows that. ``device`` and ``devices`` are as before unless told. Raises :class:`~cnnspec.source.SpecError` where
        there is nothing to go on with, or where something changed.
        """
        from ..train.resuming import resume

        experiment = self.experiment
        if data is not None:
            experiment = replace(experiment, data=given_again(data, experiment.data))
        count = None if devices is None else whole("devices", devices, 1)
        longer = None if epochs is None else whole("epochs", epochs, 1)
        reporter = reporter_of(callbacks, quiet)
        return open_run(resume(self.stored, experiment, device, count, reporter, None, longer).folder)

    @reported()
    def report(
        self,
        folder: str | os.PathLike[str] | None = None,
        data: Data | None = None,
        split: str | None = None,
        *,
        layers: Sequence[str] = (),
        device: str | None = None,
        checkpoint: Checkpoint = "best",
    ) -> Path:
        """Write the page of all that there is to know of the run, as ``cnnspec report`` does, into ``folder`` (``report`` in
        the run folder); gives the page. ``layers`` are those whose feature maps are shown."""
        from ..train.insight import chosen_layers
        from ..train.page import PageOptions, build_report, check_report_folder, write_report

        if isinstance(layers, str):
            refuse("layers", "a list of names", layers)
        target = Path(folder) if folder is not None else self.path / REPORT
        chosen_layers(self.experiment.graph, tuple(layers))
        check_report_folder(target)
        part = split if split or data is not None else self.stored.last_part
        found = self._evaluated(data, part, device, checkpoint, quiet=True)
        about = f"{part} images" if part else "other images"
        options = PageOptions(tuple(layers), None, None, about, checkpoint)
        return write_report(build_report(self.stored, self.experiment, found, options), target)

    def __repr__(self) -> str:
        return f"<Run {self.path}: {self.stored.info.model}, {self.status}, {len(self.history)} epochs>"

    def _repr_html_(self) -> str:
        from .html import escaped, table

        info = self.stored.info
        measured = {"best epoch": self.best, "test": self.test}
        rows = [
            (f"{what}: {name}", figure(value))
            for what, values in measured.items()
            for name, value in (values or {}).items()
        ]
        head = f"<p><b>{escaped(info.model)}</b>, {escaped(self.status)}, {escaped(self.path)}</p>"
        return "\n".join([head, table(("measure", "value"), rows), *self._curves()])

    def _curves(self) -> list[str]:
        from ..train.figures import curves
        from .html import picture

        info = self.stored.info
        best = (self.best or {}).get("epoch")
        return [picture(curves(self.history, info.model, best), "curves")] if self.history else []


@reported()
def open_run(path: str | os.PathLike[str]) -> Run:
    """The run in a folder that :func:`cnnspec.train` or ``cnnspec train`` wrote.

    Raises :class:`~cnnspec.source.SpecError` where it is none, or damaged.
    """
    if not isinstance(path, (str, os.PathLike)):
        raise TypeError(f"open_run takes the path of a run folder, not {path!r}")
    return Run(opened(Path(path)))
