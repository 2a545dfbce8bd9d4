"""Diagnostics of the libraries that read and change images."""

from __future__ import annotations

from ...source import Diagnostic


class EngineMissing(Diagnostic):
    """The environment asks for a library for images that is not there.

    Images are read and changed by Pillow, or by OpenCV where the extra ``fast`` is installed; CNNSPEC_IMAGES chooses.
    """

    code = "engine-missing"
    message = "{variable} asks for '{name}', which {reason}"
    bad = "CNNSPEC_IMAGES=opencv cnnspec train SPEC  # without OpenCV"
    good = "CNNSPEC_IMAGES=pillow cnnspec train SPEC"
    name: str
    variable: str
    reason: str
