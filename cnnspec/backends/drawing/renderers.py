"""Turning DOT text into a picture, with whichever Graphviz this machine has.

A real `dot` on the PATH comes first, and writes every format itself. Otherwise `graphviz-pure`, a port of Graphviz that pip
installs, lays drawings out as SVG, and `convert` makes PNG and PDF of that. Both programs are run directly, because the
`graphviz` package's `pipe` cannot pass on a resolution.
"""

from __future__ import annotations

import functools
import importlib.metadata
import logging
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree

from .failures import ConversionFailed, PictureTooLarge, RenderFailed
from .pixels import PNG_DPI, checked_png, png_pixels

__all__ = [
    "FORMATS",
    "ConversionFailed",
    "PictureTooLarge",
    "RenderFailed",
    "Renderer",
    "RendererMissing",
    "describe_renderers",
    "find_renderer",
    "render_dot",
]

FORMATS = ("svg", "png", "pdf")

_ABSENT = (
    "a drawing in {0} needs a renderer: pip install graphviz-pure  (or install Graphviz, so that `dot` is on the PATH); "
    ".dot, .mmd and .html need none, nor does the style 'volumes'"
)
_MOST_SECONDS, _MOST_TO_ANSWER = 600, 20
_PDF_END = 1024
"""Bytes at a PDF's end, in which readers look for the mark of its end."""
_CREATED = re.compile(rb"(?<=/CreationDate \(D:)\d{14}")
_NO_DATE = 946_684_800
"""What PDFs say of when they were made: 2000-01-01, so that the same drawing is the same file."""
_log = logging.getLogger(__name__)


class RendererMissing(Exception):
    """Nothing installed here lays drawings out; the message says what to install, and what can be had without."""

    def __init__(self, format: str) -> None:
        """Take the format that was asked for."""
        super().__init__(_ABSENT.format(format))
        self.format = format


@dataclass(frozen=True)
class Renderer:
    """A program that draws DOT text, and those of `FORMATS` it writes itself."""

    name: str
    version: str
    formats: tuple[str, ...]
    program: str


def find_renderer(format: str) -> Renderer | None:
    """The renderer preferred for `format`, one of `FORMATS`; None where nothing that lays out drawings is installed."""
    if format not in FORMATS:
        return None
    found = list(_renderers())
    return next((r for r in found if {format, "svg"} <= set(r.formats)), next(iter(found), None))


class _StillDrawing(RenderFailed):
    """A program was stopped because it took too long."""


def render_dot(dot_text: str, format: str, scale: float = 1.0) -> bytes:
    """The picture of `dot_text` as a file's contents; `format` is one of `FORMATS`.

    A PNG has 144 pixels an inch, 2 a point, times `scale`. Where a `dot` fails and `graphviz-pure` is there, that one draws,
    and a warning is logged. Raises `RendererMissing` where nothing can draw it, `PictureTooLarge` for a PNG that no program
    could open, and `RenderFailed` where the text is not valid DOT, or what was drawn is no picture.
    """
    if format not in FORMATS:
        raise ValueError(f"{format!r} is none of the formats {', '.join(FORMATS)}")
    renderer = find_renderer(format)
    if renderer is None:
        raise RendererMissing(format)
    try:
        return _picture(renderer, dot_text, format, scale)
    except (PictureTooLarge, ConversionFailed, _StillDrawing):
        raise
    except RenderFailed as error:
        other = next((r for r in _renderers() if r.program != renderer.program), None)
        if other is None:
            raise
        return _instead(other, str(error), dot_text, format, scale)


def _instead(other: Renderer, failed: str, dot_text: str, format: str, scale: float) -> bytes:
    """What another program draws, after one ``failed``."""
    try:
        drawn = _picture(other, dot_text, format, scale)
    except RenderFailed as error:
        raise RenderFailed(failed if str(error) in failed else f"{failed}; {error}") from None
    _log.warning("note: %s; %s drew it instead", failed, other.name)
    return drawn


def _picture(renderer: Renderer, dot_text: str, format: str, scale: float) -> bytes:
    if format in renderer.formats and format != "png":
        return _drawn(renderer, dot_text, format)
    svg = _drawn(renderer, dot_text, "svg").decode("utf-8", "replace")
    return _png(renderer, dot_text, svg, scale) if format == "png" else _pdf(svg)


def _png(renderer: Renderer, dot_text: str, svg: str, scale: float) -> bytes:
    """``svg`` tells the size first: `dot` would quietly make what is too large smaller."""
    from .convert import read_svg, svg_to_png

    if "png" not in renderer.formats:
        return svg_to_png(svg, scale)
    sheet = read_svg(svg)
    pixels = png_pixels(sheet.width, sheet.height, scale)
    drawn = _drawn(renderer, dot_text, "png", f"-Gdpi={PNG_DPI * scale:g}")
    return checked_png(drawn, pixels, scale)


def _pdf(svg: str) -> bytes:
    from .convert import svg_to_pdf

    return svg_to_pdf(svg)


def _drawn(renderer: Renderer, dot_text: str, format: str, *options: str) -> bytes:
    try:
        ran = _run(renderer.program, f"-T{format}", *options, stdin=dot_text)
    except OSError as error:
        raise RenderFailed(f"{renderer.name} could not be started: {error}") from None
    except subprocess.TimeoutExpired:
        raise _StillDrawing(
            f"{renderer.name} took more than {_MOST_SECONDS // 60} minutes: draw fewer details"
        ) from None
    if ran.returncode or not ran.stdout:
        stopped = f"it was stopped by signal {-ran.returncode}" if ran.returncode < 0 else ""
        words = _text(ran.stderr) or stopped or "it said nothing"
        raise RenderFailed(f"{renderer.name} could not draw the graph: {words}")
    if fault := _fault(ran.stdout, format):
        raise RenderFailed(f"what {renderer.name} drew is no {format.upper()}: {fault}")
    return _CREATED.sub(_date(), ran.stdout) if format == "pdf" else ran.stdout


def _fault(drawn: bytes, format: str) -> str:
    """What is wrong with an SVG or PDF, "" where nothing is; a PNG is looked at later, when its size is known."""
    if format == "pdf" and not drawn.startswith(b"%PDF-"):
        return f"it begins with {drawn[:8]!r}"
    if format == "pdf" and b"%%EOF" not in drawn[-_PDF_END:]:
        return "its end is missing"
    if format != "svg":
        return ""
    try:
        name = ElementTree.fromstring(drawn).tag.rpartition("}")[2]
    except (ElementTree.ParseError, ValueError) as error:
        return str(error)
    return "" if name == "svg" else f"its root is <{name}>"


def _epoch() -> int:
    """When files say that they were made, in seconds since 1970; people may set it."""
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    return int(given) if re.fullmatch("[0-9]{1,10}", given) else _NO_DATE


def _date() -> bytes:
    """For Graphviz before 2.44, whose PDFs tell when they were made whatever the environment says."""
    return time.strftime("%Y%m%d%H%M%S", time.gmtime(_epoch())).encode()


def describe_renderers() -> tuple[str, ...]:
    """A line for each renderer found, preferred first, or one that says what is lacking."""
    lines = tuple(f"{r.name} {r.version}: {_written_by(r)}" for r in _renderers())
    return lines or (str(RendererMissing("svg")),)


def _written_by(renderer: Renderer) -> str:
    others = [format for format in FORMATS if format not in renderer.formats]
    own = ", ".join(renderer.formats)
    return f"{own}; {' and '.join(others)} made of its svg" if others else own


def _renderers() -> Iterator[Renderer]:
    """Those that start and write SVG, `dot` first."""
    if (program := shutil.which("dot")) and (found := _identify("dot", program, FORMATS)):
        yield found
    if (program := _pure_program()) and (found := _identify("graphviz-pure", program, ("svg",))):
        yield found


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
def _identify(name: str, program: str, wanted: tuple[str, ...]) -> Renderer | None:
    """Ask a program for its version, and which of the ``wanted`` formats it writes; None if it does not start, or writes
    no SVG."""
    try:
        spoken = _run(program, "-V", most=_MOST_TO_ANSWER)
        # Graphviz answers an unknown format with the list of those its plug-ins offer.
        offered = set(_text(_run(program, "-T?", most=_MOST_TO_ANSWER).stderr).split())
    except (OSError, subprocess.TimeoutExpired):
        return None
    formats = tuple(format for format in wanted if format in offered)
    if spoken.returncode or "svg" not in formats:
        return None
    version = re.search(r"(\d+(?:\.\d+)+)", _text(spoken.stderr + spoken.stdout))
    return Renderer(name, version[1] if version else "unknown", formats, program)


def _run(
    program: str, *options: str, stdin: str = "", most: float = _MOST_SECONDS
) -> subprocess.CompletedProcess[bytes]:
    text = stdin.encode("utf-8", "replace")
    known = {"SOURCE_DATE_EPOCH": str(_epoch())} | os.environ
    return subprocess.run([program, *options], input=text, capture_output=True, timeout=most, env=known)


def _text(output: bytes) -> str:
    return output.decode(errors="backslashreplace").strip()
