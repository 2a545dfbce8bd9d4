"""Diagnostics of ``features``."""

from __future__ import annotations

from ..source import Diagnostic


class NoSuchLayer(Diagnostic):
    """Features are taken from a layer, by its name, or from the last layer of a part: a label, or a block with its number.

    ``cnnspec summary`` lists the names.
    """

    code = "no-such-layer"
    message = "'{model}' has no layer or part '{name}'"
    bad = "cnnspec features vgg16 --layer fc7 --data photos -o features.npz"
    good = "cnnspec features vgg16 --layer fc2 --data photos -o features.npz"
    model: str
    name: str


class SameLayerTwice(Diagnostic):
    """Each layer has an array of its own in the file, called after it."""

    code = "same-layer-twice"
    message = "the layer '{name}' is named twice"
    bad = "cnnspec features vgg16 --layer fc2 --layer fc2 --data photos -o features.npz"
    good = "cnnspec features vgg16 --layer fc1 --layer fc2 --data photos -o features.npz"
    name: str
