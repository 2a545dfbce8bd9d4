"""Diagnostics of data that was in the memory of a Python program."""

from __future__ import annotations

from ...source import Diagnostic


class DataInMemory(Diagnostic):
    """The run was trained on arrays that a Python program held; neither its spec nor its folder has them.

    Whoever has the arrays can hand them over again: ``run.evaluate(data = (images, labels))``, or
    ``run.resume((images, labels))``.
    """

    code = "data-in-memory"
    message = "the images were arrays in the memory of a program, and are not there any more"
    bad = 'cnnspec.open_run("runs/net-1").evaluate()  # trained on arrays'
    good = 'cnnspec.open_run("runs/net-1").evaluate((images, labels))'


class LabelUnknown(Diagnostic):
    """A validation or test image is of a class that no training image is of."""

    code = "label-unknown"
    message = "{where}: no training image is of the class '{name}'; the classes are {known}"
    bad = 'cnnspec.train(spec, {"train": (x, ["cat", "dog"]), "test": (y, ["bird"])})'
    good = 'cnnspec.train(spec, {"train": (x, ["cat", "dog"]), "test": (y, ["cat"])})'
    where: str
    name: str
    known: str
