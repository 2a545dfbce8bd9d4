"""The report as a page that needs nothing else, and its figures as files beside it."""

from __future__ import annotations

import base64
import re
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from ...source import SpecError, write_atomically
from ..errors import RunExists
from ..figures.cases import cases_figure
from ..files import make_folder
from ..wording import figure
from .building import Report
from .cases import Case

if TYPE_CHECKING:
    from .building import Picture

PAGE = "report.html"
_LEAST = 160
"""Small images are enlarged to about so many pixels, each pixel to a square."""


def write_report(report: Report, folder: Path) -> Path:
    """Write the page and its figures into ``folder``, over a report that is there; the page.

    Raises :class:`SpecError` where that fails, and for a folder that holds anything else.
    """
    check_report_folder(folder)
    figures = {f"{picture.name}.{picture.kind}": picture.data for picture in report.pictures}
    for section in report.sections:
        figures |= {f"{cases.name}.png": cases_figure(cases.title, cases.cases) for cases in section.cases}
    make_folder(folder)
    for name in _figures_of(folder / PAGE) - figures.keys():
        (folder / name).unlink(missing_ok=True)
    for name, data in figures.items():
        write_atomically(folder / name, data)
    page = folder / PAGE
    write_atomically(page, page_text(report).encode())
    return page


def check_report_folder(folder: Path) -> None:
    """Raise :class:`SpecError` where ``folder`` holds something that is no report: its files could be overwritten."""
    if folder.is_dir() and (folder / PAGE).is_file():
        return
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        reason = "holds other things than a report" if folder.is_dir() else "is a file"
        raise SpecError([RunExists(path=str(folder), reason=reason)])


def _figures_of(page: Path) -> set[str]:
    """Names of the figures that belong to a page that is there."""
    if not page.is_file():
        return set()
    found = re.search(r'<meta name="figures" content="([\w. -]*)">', page.read_text(errors="replace"))
    return set(found[1].split()) if found else set()


def page_text(report: Report) -> str:
    """The page. Everything of a person's (names of files, classes, layers, the spec) is escaped by the template."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"embedded": _embedded, "thumbnail": _thumbnail, "figure": figure}
    text = files(__package__).joinpath("template.html").read_text(encoding="utf-8")
    return environment.from_string(text).render(report=report)


def _embedded(picture: Picture) -> str:
    """The figure as an address that holds it."""
    kind = "svg+xml" if picture.kind == "svg" else "png"
    return f"data:image/{kind};base64,{base64.b64encode(picture.data).decode()}"


def _thumbnail(case: Case) -> str:
    from ..figures.cases import case_image

    return f"data:image/png;base64,{base64.b64encode(case_image(case, _LEAST)).decode()}"
