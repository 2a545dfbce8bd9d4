"""What ``compare`` and ``diff`` cannot do with what they were given."""

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


class WeightsAlone(Diagnostic):
    """A file of weights holds tensors, not the network that they are of. ``diff`` tells of two networks which weights of the
    first fit the second; ``weights`` tells of one file what of it fits a network.
    """

    code = "weights-alone"
    message = "'{file}' is a file of weights, not a network"
    bad = "cnnspec diff resnet18.safetensors resnet34"
    good = "cnnspec weights resnet18.safetensors --for resnet34"
    file: str
