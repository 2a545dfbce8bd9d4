"""The weights that a network begins with, read before anything is written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...source import Diagnostic, Span, SpecError
from ..data.normalization import Normalization, stated
from ..experiment import Experiment
from ..preparation import prepare
from ..reporter import Reporter
from ..wording import count
from .steps import From, Ignore

if TYPE_CHECKING:
    import numpy as np

    from ..weights.loading import Loaded
    from ..weights.sources import WeightSource


@dataclass(frozen=True)
class BeginningWeights:
    """``arrays`` by our names, all but the fresh ones; ``normalization`` is how images were normalised for them, where that
    is known and the spec does not say otherwise. ``notes`` tell a person, ``about`` goes into ``run.json``."""

    arrays: dict[str, np.ndarray]
    normalization: Normalization | None
    notes: tuple[str, ...]
    about: dict[str, Any]


def beginning_weights(experiment: Experiment, base: Path, reporter: Reporter) -> BeginningWeights | None:
    """What section ``finetune`` begins with, None where it names no source; raises :class:`SpecError` where it is missing,
    damaged, or does not fit the network. Relative paths start at ``base``."""
    tuning = experiment.tuning
    if tuning.source is None:
        return None

    from ..weights.loading import load
    from ..weights.sources import open_source

    assert experiment.module is not None
    reporter.phase("reading the weights")
    with placed(experiment):
        source = open_source(tuning.source.weights, base)
        loaded = load(
            experiment.graph,
            experiment.module,
            source,
            tuning.source.names,
            tuning.fresh,
            tuning.ignored,
        )
    normalization, remark = _normalization(experiment, source)
    notes = (_loaded_note(experiment, source, loaded), *([remark] if remark else []))
    about = {"from": source.text, "sha256": source.sha256, "names": loaded.pairing.names}
    return BeginningWeights(loaded.arrays, normalization, notes, about)


@contextmanager
def placed(experiment: Experiment) -> Iterator[None]:
    """Diagnostics that have no place yet, at the step ``from`` of the spec."""
    try:
        yield
    except SpecError as error:
        found = [
            d if d.span else replace(d, span=_place(experiment, d), file=None) for d in error.diagnostics
        ]
        raise SpecError(found) from None


def _place(experiment: Experiment, diagnostic: Diagnostic) -> Span | None:
    """The step ``ignore`` that a diagnostic speaks of by its pattern, else the step ``from``."""
    steps = list(enumerate(experiment.finetune))
    pattern = getattr(diagnostic, "pattern", None)
    for number, step in steps:
        if isinstance(step, Ignore) and pattern in step.names:
            span = experiment.span(f"finetune.{number}")
            return span and span.around(pattern)
    number = next(number for number, step in steps if isinstance(step, From))
    return experiment.span(f"finetune.{number}", "weights")


def _loaded_note(experiment: Experiment, source: WeightSource, loaded: Loaded) -> str:
    """How much was loaded from where, and what begins anew."""
    from ..weights.pairing import OWN

    fresh = sorted({name.rpartition(".")[0] for name in experiment.tuning.fresh})
    told = ", ".join(fresh[:4]) + (f" and {len(fresh) - 4} more" if len(fresh) > 4 else "")
    names = "" if loaded.pairing.names == OWN else f", paired by {loaded.pairing.way}"
    begun = f"; fresh: {told}" if fresh else ""
    return f"begins with {count(len(loaded.arrays), 'tensor')} of {source.text}{names}{begun}"


def _normalization(experiment: Experiment, source: WeightSource) -> tuple[Normalization | None, str | None]:
    """How images are to be normalised, as far as the weights say, and a remark on it."""
    written = stated(prepare(experiment).training)
    known = source.normalization_of(experiment.graph.input_shape[0])
    if written is not None:
        if known is None or not _differ(known, written):
            return None, None
        return (
            None,
            f"the weights were trained on images normalised by {known}, and the spec says otherwise",
        )
    if known is None:
        return None, (
            "how images were normalised for these weights is not known: here it is by the training images' own mean and "
            "deviation; 'normalize(mean = …, std = …)' in augment would say it"
        )
    return known, f"images are normalised as for these weights, by {known}"


def _differ(one: Normalization, other: Normalization) -> bool:
    pairs = zip((*one.mean, *one.std), (*other.mean, *other.std), strict=True)
    return any(abs(a - b) > 1e-3 for a, b in pairs)
