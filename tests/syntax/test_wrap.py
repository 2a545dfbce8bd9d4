"""Long lines of canonical text are broken at commas, and read as before."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnspec.source import Source
from cnnspec.syntax import parse, print_text, tree
from cnnspec.syntax.layout import WIDTH
from cnnspec.syntax.wrap import wrapped

from .strategies import calls, expressions, specs


@given(specs)
@settings(max_examples=60, deadline=None)
def test_wide_specs_read_as_before(spec: tree.Spec) -> None:
    wide = tree.Spec(spec.uses, spec.model, spec.blocks, spec.sections)
    assert parse(Source("a.cnn", print_text(wide))) == wide


@given(st.lists(expressions, min_size=8, max_size=20), st.lists(calls, min_size=3, max_size=6))
@settings(max_examples=60, deadline=None)
def test_long_calls_read_as_before(values: list[tree.Expression], others: list[tree.Call]) -> None:
    arguments = (*map(tree.Argument, values), *map(tree.Argument, others))
    spec = tree.Spec(blocks=(tree.Block("b", (), (tree.Label("stem", tree.Call("conv", arguments)),)),))
    text = print_text(spec)
    assert parse(Source("a.cnn", text)) == spec
    assert print_text(parse(Source("a.cnn", text))) == text


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("conv(8, 3)", ["conv(8, 3)"]),
        (f"conv({'a' * 60}, {'b' * 60})", ["conv(", f"  {'a' * 60},", f"  {'b' * 60},", ")"]),
        (f"let x = [{'a' * 60}, {'b' * 60}]", ["let x = [", f"  {'a' * 60},", f"  {'b' * 60},", "]"]),
        (f"f(g({'a' * 60}, {'b' * 60}))", ["f(g(", f"  {'a' * 60},", f"  {'b' * 60},", "))"]),
        (f'f("{"(, " * 40}", 1)', ["f(", f'  "{"(, " * 40}",', "  1,", ")"]),
        ("x" * 120, ["x" * 120]),
        (f"let y = ({'a + ' * 40}b) * 2", [f"let y = ({'a + ' * 40}b) * 2"]),
    ],
)
def test_where_lines_break(text: str, lines: list[str]) -> None:
    assert wrapped(text, 0, WIDTH, 2) == lines
