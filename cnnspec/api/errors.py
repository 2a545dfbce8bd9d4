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
    """A drawing could not be made: what makes this format is not installed, it failed, or the style has no such format.

    ``cnnspec devices`` says what is there. DOT, Mermaid, HTML and the style ``volumes`` as SVG can always be had.
    """

    code = "cannot-draw"
    message = "cannot make {format}: {problem}"
    bad = "cnnspec draw vgg16 --style volumes -o vgg16.dot"
    good = "cnnspec draw vgg16 --style volumes -o vgg16.svg"
    format: str
    problem: str


class ConflictingOptions(Diagnostic):
    """Two options of a drawing say the same, or one has no meaning beside the other."""

    code = "conflicting-options"
    message = "{problem}"
    bad = 'cnnspec.load("vgg16").draw(style = "paper", dark = True)'
    good = 'cnnspec.load("vgg16").draw(style = "slides", dark = True)'
    problem: str


class NoBlockToDraw(Diagnostic):
    """A block is named as its definition is (``bottleneck``: one of the commonest form is drawn), a part by its path
    (``stage2.bottleneck1``), as in the table of ``cnnspec summary``."""

    code = "no-block-to-draw"
    message = "'{model}' has no block or part '{name}'"
    bad = "cnnspec draw resnet50 --block botleneck -o block.svg"
    good = "cnnspec draw resnet50 --block bottleneck -o block.svg"
    name: str
    model: str


class BadData(Diagnostic):
    """Data is a path, the call of a source, a pair of arrays (images and labels), or such a pair a split.

    Splits are called ``train``, ``validation`` and ``test``; ``train`` must be there.
    """

    code = "bad-data"
    message = "this is no data: {problem}"
    bad = 'cnnspec.train("lenet5", {"training": (images, labels)})'
    good = 'cnnspec.train("lenet5", {"train": (images, labels)})'
    problem: str
