"""More outputs than there are classes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from .base import ExperimentLint

if TYPE_CHECKING:
    from ..experiment import Experiment


class SpareOutputs(ExperimentLint):
    """The network has more outputs than the data has classes: the rest learn never to be chosen.

    Mostly the last layer is still that of another data set. Fewer outputs than classes are an error (``too-few-outputs``).
    """

    code = "spare-outputs"
    message = "the output '{output}' has {outputs} numbers, and the data has {classes} classes"
    bad = "flatten  linear(1000)  …  data digits"
    good = "flatten  linear(10)  …  data digits"
    output: str
    outputs: int
    classes: int

    @classmethod
    def find(cls, experiment: Experiment) -> Iterator[ExperimentLint]:
        from ..heads import check_heads
        from ..tasks.classes import ClassTask

        if experiment.data is None or experiment.data.known is None:
            return
        nodes = {output.name: experiment.graph.nodes[output.node] for output in experiment.graph.outputs}
        for head in check_heads(experiment, experiment.data.known):
            task = head.task
            if not isinstance(task, ClassTask) or task.single or task.outputs <= task.classes:
                continue
            node = nodes[head.output]
            yield cls(
                output=head.output,
                outputs=task.outputs,
                classes=task.classes,
                span=node.span or experiment.span("data"),
                notes=node.origin,
                layers=(node.name,),
                subjects=(head.output,),
                hints=(f"give the last layer {task.classes} outputs",),
            )
