"""Pages shown in a real browser: whatever is done there, a page asks for nothing but itself and reports no error."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from cnnspec.backends.drawing.page import page as page_of
from cnnspec.backends.drawing.view import View
from cnnspec.elaborate import elaborate, open_target
from cnnspec.ir import Graph

_PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@dataclass
class Shown:
    """A page in the browser: ``problems`` are errors, messages and dialogs, ``requests`` all that it asked for."""

    page: Any
    address: str
    problems: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def listen(self) -> None:
        self.page.on("console", lambda message: self.problems.append(message.text))
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.problems.append(dialog.message), dialog.dismiss()))
        self.page.on("request", lambda request: self.requests.append(request.url))

    def box(self, text: str) -> Any:
        """The first closed box with this text."""
        return self.page.locator("#canvas .box", has_text=text).first

    def bar(self, text: str) -> Any:
        """The title of the first open block with this text."""
        return self.page.locator("#canvas .bar", has_text=text).first

    def row(self, name: str) -> Any:
        """The first row of the table whose name is this."""
        return self.page.locator("#rows tr").filter(has=self.page.get_by_text(name, exact=True)).first

    @property
    def card(self) -> Any:
        return self.page.locator("#card")

    def level(self) -> str:
        """The levels that are marked as shown, in words."""
        return " ".join(self.page.locator("#levels [aria-pressed=true]").all_inner_texts())

    def elements(self) -> int:
        return int(self.page.evaluate("document.querySelectorAll('*').length"))


Show = Callable[..., Shown]


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    program = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    if program is None:
        pytest.skip("there is no chromium on the PATH")
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=list(_ARGUMENTS))
        yield started
        started.close()


@pytest.fixture
def show(browser: Any, tmp_path: Path) -> Iterator[Show]:
    shown: list[Shown] = []

    def open_page(
        graph: Graph, view: View | None = None, width: int = 1400, height: int = 900, **more: Any
    ) -> Shown:
        file = tmp_path / f"page{len(shown)}.html"
        file.write_text(page_of(graph, view), encoding="utf-8")
        page = browser.new_page(viewport={"width": width, "height": height}, **more)
        found = Shown(page, file.as_uri())
        shown.append(found)
        found.listen()
        page.goto(found.address)
        return found

    yield open_page
    for each in shown:
        each.page.close()
        assert each.problems == []
        assert set(each.requests) == {each.address}


@pytest.fixture(scope="session")
def resnet() -> Graph:
    return elaborate(open_target("resnet50"))


@pytest.fixture
def shown(show: Show, resnet: Graph) -> Shown:
    return show(resnet)
