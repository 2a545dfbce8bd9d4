"""What ``lint`` cannot look for."""

from __future__ import annotations

from ..source import Diagnostic


class ObjectTooLarge(Diagnostic):
    """Objects that a network is to recognise are part of the image, so ``--object-size`` is at most the image's shorter
    side, in pixels."""

    code = "object-too-large"
    message = "an object of {size} pixels is larger than the image of '{model}', {image}"
    bad = "cnnspec lint lenet5 --object-size 64"
    good = "cnnspec lint lenet5 --object-size 20"
    size: int
    model: str
    image: str
