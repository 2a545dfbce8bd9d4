"""Files that a drawing can be written to. A format is a class here; nothing else names one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from ...ir import Graph
from .graphviz import to_dot
from .mermaid import to_mermaid
from .model import Picture, picture, readable_level
from .view import LEVELS, View


class NotOffered(Exception):
    """A format or style does not have what was asked for; the message says what it has instead."""


@dataclass(frozen=True)
class Subject:
    """A network as ``view`` asks for it, or what became of it in the ``other``; the level is settled."""

    graph: Graph
    view: View
    other: Graph | None = None

    @property
    def picture(self) -> Picture:
        """What is drawn; raises :class:`NotOffered`."""
        if self.other is None:
            return picture(self.graph, self.view)
        if self.view.heat:
            raise NotOffered("a drawing of two networks colours what differs: leave out the heat")
        from .diff import diff_picture

        return diff_picture(self.graph, self.other, self.view)

    def alone(self, what: str) -> Graph:
        """The network, where it is one; raises :class:`NotOffered`."""
        if self.other is not None:
            raise NotOffered(
                f"{what} shows one network; two as one are drawn to .svg, .png, .pdf, .dot, .mmd or .md"
            )
        return self.graph


def subject(graph: Graph, view: View, other: Graph | None = None) -> Subject:
    """What is drawn of ``graph``, in as much detail as can be read where ``view`` says nothing of it."""
    if view.level is None and view.depth is None and view.style != "volumes":
        levels = [readable_level(each, view.style) for each in (graph, other) if each is not None]
        view = replace(view, level=min(levels, key=LEVELS.index))
    return Subject(graph, view, other)


class Format:
    """``suffixes`` are those of its files; ``scales``: it has pixels, of which a scale makes more."""

    suffixes: ClassVar[tuple[str, ...]]
    scales: ClassVar[bool] = False

    def write(self, of: Subject, scale: float) -> bytes:
        """The content of a file; raises :class:`NotOffered`, and what renderers raise."""
        raise NotImplementedError


class Svg(Format):
    suffixes = ("svg",)

    def write(self, of: Subject, scale: float) -> bytes:
        from .renderers import render_dot

        if of.view.style == "volumes":
            return _volumes(of).encode()
        return render_dot(to_dot(of.picture, of.view), "svg")


class Png(Format):
    suffixes = ("png",)
    scales = True

    def write(self, of: Subject, scale: float) -> bytes:
        from .convert import svg_to_png
        from .renderers import render_dot

        if of.view.style == "volumes":
            return svg_to_png(_volumes(of), scale)
        return render_dot(to_dot(of.picture, of.view), "png", scale)


class Pdf(Format):
    suffixes = ("pdf",)

    def write(self, of: Subject, scale: float) -> bytes:
        from .convert import svg_to_pdf
        from .renderers import render_dot

        if of.view.style == "volumes":
            return svg_to_pdf(_volumes(of))
        return render_dot(to_dot(of.picture, of.view), "pdf")


class Dot(Format):
    suffixes = ("dot", "gv")

    def write(self, of: Subject, scale: float) -> bytes:
        return to_dot(of.picture, _flat(of.view, "DOT")).encode()


class Mermaid(Format):
    suffixes = ("mmd", "mermaid")

    def write(self, of: Subject, scale: float) -> bytes:
        return to_mermaid(of.picture, _flat(of.view, "Mermaid")).encode()


class Markdown(Format):
    """Mermaid as a part of a Markdown file."""

    suffixes = ("md",)

    def write(self, of: Subject, scale: float) -> bytes:
        text = to_mermaid(of.picture, _flat(of.view, "Mermaid"))
        return f"```mermaid\n{text}```\n".encode()


class Html(Format):
    suffixes = ("html", "htm")

    def write(self, of: Subject, scale: float) -> bytes:
        from .page import page

        if of.view.style != "graph":
            raise NotOffered(f"an HTML page has a look of its own: leave out the style '{of.view.style}'")
        return page(of.alone("an HTML page"), of.view).encode()


def _volumes(of: Subject) -> str:
    from .volumes import volumes

    view = of.view
    return volumes(of.alone("the style 'volumes'"), view.direction or "LR", view.dark)


def _flat(view: View, format: str) -> View:
    if view.style == "volumes":
        raise NotOffered(f"the style 'volumes' is a picture, not {format}: draw it to .svg, .png or .pdf")
    return view


FORMATS: dict[str, Format] = {
    suffix: format
    for format in (Svg(), Png(), Pdf(), Dot(), Mermaid(), Markdown(), Html())
    for suffix in format.suffixes
}
"""Formats by the suffixes of their files."""


def suffix_list(last: str = "or") -> str:
    """All suffixes, as one says them."""
    first = [f".{format.suffixes[0]}" for format in dict.fromkeys(FORMATS.values())]
    return f"{', '.join(first[:-1])} {last} {first[-1]}"
