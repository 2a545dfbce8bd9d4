"""The report as a page that needs nothing else, and its figures as files beside it."""

from __future__ import annotations

import base64
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from ...source import write_atomically
from ..figures.cases import cases_figure
from ..files import make_folder
from .building import Report, shown
from .cases import Case

if TYPE_CHECKING:
    from .building import Picture

PAGE = "report.html"
_LEAST = 160
"""Small images are enlarged to about so many pixels, each pixel to a square."""


def write_report(report: Report, folder: Path) -> Path:
    """Write the page and its figures into ``folder``; the page. Raises :class:`SpecError` where that fails."""
    make_folder(folder)
    for picture in report.pictures:
        write_atomically(folder / f"{picture.name}.{picture.kind}", picture.data)
    for section in report.sections:
        for cases in section.cases:
            write_atomically(folder / f"{cases.name}.png", cases_figure(cases.title, cases.cases))
    page = folder / PAGE
    write_atomically(page, page_text(report).encode())
    return page


def page_text(report: Report) -> str:
    """The page. Everything of a person's (names of files, classes, layers, the spec) is escaped by the template."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"embedded": _embedded, "thumbnail": _thumbnail, "figure": shown}
    text = files(__package__).joinpath("template.html").read_text(encoding="utf-8")
    return environment.from_string(text).render(report=report)


def _embedded(picture: Picture) -> str:
    """The figure as an address that holds it."""
    kind = "svg+xml" if picture.kind == "svg" else "png"
    return f"data:image/{kind};base64,{base64.b64encode(picture.data).decode()}"


def _thumbnail(case: Case) -> str:
    from ..figures.cases import case_image

    return f"data:image/png;base64,{base64.b64encode(case_image(case, _LEAST)).decode()}"
