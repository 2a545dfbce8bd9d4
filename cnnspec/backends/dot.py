"""Turning DOT text into a picture, with whichever Graphviz this machine has.

A real `dot` on the PATH comes first. Otherwise `graphviz-pure`, a port of Graphviz with fonts of its own, draws
SVG and PNG; the PNG is its own too, since a rasterised SVG shows no text where no matching font is installed. Both
programs are run directly, because the `graphviz` package's `pipe` cannot pass on a resolution.
"""

from __future__ import annotations

import functools
import importlib.metadata
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

FORMATS = ("svg", "png", "pdf")
PNG_DPI = 144
"""Twice the screen resolution Graphviz assumes for text, so that small labels stay readable."""

_ABSENT = "a drawing in {0} needs a renderer: pip install graphviz-pure  (or install Graphviz, so that `dot` is on the PATH)"
_NO_PDF = "a drawing in pdf needs the `dot` of Graphviz on the PATH: install Graphviz, or draw to svg or png"


class RendererMissing(Exception):
    """Nothing installed here draws the format asked for; the message says what to install."""

    def __init__(self, format: str) -> None:
        """Take the format that nothing here can draw."""
        super().__init__(_NO_PDF if format == "pdf" else _ABSENT.format(format))
        self.format = format


class RenderFailed(Exception):
    """The renderer refused the DOT text; the message holds what it said."""


@dataclass(frozen=True)
class Renderer:
    """A program that draws DOT text, and those of `FORMATS` it can write."""

    name: str
    version: str
    formats: tuple[str, ...]
    program: str


def find_renderer(format: str) -> Renderer | None:
    """The renderer preferred for `format`, one of `FORMATS`, or None where nothing installed can write it."""
    return next((renderer for renderer in _renderers() if format in renderer.formats), None)


def render_dot(dot_text: str, format: str) -> bytes:
    """The picture of `dot_text` as a file's contents; `format` is one of `FORMATS`.

    Raises `RendererMissing` where nothing can draw it and `RenderFailed` where the text is not valid DOT.
    """
    if format not in FORMATS:
        raise ValueError(f"{format!r} is none of the formats {', '.join(FORMATS)}")
    renderer = find_renderer(format)
    if renderer is None:
        raise RendererMissing(format)
    # Only PNG is given a resolution: it would enlarge an SVG or PDF, which have none.
    resolution = [f"-Gdpi={PNG_DPI}"] if format == "png" else []
    ran = _run(renderer.program, f"-T{format}", *resolution, stdin=dot_text)
    if ran.returncode or not ran.stdout:
        raise RenderFailed(f"{renderer.name} could not draw the graph: {_text(ran.stderr)}")
    return ran.stdout


def describe_renderers() -> tuple[str, ...]:
    """A line for each renderer found, preferred first, and one for what is lacking."""
    lines = tuple(f"{r.name} {r.version}: {', '.join(r.formats)}" for r in _renderers())
    lacking = tuple(
        str(RendererMissing(format)) for format in ("svg", "pdf") if find_renderer(format) is None
    )
    return lines + lacking[:1]


def _renderers() -> Iterator[Renderer]:
    for name, program in (("dot", shutil.which("dot")), ("graphviz-pure", _pure_program())):
        if program and (renderer := _identify(name, program)):
            yield renderer


def _pure_program() -> str | None:
    """The wheel's program, found through its list of files: its folder need not be on the PATH."""
    try:
        files = importlib.metadata.files("graphviz-pure") or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    places = (
        str(file.locate()) for file in files if file.stem == "graphviz-pure" and file.suffix in ("", ".exe")
    )
    return next(filter(None, map(shutil.which, places)), None) or shutil.which("graphviz-pure")


@functools.cache
def _identify(name: str, program: str) -> Renderer | None:
    """Ask a program for its version and formats; None if it does not start."""
    try:
        spoken = _run(program, "-V")
        # Graphviz answers an unknown format with the list of those its plug-ins offer.
        offered = set(_text(_run(program, "-T?").stderr).split())
    except OSError:
        return None
    if spoken.returncode:
        return None
    version = re.search(r"(\d+(?:\.\d+)+)", _text(spoken.stderr + spoken.stdout))
    return Renderer(
        name, version[1] if version else "unknown", tuple(f for f in FORMATS if f in offered), program
    )


def _run(program: str, *options: str, stdin: str = "") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([program, *options], input=stdin.encode(), capture_output=True)


def _text(output: bytes) -> str:
    return output.decode(errors="replace").strip()
