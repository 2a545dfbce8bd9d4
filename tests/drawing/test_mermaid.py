"""Mermaid texts: whatever a person wrote stays text, and what Mermaid cannot show is refused."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from naming import named
from networks import resnet
from outlines import expected, of_mermaid

from cnnspec.backends.drawing.mermaid import MOST_ARROWS, MOST_TEXT, TooLargeForMermaid, to_mermaid
from cnnspec.backends.drawing.model import picture
from cnnspec.backends.drawing.view import View
from cnnspec.elaborate import elaborate, open_target

HOSTILE = [
    'say "hi"', "a < b > c", "R&D &amp; co #35; #quot;", "back\\slash \\n", "end", "subgraph x", "%%{init: {}}%%", "%% note",
    '"];evil["x', "fa:fa-car", "$$x^2$$", "*a* _b_ `c`", "1. item", "- item", "+", "[x](javascript:alert(1))", "https://a.b",
    "click n0 call alert()", "style n0 fill:#f00;", ":::look0", "@{shape: x}", "```", "two\nlines\n---", "größe 层 слой",
    'style:"a"', "classDef:#a;<", "a_b __init__", "_", "12.", "1) a", "1.5", ":-:", "===", "a@b.c", "www.a.b", "\\*", "$$$",
    "(a) [b]: {c}", "שלום", "层" * 60, "ﬂ°°35¶ß", "'", "</style>", "accTitle: x", "]](",
    "\u202e\u2028", "-", "--|--", "{{x}}",
    "#9829;", "%", "linkStyle", "x" * 200, "\x00\x1b\ud800", "", "classDef a fill:#f00;", "direction LR",
    "~~~mermaid", "| a | b |",
]  # fmt: skip


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
    read_back(text)


def test_what_mermaid_does_not_show_is_refused() -> None:
    graph = elaborate(open_target("nasnet_a_mobile"))
    view = View(level="layer")
    assert len(picture(graph, view).arrows) > MOST_ARROWS
    with pytest.raises(TooLargeForMermaid, match=r"964 arrows.*at most 500.*a coarser --level"):
        to_mermaid(picture(graph, view), view)
    assert to_mermaid(picture(graph, View(level="block")), View(level="block"))


def test_as_many_arrows_as_mermaid_shows() -> None:
    drawn = picture(resnet(), View(level="layer"))
    arrow = replace(drawn.arrows[-1], text="")
    full = replace(drawn, arrows=(arrow,) * MOST_ARROWS)
    assert to_mermaid(full, View(level="layer")).count("-->") == MOST_ARROWS
    with pytest.raises(TooLargeForMermaid, match="501 arrows"):
        to_mermaid(replace(full, arrows=(*full.arrows, arrow)), View(level="layer"))


def test_as_much_text_as_mermaid_reads() -> None:
    """Characters beyond 16 bits count twice, as in a browser."""
    drawn = picture(named("net"), View(level="layer"))
    room = MOST_TEXT - len(to_mermaid(replace(drawn, facts=("",)), View(level="block"))) + 1
    for fact in ("a" * room, "\N{MATHEMATICAL DOUBLE-STRUCK CAPITAL A}" * (room // 2)):
        assert to_mermaid(replace(drawn, facts=(fact,)), View(level="block"))
        with pytest.raises(
            TooLargeForMermaid, match=r"50,00\d characters.*at most 50,000.*a coarser --level"
        ):
            to_mermaid(replace(drawn, facts=(fact + "bb",)), View(level="block"))


@pytest.mark.parametrize(
    "text",
    [
        "block(64, stride = 2) ×3",
        "global_avgpool",
        "1000",
        "3x224x224",
        "12.4%",
        "a: b; c, d [e] {f} (g) | h/i",
        "1.5",
    ],
)
def test_what_means_nothing_is_written_as_it_is(text: str) -> None:
    drawn = picture(named(text), View(level="layer"))
    assert f'out0(["{text}\n' in to_mermaid(drawn, View())


@pytest.mark.parametrize(
    ("text", "coded"),
    [
        ('"<a>&"', "#quot;#lt;a#gt;#amp;#quot;"), ("- a", "#45; a"), ("2. a", "2#46; a"), ("_a_ b_c", "#95;a#95; b_c"),
        ("http://a", "http#58;//a"), ("fa:fa-car", "fa#58;fa-car"), ("a\\n", "a#92;n"), ("%%{", "%#37;{"), ("$$", "$#36;"),
        ("[a](b)", "[a#93;(b)"), ("direction LR", "#100;irection LR"), ("style", "style"), ('style:"', "#115;tyle:#quot;"),
    ],
)  # fmt: skip
def test_codes(text: str, coded: str) -> None:
    """Each was seen to change what Mermaid 10 or 11 shows, in a browser."""
    drawn = picture(named(text), View(level="layer"))
    assert f'out0(["{coded}\n' in to_mermaid(drawn, View())


def test_the_title_is_one_line_of_yaml() -> None:
    drawn = picture(named('a "b"\n---\n%%{init: {}}%% #35; <b>'), View(level="layer"))
    title = to_mermaid(drawn, View()).split("\n")[1].removeprefix("title: ")
    assert not {"%%", "#35;", "<"} & {title[i : i + n] for n in (1, 2, 4) for i in range(len(title))}
    assert json.loads(title) == 'a "b" --- %%{init: {}}%% #35; ‹b>'


def test_the_title_says_what_warmth_is() -> None:
    view = View(level="stage", heat="macs")
    assert 'title: "resnet (multiply-adds)"' in to_mermaid(picture(resnet(), view), view)
