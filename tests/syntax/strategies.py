"""Hypothesis strategies for valid trees, without spans: whatever a person could have written."""

from __future__ import annotations

from hypothesis import strategies as st

from cnnspec.syntax import tree
from cnnspec.syntax.literals import forbidden
from cnnspec.syntax.scan import KEYWORDS

PREFERRED = ["relu", "conv", "bn", "x", "y", "add", "concat", "stem", "width", "n", "x2", "from", "e1"]

names = st.one_of(
    st.sampled_from(PREFERRED),
    st.sampled_from(PREFERRED),
    st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,6}", fullmatch=True).filter(lambda n: n not in KEYWORDS),
)
strings = st.one_of(
    st.sampled_from(["", "a, b", "a: b", "# no", "]", "it's", '"', "\\", "{", "\n", "\t", "\x07", "\u2028"]),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
)
literals = st.one_of(
    st.integers(0, 10**18 - 1),
    st.integers(0, 9),
    st.floats(0, allow_nan=False, allow_infinity=False).map(abs),
    st.booleans(),
    strings,
).map(tree.Literal)
values = st.one_of(literals, names.map(tree.Name), st.just(tree.Name("in")))


def _arguments(expressions: st.SearchStrategy) -> st.SearchStrategy:
    positional = st.lists(expressions.map(tree.Argument), max_size=3)
    named = st.lists(st.builds(tree.Argument, expressions, names), max_size=3, unique_by=lambda a: a.name)
    mixed = st.tuples(positional, named).map(lambda both: (*both[0], *both[1]))
    return mixed


def _expressions(inner: st.SearchStrategy) -> st.SearchStrategy:
    operators = ["or", "and", "==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "//", "%"]
    items = st.lists(inner, max_size=3).map(tuple)
    return st.one_of(
        st.builds(tree.Attribute, inner, names),
        st.builds(tree.Index, inner, inner),
        st.builds(tree.Sequence, items, st.sampled_from("[(")),
        st.builds(tree.Unary, st.sampled_from(["-", "+", "not"]), inner),
        st.builds(tree.Binary, st.sampled_from(operators), inner, inner),
        st.builds(tree.Call, names, _arguments(inner)),
    )


expressions = st.recursive(values, _expressions, max_leaves=6)
arguments = _arguments(expressions)
calls = st.builds(tree.Call, names, arguments)
chains = st.recursive(
    st.one_of(names, st.just("in")).map(tree.Name),
    lambda inner: st.one_of(
        st.builds(tree.Attribute, inner, names), st.builds(tree.Index, inner, expressions)
    ),
    max_leaves=2,
)
bare_paths = chains.filter(lambda c: not isinstance(c, tree.Name) or c.name == "in").map(
    lambda start: tree.Path(start, ())
)


def _steps(statements: st.SearchStrategy) -> st.SearchStrategy:
    bodies = st.lists(statements, max_size=3).map(tuple)
    plain = st.one_of(calls, bodies.map(tree.Group), _joins(bodies))
    return st.one_of(plain, st.builds(tree.Label, names, plain))


def _joins(bodies: st.SearchStrategy) -> st.SearchStrategy:
    return st.builds(tree.Join, calls, st.lists(bodies, min_size=1, max_size=3).map(tuple))


def _statements(inner: st.SearchStrategy) -> st.SearchStrategy:
    bodies = st.lists(inner, max_size=3).map(tuple)
    steps = st.lists(_steps(inner), min_size=1, max_size=3).map(tuple)
    paths = st.builds(tree.Path, chains, steps)
    loop_names = st.lists(names, min_size=1, max_size=3, unique=True).map(tuple)
    return st.one_of(
        st.builds(tree.Label, names, inner),
        bodies.map(tree.Group),
        paths,
        st.builds(tree.Let, names, st.one_of(expressions, paths)),
        st.builds(tree.Repeat, expressions, bodies),
        st.builds(tree.For, loop_names, expressions, bodies),
        st.builds(tree.If, expressions, bodies, st.one_of(st.none(), bodies)),
        _joins(bodies),
        st.builds(tree.Output, names, inner, st.booleans()),
    )


statements = st.recursive(st.one_of(calls, bare_paths), _statements, max_leaves=6)
bodies = st.lists(statements, max_size=4).map(tuple)
parameters = st.lists(
    st.builds(tree.Parameter, names, st.one_of(st.none(), expressions)),
    max_size=3,
    unique_by=lambda p: p.name,
).map(tuple)
models = st.builds(tree.Model, names, parameters, st.tuples(expressions, expressions, expressions), bodies)
blocks = st.builds(tree.Block, names, parameters, bodies)
uses = st.one_of(
    st.builds(tree.Use, names, st.just(False), st.one_of(st.none(), arguments)),
    st.builds(tree.Use, strings, st.just(True), st.one_of(st.none(), arguments)),
)
_section_names = names.filter(lambda n: n not in ("net", "blocks"))
sections = st.one_of(
    st.builds(tree.Section, _section_names, st.just("call"), st.tuples(calls)),
    st.builds(tree.Section, _section_names, st.just("arguments"), st.just(()), arguments),
    st.builds(tree.Section, _section_names, st.just("list"), st.lists(calls, max_size=3).map(tuple)),
)
specs = st.builds(
    tree.Spec,
    st.lists(uses, max_size=2).map(tuple),
    st.one_of(st.none(), models),
    st.lists(blocks, max_size=2, unique_by=lambda b: b.name).map(tuple),
    st.lists(sections, max_size=2, unique_by=lambda s: s.name).map(tuple),
)
comment_texts = (
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
    .filter(lambda t: "\n" not in t and "\r" not in t and not forbidden().search(t))
    .map(lambda t: ("# " + t).rstrip())
)
