"""Mermaid texts: whatever a person wrote stays text, and what Mermaid cannot show is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from networks import Builder
from outlines import expected, of_mermaid

from cnnspec.backends.drawing.mermaid import MOST_ARROWS, TooLargeForMermaid, to_mermaid
from cnnspec.backends.drawing.model import picture
from cnnspec.backends.drawing.view import View
from cnnspec.elaborate import elaborate, open_target
from cnnspec.ir import Graph, GraphOutput

HOSTILE = [
    'say "hi"', "a < b > c", "R&D &amp; co #35; #quot;", "back\\slash \\n", "end", "subgraph x", "%%{init: {}}%%", "%% note",
    '"];evil["x', "fa:fa-car", "$$x^2$$", "*a* _b_ `c`", "1. item", "- item", "+", "[x](javascript:alert(1))", "https://a.b",
    "click n0 call alert()", "style n0 fill:#f00;", ":::look0", "@{shape: x}", "```", "two\nlines\n---", "größe 层 слой",
    "x" * 200, "\x00\x1b\ud800", "", "classDef a fill:#f00;", "direction LR", "www.a.b", "~~~mermaid", "| a | b |",
]  # fmt: skip


def named(text: str) -> Graph:
    b = Builder(text, 1, 8, 8)
    with b.scope("part", text):
        b("conv", 2, 3, name=text.replace(".", "_") + "?"), b("relu")
    b("conv", 2, 3)
    return b.graph(GraphOutput(text, b.at))


def read_back(text: str) -> None:
    drawn = picture(named(text), View(level="layer"))
    written = to_mermaid(drawn, View())
    assert of_mermaid(written) == expected(drawn)
    assert "```" not in written and "<script" not in written and "%%{" not in written
    assert written.count("\n---\n") == 1


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_stay_text(text: str) -> None:
    read_back(text)


@given(st.text(max_size=60))
def test_any_text(text: str) -> None:
    # Two letters that Mermaid itself uses for codes are given up.
    read_back(text.replace("ﬂ°", "").replace("¶ß", ""))


def test_what_mermaid_does_not_show_is_refused() -> None:
    graph = elaborate(open_target("nasnet_a_mobile"))
    view = View(level="layer")
    assert len(picture(graph, view).arrows) > MOST_ARROWS
    with pytest.raises(TooLargeForMermaid, match=r"964 arrows.*at most 500.*--level block"):
        to_mermaid(picture(graph, view), view)
    assert to_mermaid(picture(graph, View(level="block")), View(level="block"))
