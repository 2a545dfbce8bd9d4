"""What ``explain`` cannot find."""

from __future__ import annotations

from ...source import Diagnostic


class UnknownPath(Diagnostic):
    """A network has no layer and no part at that path. Paths are the names in the table of ``cnnspec summary``, with the
    parts that they are in before them: ``stage2.bottleneck1.conv3``. The whole network is ``.``, or its name.
    """

    code = "unknown-path"
    message = "{model} has no layer or part at '{path}'"
    bad = "cnnspec explain resnet50 stage2.conv3"
    good = "cnnspec explain resnet50 stage2.bottleneck1.conv3"
    model: str
    path: str
