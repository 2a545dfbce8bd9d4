"""Files that a drawing can be written to. A format is a class here; nothing else names one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from ...ir import Graph
from .graphviz import to_dot
from .mermaid import to_mermaid
from .model import Picture, picture, readable_level
from .view import LEVELS, View, conflict


class NotOffered(Exception):
    """A format or style does not have what was asked for; the message says what it has instead."""


@dataclass(frozen=True)
class Subject:
    """A network as ``view`` asks for it, or what became of it in the ``other``; the level is settled. ``titles`` are what
    two of one name are called."""

    graph: Graph
    view: View
    other: Graph | None = None
    titles: tuple[str, str] | None = None

    @property
    def two(self) -> bool:
        return self.other is not None

    @property
    def picture(self) -> Picture:
        """What is drawn."""
        if self.other is None:
            return picture(self.graph, self.view)
        from .diff import diff_picture

        return diff_picture(self.graph, self.other, self.view, self.titles)


def subject(
    graph: Graph, view: View, other: Graph | None = None, titles: tuple[str, str] | None = None
) -> Subject:
    """What is drawn of ``graph``, in as much detail as can be read where ``view`` says nothing of it."""
    if view.level is None and view.depth is None and view.style != "volumes":
        levels = [readable_level(each, view.style) for each in (graph, other) if each is not None]
        view = replace(view, level=min(levels, key=LEVELS.index))
    return Subject(graph, view, other, titles)


class Format:
    """``suffixes`` are those of its files; ``scales``: it has pixels, of which a scale makes more."""

    suffixes: ClassVar[tuple[str, ...]] = ()
    scales: ClassVar[bool] = False

    def refuses(self, view: View, two: bool) -> str:
        """What of a view it does not have, in words; "" where it has all. ``two``: of two networks."""
        return ""

    def write(self, of: Subject, scale: float) -> bytes:
        """The content of a file; raises :class:`NotOffered`, and what renderers raise."""
        if said := conflict(of.view, of.two) or self.refuses(of.view, of.two):
            raise NotOffered(said)
        return self.content(of, scale)

    def content(self, of: Subject, scale: float) -> bytes:
        raise NotImplementedError


class _Text(Format):
    """Of boxes and arrows, which others lay out."""

    called: ClassVar[str]

    def refuses(self, view: View, two: bool) -> str:
        if view.style != "volumes":
            return ""
        return f"the style 'volumes' is a picture, not {self.called}: draw it to .svg, .png or .pdf"


class Svg(Format):
    suffixes = ("svg",)

    def content(self, of: Subject, scale: float) -> bytes:
        from .renderers import render_dot

        if of.view.style == "volumes":
            return _volumes(of).encode()
        return render_dot(to_dot(of.picture, of.view), "svg")


class Png(Format):
    suffixes = ("png",)
    scales = True

    def content(self, of: Subject, scale: float) -> bytes:
        from .convert import svg_to_png
        from .renderers import render_dot

        if of.view.style == "volumes":
            return svg_to_png(_volumes(of), scale)
        return render_dot(to_dot(of.picture, of.view), "png", scale)


class Pdf(Format):
    suffixes = ("pdf",)

    def content(self, of: Subject, scale: float) -> bytes:
        from .convert import svg_to_pdf
        from .renderers import render_dot

        if of.view.style == "volumes":
            return svg_to_pdf(_volumes(of))
        return render_dot(to_dot(of.picture, of.view), "pdf")


class Dot(_Text):
    suffixes = ("dot", "gv")
    called = "DOT"

    def content(self, of: Subject, scale: float) -> bytes:
        return to_dot(of.picture, of.view).encode()


class Mermaid(_Text):
    suffixes: ClassVar[tuple[str, ...]] = ("mmd", "mermaid")
    called = "Mermaid"

    def content(self, of: Subject, scale: float) -> bytes:
        return to_mermaid(of.picture, of.view).encode()


class Markdown(Mermaid):
    """Mermaid as a part of a Markdown file."""

    suffixes = ("md",)

    def content(self, of: Subject, scale: float) -> bytes:
        return b"```mermaid\n" + super().content(of, scale) + b"```\n"


class Html(Format):
    suffixes = ("html", "htm")

    def refuses(self, view: View, two: bool) -> str:
        if two:
            return (
                "an HTML page shows one network; two as one are drawn to .svg, .png, .pdf, .dot, .mmd or .md"
            )
        if view.style == "graph":
            return ""
        return f"an HTML page has a look of its own: leave out the style '{view.style}'"

    def content(self, of: Subject, scale: float) -> bytes:
        from .page import page

        return page(of.graph, of.view).encode()


def _volumes(of: Subject) -> str:
    from .volumes import volumes

    return volumes(of.graph, of.view.direction or "LR", of.view.dark)


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
