"""What ``compare`` cannot do with what it was given."""

from __future__ import annotations

from ..source import Diagnostic


class ColumnsOfRuns(Diagnostic):
    """``compare`` chooses among the figures of networks; trained runs are always shown with all that was measured."""

    code = "columns-of-runs"
    message = "'{run}' is a run, and {option} is for networks"
    bad = "cnnspec compare runs/lenet-1 runs/lenet-2 --columns params"
    good = "cnnspec compare lenet5 vgg16 --columns params"
    run: str
    option: str
