"""What can be wrong with weights that are loaded into a network."""

from __future__ import annotations

from ...source import Diagnostic


class WeightsDoNotFit(Diagnostic):
    """Stored weights belong to another network: a tensor is missing, left over, or of another shape.

    Weights are matched by full name (``stage1.conv2.weight``) and shape, all of them or none.
    """

    code = "weights-do-not-fit"
    message = "the weights do not fit the network '{model}': {problem}"
    bad = "cnnspec evaluate RUN  # after RUN/spec was edited"
    good = "cnnspec evaluate RUN"
    model: str
    problem: str
