"""Printing and parsing are inverse in both surfaces, and no comment is ever lost."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnnspec.source import Source, SpecError
from cnnspec.syntax import parse_text, parse_yaml, print_text, print_yaml, tree

from .strategies import comment_texts, specs

SURFACES = [
    pytest.param(parse_text, print_text, id="text"),
    pytest.param(parse_yaml, print_yaml, id="yaml"),
]
slow = settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)


def comments(spec: tree.Spec) -> list[str]:
    return sorted(c.text for c in spec.comments)


@pytest.mark.parametrize(("parse", "show"), SURFACES)
@given(spec=specs)
@slow
def test_what_is_printed_parses_to_the_same_tree(parse, show, spec):
    printed = show(spec)
    if not printed:
        return
    again = parse(Source("spec", printed))
    assert again == spec
    canonical = show(again)
    assert parse(Source("spec", canonical)) == spec
    assert show(parse(Source("spec", canonical))) == canonical


@given(spec=specs, data=st.data())
@slow
def test_text_with_comments_and_broken_lines(spec, data):
    """Comments and line ends at any gap between statements."""
    words = print_text(spec).replace("  ", "\n").split("\n")
    lines = []
    for word in words:
        extra = data.draw(st.sampled_from(["", "", "", " ", "\n", "#"]))
        lines.append(word + ("  " + data.draw(comment_texts) if extra == "#" else extra))
    text = "\n".join(lines)
    try:
        first = parse_text(Source("spec", text))
    except SpecError:
        return  # a string with two spaces in it was cut
    for parse, show in ((parse_text, print_text), (parse_yaml, print_yaml)):
        printed = show(first)
        if not printed:
            continue
        again = parse(Source("spec", printed))
        assert again == first
        assert comments(again) == comments(first)
        canonical = show(again)
        assert show(parse(Source("spec", canonical))) == canonical
        assert comments(parse(Source("spec", canonical))) == comments(first)


@given(spec=specs, data=st.data())
@slow
def test_yaml_with_comments(spec, data):
    """A comment on any line of YAML, at its end or on a line before it."""
    lines = []
    for line in print_yaml(spec).split("\n"):
        where = data.draw(st.sampled_from(["none", "none", "end", "alone"]))
        text = data.draw(comment_texts) if where != "none" else ""
        if where == "alone":
            lines.append(" " * (len(line) - len(line.lstrip())) + text)
        lines.append(line + ("  " + text if where == "end" else ""))
    first = parse_yaml(Source("spec", "\n".join(lines)))
    for parse, show in ((parse_text, print_text), (parse_yaml, print_yaml)):
        printed = show(first)
        if not printed:
            continue
        again = parse(Source("spec", printed))
        assert again == first
        assert comments(again) == comments(first)
        canonical = show(again)
        assert show(parse(Source("spec", canonical))) == canonical
