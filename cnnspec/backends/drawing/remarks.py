"""What a person should know of a drawing that was made, though nothing is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from .formats import Subject
from .themes import theme_of

_SHRUNK = re.compile(r'transform="scale\(([\d.]+)')
_READABLE = 6.0
"""Points of letters in print; footnotes have 7 or 8."""
_LEAST_TOLD = 0.1


def remarks(of: Subject, kind: str, svg: Callable[[], str]) -> Iterator[str]:
    """Sentences on the file of a format ``kind``; ``svg`` makes the same drawing as SVG, which takes a while."""
    if of.view.style == "paper" and kind in ("svg", "png", "pdf"):
        found = _SHRUNK.search(svg())
        points = theme_of("paper", False).size * (float(found.group(1)) if found else 1)
        if points < _READABLE:
            told = f"{points:.1f}" if points >= _LEAST_TOLD else f"under {_LEAST_TOLD}"
            yield (
                f"to fit one column, its letters are {told} pt: a coarser --level than "
                f"{of.view.level or 'this'} is easier to read"
            )
    if kind in ("png", "pdf") and not all(map(str.isascii, _names(of))):
        from .convert import letters_without_font

        if letters := letters_without_font(svg()):
            yield f"no font here has {' '.join(letters[:10])}: a box stands for each; .svg and .html take the reader's fonts"


def _names(of: Subject) -> Iterator[str]:
    for graph in (of.graph, of.other):
        if graph is not None:
            yield graph.name
            yield from (output.name for output in graph.outputs)
            yield from (scope.title for scope in graph.scopes)
            yield from (node.name for node in graph.nodes)
