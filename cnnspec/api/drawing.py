"""A drawing of a network: text of Graphviz, turned into pictures when one is asked for."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal

from ..backends.dot import FORMATS, RendererMissing, RenderFailed, render_dot
from ..source import SpecError, write_atomically
from .boundary import refuse, reported
from .errors import CannotDraw

SHOWN = ("svg", "png")
"""What a notebook can show."""


@dataclass(frozen=True, eq=False)
class Drawing:
    """``dot`` is the drawing in Graphviz's language; a notebook shows it in the ``format`` "svg" or "png".

    SVG and PNG need nothing installed; PDF needs a Graphviz ``dot``. What cannot be made raises
    :class:`~cnnspec.source.SpecError` (``cannot-draw``).
    """

    dot: str = field(repr=False)
    format: Literal["svg", "png"] = "svg"

    @cached_property
    def svg(self) -> str:
        """The drawing as SVG."""
        return _rendered(self.dot, "svg").decode()

    @cached_property
    def png(self) -> bytes:
        """The drawing as the content of a PNG file."""
        return _rendered(self.dot, "png")

    @reported()
    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write a file; its suffix (.svg, .png, .pdf, .dot) says in which format. Gives the path."""
        target = Path(path)
        kind = target.suffix.lower().removeprefix(".")
        if kind not in (*FORMATS, "dot"):
            refuse("path", "a file that ends in .svg, .png, .pdf or .dot", str(path))
        write_atomically(target, self.dot.encode() if kind == "dot" else _rendered(self.dot, kind, path))
        return target

    def _repr_svg_(self) -> str | None:
        return self.svg if self.format == "svg" else None

    def _repr_png_(self) -> bytes | None:
        return self.png if self.format == "png" else None


def _rendered(dot: str, kind: str, file: str | os.PathLike[str] | None = None) -> bytes:
    try:
        return render_dot(dot, kind)
    except (RendererMissing, RenderFailed) as error:
        raise SpecError(
            [CannotDraw(format=kind, problem=str(error), file=None if file is None else str(file))]
        ) from None
