"""Batch norm without a batch."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import TYPE_CHECKING

from ...analyses.lint import Seen
from ...source.lints import in_layers
from .base import ExperimentLint

if TYPE_CHECKING:
    from ..experiment import Experiment


class NormOfOne(ExperimentLint):
    """A batch norm takes mean and variance from the images of a batch, and a batch is one image.

    Each image is then normalised by itself, and differently after training, by averages over all of them (Wu and He 2018,
    "Group normalization", figure 1). Where a map is 1 x 1, or a vector, a single value is left: less its own mean, it is 0,
    whatever the image. Take a larger batch, or ``group_norm``, which does not look at the batch; ``accumulate`` is no help.
    """

    code = "norm-of-one"
    message = "batches are one image, and '{layer}' {problem}"
    bad = "conv(16, 3, bias = false)  bn  relu  …  train (batch = 1)"
    good = "conv(16, 3, bias = false)  group_norm(4)  relu  …  train (batch = 1)"
    layer: str
    problem: str

    @classmethod
    def find(cls, experiment: Experiment) -> Iterator[ExperimentLint]:
        if experiment.settings.batch > 1:
            return
        seen = Seen(experiment.graph, fixed=experiment.tuning.fixed)
        moving = [node for index, node in enumerate(experiment.graph.nodes) if seen.uses_batches(index)]
        for node in sorted(moving, key=lambda node: prod(node.shape[1:]))[:1]:
            values = prod(node.shape[1:])
            problem = (
                "gives the same, whatever it takes: it has one value a channel"
                if values == 1
                else f"has only the {values:,} values of that to take statistics from"
            )
            hints = ("take a larger batch, or group_norm in place of bn",)
            fields = {"layer": node.name, "problem": problem}
            layers = tuple(n.name for n in moving)
            notes = in_layers(layers)
            yield cls.at(experiment, "train", "batch", layers=layers, **fields, notes=notes, hints=hints)
