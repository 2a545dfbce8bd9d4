"""SVG as PNG and PDF, with what pip installs and nothing else.

What is read is the part of SVG that Graphviz and our own drawings write: groups, shapes, paths, gradients, texts,
presentation attributes and ``style`` attributes. Anything else raises `ConversionFailed`, so nothing is lost without a
word. Nothing outside of the text is read: no entities, images, style sheets, fonts of the web or links.

Fonts are files that come with matplotlib, a font of the system that is as wide as Helvetica, and for letters that none of
these has any font of the system that has them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ..failures import ConversionFailed, PictureTooLarge
from ..pixels import checked_png, png_pixels
from .reading import read_svg

__all__ = [
    "ConversionFailed",
    "PictureTooLarge",
    "letters_without_font",
    "read_svg",
    "svg_to_pdf",
    "svg_to_png",
]


def svg_to_png(svg: str, scale: float = 1.0) -> bytes:
    """The content of a PNG file, of 144 pixels an inch at ``scale`` 1: 2 for each pt of the SVG and 1.5 for each CSS px.

    What is not painted is transparent. Raises `ConversionFailed`, `PictureTooLarge`, and `ValueError` for a scale that is
    no positive number.
    """
    from .png import painted

    sheet = read_svg(svg)
    size = png_pixels(sheet.width, sheet.height, scale)
    with _packages_there("PNG"):
        return checked_png(painted(sheet, size), size, scale)


def svg_to_pdf(svg: str) -> bytes:
    """The content of a PDF file of one page: vectors, and texts that can be selected, with all of their fonts in it.

    A page has the SVG's size, up to the 200 inches a PDF can have; a larger drawing is made smaller to fit. Letters of
    which no font is found are boxes, see `letters_without_font`, and still are in the text. Arabic letters are not joined.
    Raises `ConversionFailed`.
    """
    from .pdf import painted

    with _packages_there("PDF"):
        return painted(read_svg(svg))


def letters_without_font(svg: str) -> str:
    """The letters of an SVG's texts of which no font is found here, in their order; PNG and PDF show a box for each."""
    from .texts import unknown_letters

    return unknown_letters(read_svg(svg))


@contextmanager
def _packages_there(format: str) -> Iterator[None]:
    try:
        yield
    except ImportError as error:
        raise ConversionFailed(f"{format} needs the package {error.name}: pip install {error.name}") from None
