"""Why a picture could not be made."""

from __future__ import annotations


class RenderFailed(Exception):
    """A picture could not be made; the message says why."""


class ConversionFailed(RenderFailed):
    """An SVG holds what a conversion does not know, or refuses to read."""


class PictureTooLarge(RenderFailed):
    """A PNG would have more pixels than programs can draw or open; the message names a scale that fits."""
