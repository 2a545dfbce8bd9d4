"""The page as one text: template, style, script and data put together, with a policy that lets nothing else run."""

from __future__ import annotations

import base64
import hashlib
import html
import json
from collections.abc import Mapping
from importlib import resources
from string import Template
from typing import Any

from ....ir import Graph
from ..text import clean
from ..themes import Theme, theme_of
from ..view import View
from .data import page_data

_SCRIPTS = (
    "columns.js",
    "wires.js",
    "items.js",
    "drawing.js",
    "cards.js",
    "table.js",
    "search.js",
    "levels.js",
    "main.js",
)
_ESCAPES = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}
_NAMELESS = "network"


def page(graph: Graph, view: View | None = None) -> str:
    """A self-contained HTML page of ``graph``: it asks for nothing from anywhere, and needs no Graphviz.

    Blocks open and close; layers say what they are when pointed at. What is open at first, colours and direction are those
    of ``view``; unless it says dark, the reader's system decides. Nothing in the graph's names or spec can become markup or
    script.
    """
    style, script = _file("page.css") + _colours(), _script()
    view = view or View()
    return Template(_file("template.html")).substitute(
        policy=_policy(script, style),
        title=html.escape(clean(graph.name).strip() or _NAMELESS),
        theme=' data-theme="dark" data-chosen' if view.dark else "",
        style=style,
        data=json_for_script(page_data(graph, view)),
        script=script,
    )


def json_for_script(data: Any) -> str:
    """JSON that can stand in a ``script`` element: without a ``<`` or ``&`` of its own, and all of its texts printable."""
    text = json.dumps(_cleaned(data), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.translate(_ESCAPES)


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return value if value.isprintable() else clean(value)
    if isinstance(value, Mapping):
        return {key: _cleaned(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(inner) for inner in value]
    return value


def _policy(script: str, style: str) -> str:
    """Of all that could be in the page or be fetched, only this script and this style."""
    rules = ("default-src 'none'", f"script-src {_hash(script)}", f"style-src {_hash(style)}")
    return "; ".join((*rules, "base-uri 'none'", "form-action 'none'"))


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _script() -> str:
    return "(() => {\n'use strict';\n" + "\n".join(map(_file, _SCRIPTS)) + "})();\n"


def _colours() -> str:
    """The colours of drawings as variables of the style."""
    light, dark = (_variables(theme_of("graph", dark)) for dark in (False, True))
    return f":root {{ {light} }}\n:root[data-theme=dark] {{ {dark} }}\n"


def _variables(theme: Theme) -> str:
    frozen = dict(zip(("frozen", "frozen-line", "frozen-ink"), theme.frozen, strict=True))
    heat = {f"heat{i}": fill for i, fill in enumerate(theme.heat)}
    ink = {f"heat-ink{i}": fill for i, fill in enumerate(theme.heat_ink)}
    fills: dict[str, str] = {str(family): fill for family, fill in theme.fills.items()}
    colours = {**fills, **frozen, "thawing": theme.thawing, **heat, **ink}
    return " ".join(f"--{name}: {colour};" for name, colour in colours.items())


def _file(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
