"""Diagnostics of images: folders without them, broken ones, ones that don't fit the network's input."""

from __future__ import annotations

from ...source import Diagnostic


class NotImageFolder(Diagnostic):
    """A folder has no sub-folders, so there is nothing to take the classes from.

    Each class is a sub-folder with that class's images; or there are ``train``, ``validation`` and
    ``test`` folders, which hold the classes' folders.
    """

    code = "not-an-image-folder"
    message = "'{path}' has no sub-folders, one a class"
    bad = 'data folder("flowers/tulip")'
    good = 'data folder("flowers")'
    path: str


class EmptyClass(Diagnostic):
    """Class folders without a single image in them."""

    code = "empty-class"
    message = "no images in the class folder{s} {names}"
    bad = 'data folder("flowers")  # flowers/rose/ holds nothing'
    good = 'data folder("flowers")'
    s: str
    names: str


class UnknownPart(Diagnostic):
    """Beside a folder ``train`` that holds the classes there is one that is neither for validation nor for testing.

    Parts are called train or training; val, valid or validation; test or testing.
    """

    code = "unknown-part"
    message = "the folder '{name}' in '{path}' is no part: beside 'train' are 'validation' and 'test'"
    bad = 'data folder("flowers")  # flowers/train/, flowers/valdation/'
    good = 'data folder("flowers")  # flowers/train/, flowers/validation/'
    name: str
    path: str


class UnknownClass(Diagnostic):
    """The validation or test folder has a class that the training folder lacks."""

    code = "untrained-class"
    message = "the class '{name}' in '{path}' does not occur in the training folder"
    bad = 'data folder("flowers")  # flowers/test/rosse/'
    good = 'data folder("flowers")'
    name: str
    path: str


class BrokenImages(Diagnostic):
    """Image files that cannot be decoded: damaged, cut short, or no images in spite of their names.

    Images of more than 89 million pixels are refused too: small files can claim enormous sizes.
    """

    code = "broken-image"
    message = "{count} broken image{s}: {names}"
    bad = 'data folder("flowers")  # with a half-copied tulip/7.jpg'
    good = 'data folder("flowers")'
    count: int
    s: str
    names: str


class ImageSize(Diagnostic):
    """Images are of another height or width than the network's input.

    ``fit = resize`` scales (and distorts), ``crop`` scales the shorter side and cuts the centre out,
    ``pad`` puts zeros around.
    """

    code = "image-size"
    message = "{where} {is_are} {found} (height x width), but the network's input is {expected}"
    bad = "input 1 x 28 x 28  flatten  linear(10)\ndata digits"
    good = "input 1 x 28 x 28  flatten  linear(10)\ndata digits(fit = resize)"
    where: str
    is_are: str
    found: str
    expected: str


class ImageChannels(Diagnostic):
    """Images have another number of channels than the network's input.

    ``mode = rgb`` and ``mode = gray`` convert them; transparency is left out.
    """

    code = "image-channels"
    message = "{where} {has_have} {found} ({kind}), but the network's input has {expected}"
    bad = "input 3 x 28 x 28  flatten  linear(10)\ndata fashion_mnist"
    good = "input 3 x 28 x 28  flatten  linear(10)\ndata fashion_mnist(mode = rgb)"
    where: str
    has_have: str
    found: str
    kind: str
    expected: str


class InputNotImage(Diagnostic):
    """The network takes vectors, the data are images; ``flatten`` makes a vector of an image."""

    code = "input-not-image"
    message = "the network's input is a vector of {found}, but the data are images (C x H x W)"
    bad = "input 784  linear(10)\ndata fashion_mnist"
    good = "input 1 x 28 x 28  flatten  linear(10)\ndata fashion_mnist"
    found: str
