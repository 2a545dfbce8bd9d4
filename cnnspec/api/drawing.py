"""A drawing of a network: text of Graphviz or Mermaid, a page, or a picture when one is asked for."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from ..backends.drawing.blocks import Found, NoSuchBlock, block_graph, find_block
from ..backends.drawing.failures import RenderFailed
from ..backends.drawing.formats import FORMATS, NotOffered, Subject, subject, suffix_list
from ..backends.drawing.mermaid import TooLargeForMermaid
from ..backends.drawing.renderers import RendererMissing
from ..backends.drawing.view import HEATS, LEVELS, STYLES, View, conflict
from ..ir import Graph
from ..source import SpecError, write_atomically
from .boundary import chosen, refuse, reported, whole
from .errors import CannotDraw, ConflictingOptions, NoBlockToDraw

SHOWN = ("svg", "png")
"""What a notebook can show."""


def view_of(
    level: str | None,
    depth: int | None,
    fold: bool,
    style: str,
    dark: bool,
    direction: str | None,
    heat: str | None,
) -> View:
    """The options of a drawing, checked; raises :class:`~cnnspec.source.SpecError` and ``TypeError``."""

    def one_of(argument: str, value: str | None, known: Iterable[str]) -> Any:
        return None if value is None else chosen(argument, value, known)

    view = View(
        level=one_of("level", level, LEVELS),
        depth=None if depth is None else whole("depth", depth, 1) - 1,
        fold=fold,
        style=one_of("style", style, STYLES),
        dark=dark,
        direction=one_of("direction", direction, ("TB", "LR")),
        heat=one_of("heat", heat, HEATS),
    )
    if said := conflict(view):
        raise SpecError([ConflictingOptions(problem=said)])
    return view


def drawing_of(graphs: Sequence[Graph], view: View, block: str | None, format: str) -> Drawing:
    """The drawing of a network, of what differs in two, or of a block of them."""
    shown = chosen("format", format, SHOWN)
    if said := conflict(view, len(graphs) > 1):
        raise SpecError([ConflictingOptions(problem=said)])
    parts = graphs if block is None else [part_of(graph, block)[0] for graph in graphs]
    return Drawing(subject(parts[0], view, parts[1] if len(parts) > 1 else None), shown)  # type: ignore[arg-type]


def part_of(graph: Graph, name: str) -> tuple[Graph, Found]:
    """The inside of a block or part as a graph of its own, and what else has its name.

    Raises :class:`~cnnspec.source.SpecError` (``no-block-to-draw``).
    """
    try:
        found = find_block(graph, name)
    except NoSuchBlock as error:
        hints = (did_you_mean_text(error),)
        raise SpecError([NoBlockToDraw(name=name, model=graph.name, hints=hints)]) from None
    return block_graph(graph, found.scope), found


def did_you_mean_text(error: NoSuchBlock) -> str:
    """That it names a layer; the nearest names, or all blocks that there are."""
    if error.around is not None:
        return f"it is a layer{f' of {error.around!r}' if error.around else ''}: blocks and parts are drawn"
    if error.nearest:
        return f"did you mean {' or '.join(repr(n) for n in error.nearest)}?"
    if not error.blocks:
        return "this network has no blocks: its layers stand alone"
    return f"its blocks are {', '.join(error.blocks)}; parts can be named by their path"


@dataclass(frozen=True, eq=False)
class Drawing:
    """A notebook shows it in the ``format`` "svg" or "png"; :meth:`save` writes every format.

    Nothing but what comes with cnnspec is needed; a Graphviz ``dot`` is used where there is one. What cannot be made
    raises :class:`~cnnspec.source.SpecError` (``cannot-draw``).
    """

    subject: Subject = field(repr=False)
    format: Literal["svg", "png"] = "svg"

    @cached_property
    def svg(self) -> str:
        """The drawing as SVG."""
        return self._written("svg").decode()

    @cached_property
    def png(self) -> bytes:
        """The drawing as the content of a PNG file."""
        return self._written("png")

    @cached_property
    def dot(self) -> str:
        """The drawing in Graphviz's language."""
        return self._written("dot").decode()

    @cached_property
    def mermaid(self) -> str:
        """The drawing as a Mermaid flowchart."""
        return self._written("mmd").decode()

    @cached_property
    def html(self) -> str:
        """The network as a page with blocks that open, a table and a search; it stands alone."""
        return self._written("html").decode()

    @reported()
    def save(self, path: str | os.PathLike[str], scale: float = 1.0) -> Path:
        """Write a file; its suffix (.svg, .png, .pdf, .dot, .mmd, .md, .html) says in which format. Gives the path.

        ``scale`` makes a PNG larger; its pixels are 1/144 inch at 1.
        """
        target = Path(path)
        kind = target.suffix.lower().removeprefix(".")
        if kind not in FORMATS:
            refuse("path", f"a file that ends in {suffix_list()}", str(path))
        if not 0.05 <= scale <= 20:
            refuse("scale", "a number from 0.05 to 20", scale)
        if scale != 1 and not FORMATS[kind].scales:
            refuse("scale", "left out for anything but a .png, which alone has pixels", scale)
        write_atomically(target, self._written(kind, scale, path))
        return target

    def remarks(self, path: str | os.PathLike[str]) -> tuple[str, ...]:
        """What should be known of the file that was written: letters too small in print, or not in any font here."""
        from ..backends.drawing.remarks import remarks

        kind = Path(path).suffix.lower().removeprefix(".")
        return tuple(remarks(self.subject, kind, lambda: self.svg))

    def _written(self, kind: str, scale: float = 1.0, file: str | os.PathLike[str] | None = None) -> bytes:
        try:
            return FORMATS[kind].write(self.subject, scale)
        except (RendererMissing, RenderFailed, NotOffered, TooLargeForMermaid) as error:
            raise SpecError(
                [CannotDraw(format=kind, problem=str(error), file=None if file is None else str(file))]
            ) from None

    def _repr_svg_(self) -> str | None:
        return self.svg if self.format == "svg" else None

    def _repr_png_(self) -> bytes | None:
        return self.png if self.format == "png" else None
