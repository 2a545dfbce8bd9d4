"""Diagnostics of the command line's own making."""

from __future__ import annotations

from ..source import Diagnostic


class CannotCompute(Diagnostic):
    """The device is not there, or what it needs (a C compiler, for the CPU) is not installed.

    ``cnnspec devices`` lists what works on this machine and what is missing.
    """

    code = "cannot-compute"
    message = "{problem}"
    bad = "cnnspec train examples/digits.cnn --device CUDAA"
    good = "cnnspec train examples/digits.cnn --device CPU"
    problem: str


class NothingToSet(Diagnostic):
    """``--set`` changes a spec, and data or a run alone was named. The call of a source has arguments of its own."""

    code = "nothing-to-set"
    message = "'{spec}' is {what}, not a spec that --set could change"
    bad = "cnnspec data photos --set data.mode=gray"
    good = "cnnspec data 'folder(\"photos\", mode = gray)'"
    spec: str
    what: str


class MixedComparison(Diagnostic):
    """``compare`` takes networks or trained runs, not some of each: they have different figures."""

    code = "mixed-comparison"
    message = "'{run}' is a run, and '{spec}' is not"
    bad = "cnnspec compare runs/lenet-1 vgg16"
    good = "cnnspec compare runs/lenet-1 runs/lenet-2"
    run: str
    spec: str


class NoCurves(Diagnostic):
    """``compare -o`` draws the curves of trained runs; specs have none. ``draw`` draws a network."""

    code = "no-curves"
    message = "'{spec}' is no run, so it has no curves to draw"
    bad = "cnnspec compare vgg16 vgg19 -o curves.png"
    good = "cnnspec compare runs/lenet-1 runs/lenet-2 -o curves.png"
    spec: str
