"""Scores that cannot be negative."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from typing import TYPE_CHECKING

from .base import ExperimentLint

if TYPE_CHECKING:
    from ..experiment import Experiment


class ClippedScores(ExperimentLint):
    """An output that a loss takes for scores gives nothing below 0, as after ``relu``: a softmax or sigmoid needs scores of
    either sign, and a score that was clipped to 0 has no gradient, so that a class may never be learnt.

    Leave the activation out. SqueezeNet ends so on purpose (Iandola et al. 2016, table 1), in a mean over its last map.
    """

    code = "clipped-scores"
    message = "the output '{output}' gives nothing below 0, by {layers_named}, and '{loss}' takes scores of either sign"
    bad = "flatten  linear(10)  relu  …  loss cross_entropy"
    good = "flatten  linear(10)  …  loss cross_entropy"
    output: str
    layers_named: str
    loss: str

    @classmethod
    def find(cls, experiment: Experiment) -> Iterator[ExperimentLint]:
        from ...analyses.output_range import limits_of, ranges
        from ..heads import losses_of

        if not experiment.says_losses:
            return
        graph, given = experiment.graph, ranges(experiment.graph)
        shares = losses_of(experiment)
        for output in graph.outputs:
            scored = [loss for _, loss in shares[output.name] if loss.bounded]
            if not scored or given[output.node][0] < 0 or given[output.node][1] < inf:
                continue
            nodes = [graph.nodes[i] for i in limits_of(graph, 0, output.node)]
            if not nodes:
                continue
            yield cls(
                output=output.name,
                layers_named=" and ".join(f"'{node.name}'" for node in nodes),
                loss=scored[0].call_name,
                span=nodes[0].span,
                notes=nodes[0].origin,
                layers=tuple(node.name for node in nodes),
                subjects=(output.name,),
                hints=(f"leave '{nodes[0].op.call_name}' out",),
            )
