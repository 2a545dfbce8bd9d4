"""Diagnostics are folded to a terminal's width, and whole in a file."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnspec.elaborate import Loader, elaborate
from cnnspec.source import Source, SpecError
from cnnspec.source.rendering import render

COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def wrong(before: int, after: int) -> SpecError:
    layers = "relu  " * before, "covn(8, 3)  ", "relu  " * after
    with pytest.raises(SpecError) as caught:
        elaborate(
            Loader().link(Source("net.cnn", f"model net {{ input 3 x 8 x 8  {''.join(layers)}}}"), None)
        )
    return caught.value


@given(st.integers(0, 60), st.integers(0, 60), st.integers(60, 120))
def test_lines_fit_and_carets_stand_under_what_is_wrong(before: int, after: int, width: int) -> None:
    (found,) = wrong(before, after).diagnostics
    lines = COLOUR.sub("", render(found, color=True, width=width)).split("\n")
    assert all(len(line) <= width for line in lines)
    place = next(i for i, line in enumerate(lines) if "^" in line)
    start, end = lines[place].index("^"), lines[place].rindex("^") + 1
    assert lines[place - 1][start:end] == "covn"


def test_messages_are_folded_at_spaces() -> None:
    (found,) = wrong(0, 0).diagnostics
    whole, folded = render(found), render(found, width=30)
    assert folded.count("\n") > whole.count("\n")
    assert " ".join(folded.split("-->")[0].split()) == " ".join(whole.split("-->")[0].split())


def test_a_long_line_is_cut_with_marks() -> None:
    (found,) = wrong(60, 60).diagnostics
    (line,) = [line for line in render(found).split("\n") if "covn(" in line]
    assert line.startswith("1 | …") and line.endswith("…") and len(line) == 164
