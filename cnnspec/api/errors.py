"""Diagnostics of the Python interface's own making."""

from __future__ import annotations

from ..source import Diagnostic


class BadArgument(Diagnostic):
    """A function of the Python interface was given a value that it cannot use."""

    code = "bad-argument"
    message = "'{argument}' must be {expected}, not {found}"
    bad = 'cnnspec.load("vgg16").draw(format = "jpeg")'
    good = 'cnnspec.load("vgg16").draw(format = "png")'
    argument: str
    expected: str
    found: str


class CannotDraw(Diagnostic):
    """A drawing could not be made: what turns DOT into this format is not installed, or it failed.

    ``cnnspec devices`` says what is there. DOT itself can always be had.
    """

    code = "cannot-draw"
    message = "cannot make {format}: {problem}"
    bad = "cnnspec draw vgg16 -o vgg16.pdf    (without Graphviz)"
    good = "cnnspec draw vgg16 -o vgg16.svg"
    format: str
    problem: str


class BadData(Diagnostic):
    """Data is a path, the call of a source, a pair of arrays (images and labels), or such a pair a split.

    Splits are called ``train``, ``validation`` and ``test``; ``train`` must be there.
    """

    code = "bad-data"
    message = "this is no data: {problem}"
    bad = 'cnnspec.train("lenet5", {"training": (images, labels)})'
    good = 'cnnspec.train("lenet5", {"train": (images, labels)})'
    problem: str
