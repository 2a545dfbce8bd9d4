"""docs/lint.md lists the lints that there are, and names the specs that ship with one."""

from __future__ import annotations

from importlib import util
from pathlib import Path

from test_lints import RIGHT

DOCS = Path(__file__).parent.parent.parent / "docs"


def test_the_list_is_what_the_registry_says() -> None:
    spec = util.spec_from_file_location("make_lint", DOCS / "make_lint.py")
    assert spec and spec.loader
    make_lint = util.module_from_spec(spec)
    spec.loader.exec_module(make_lint)
    page = (DOCS / "lint.md").read_text(encoding="utf-8")
    assert make_lint.LISTED.sub(lambda _: make_lint.listed(), page) == page, "run docs/make_lint.py"


def test_what_is_found_in_specs_that_ship_is_explained() -> None:
    table = (DOCS / "lint.md").read_text(encoding="utf-8").rpartition("## In the specs that ship")[2]
    rows = [row for row in table.splitlines() if row.startswith("| `")]
    for name, codes in RIGHT.items():
        assert any(f"{name}`" in row or f"/{name}.cnn`" in row for row in rows if f"`{codes[0]}`" in row), (
            name
        )
