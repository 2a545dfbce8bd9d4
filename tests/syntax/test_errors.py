"""Every diagnostic's examples, many errors at once, and garbage of all kinds."""

from __future__ import annotations

import random

import pytest

from cnnspec.source import Diagnostic, Source, SpecError, render_all
from cnnspec.syntax import (
    errors,
    load_source,
    parse_call,
    parse_expression,
    parse_text,
    parse_yaml,
    print_yaml,
)

from .test_examples import BRANCHES, EXPERIMENT, VGG

DOCUMENTED = [
    d for d in vars(errors).values() if isinstance(d, type) and issubclass(d, Diagnostic) and d.code and d.bad
]


def codes(parse, text):
    with pytest.raises(SpecError) as caught:
        parse(Source("spec", text))
    return [d.code for d in caught.value.diagnostics]


@pytest.mark.parametrize("diagnostic", DOCUMENTED, ids=lambda d: d.code)
def test_the_examples_of_a_diagnostic(diagnostic):
    assert codes(parse_text, diagnostic.bad) == [diagnostic.code]
    parse_text(Source("spec", diagnostic.good))


def marked(parse, text):
    """The code and the underlined text of the one diagnostic of ``text``."""
    with pytest.raises(SpecError) as caught:
        parse(Source("spec", text))
    (found,) = caught.value.diagnostics
    assert not any(word in found.text for word in ("LBRACE", "RPAR", "NAME", "$END", "JOIN"))
    return found.code, found.span.text


@pytest.mark.parametrize(
    ("text", "code", "at"),
    [
        ("block b {\n  repeat 2 {\n    relu\n\nblock c { relu }", "unclosed-bracket", "{"),
        ("model m {\n  inptu 3 x 8 x 8\n}", "misspelt-keyword", "inptu"),
        ("block b {\n  lett x = 3\n}", "misspelt-keyword", "lett"),
        ("model m { input 3 x 8 relu }", "unexpected-token", "relu"),
        ("block b { relu, relu }", "unexpected-token", ","),
        ("block b { conv(3 }", "unclosed-bracket", "("),
        ("data folder(“x)", "unexpected-character", "“"),
        ("block b { if n = 2 { relu } }", "unexpected-token", "="),
        ("block b { add { relu | tanh } }", "unexpected-token", "|"),
        ("block b { let x = 1 + }", "unexpected-token", "}"),
    ],
)
def test_places_in_text(text, code, at):
    assert marked(parse_text, text) == (code, at)


@pytest.mark.parametrize(
    ("text", "code", "at"),
    [
        ("loss: a\nloss: b", "duplicate-key", "loss"),
        ("loss: &a b", "yaml-feature", "&a"),
        ("loss: [a, *b]", "yaml-feature", "*b"),
        ("loss: !t b", "yaml-feature", "!t"),
        ("loss: |\n  a", "yaml-feature", "|"),
        ("a: b\n---\nc: d", "yaml-feature", "---"),
        ("train:\n\tlr: 3", "yaml-indentation", "\t"),
        ("- relu", "wrong-kind", "- relu"),
        ("loss:\n  a: {b: c}", "wrong-kind", "{b: c}"),
        ("model: m\nnet: []", "missing-key", "model"),
        ("blocks:\n  b: [conv(4 3), relu]", "unexpected-token", "3"),
        ("blocks:\n  b:\n  - 'f(\"a: b\" 3)'", "unexpected-token", "3"),
        ('loss: "f(\\x41 3)"', "unexpected-token", '"f(\\x41 3)"'),
        ("blocks:\n  b:\n  - else: [relu]", "yaml-syntax", "else"),
        ("blocks:\n  b: [f([1, 2])]", "yaml-syntax", "["),
    ],
)
def test_places_in_yaml(text, code, at):
    assert marked(parse_yaml, text) == (code, at)


def test_all_errors_at_once_and_no_false_ones():
    text = """\
model m {
  input 3 x 8 x 8
  conv(4 3)
  relu
  repeat 2 3 { relu }
  linear(2)
}

block b(n n) {
  relu
}

loss = mse
data digits
"""
    with pytest.raises(SpecError) as caught:
        parse_text(Source("spec", text))
    assert [d.span.first for d in caught.value.diagnostics] == [(3, 10), (5, 12), (9, 11), (13, 6)]


@pytest.mark.parametrize(
    "text",
    [
        "block b { let x = " + "[" * 5000 + "]" * 5000 + " }",
        "block b { let x = " + "-" * 5000 + "1 }",
        "block b { let x = 1" + " + 1" * 5000 + " }",
        "block b { let x = a" + ".b" * 5000 + " }",
        "block b { " + "a: " * 5000 + "relu }",
        "block b { " + "{" * 5000 + "}" * 5000 + " }",
        "block b { if a {}" + " else if a {}" * 5000 + " }",
    ],
)
def test_depth_is_bounded(text):
    assert codes(parse_text, text) == ["nested-too-deeply"]


@pytest.mark.parametrize("text", ["a: " + "[" * 9000, "- " * 9000, "a: " + "{b: " * 9000])
def test_depth_of_yaml_is_bounded(text):
    assert codes(parse_yaml, text) == ["nested-too-deeply"]


JUNK = ["{", "}", "(", ")", "[", "|", '"', "'", "->", "=", "\t", "\n", "é", "\0", "\ud800", "\u2028", "- "]
JUNK += [": ", "#", "&a ", "*a", "!t ", "9" * 30, "1e999", "model", "else", "not ", "\\", "---\n", "? ", "@"]
JUNK += ["\r", "<<: "]


def mutated(text, rng):
    for _ in range(rng.choice([1, 1, 2, 5])):
        i = rng.randrange(len(text) + 1)
        j = min(len(text), i + rng.choice([1, 2, 5, 20, 80]))
        change = rng.randrange(3)
        if change == 0:
            text = text[:i] + text[j:]
        elif change == 1:
            text = text[:j] + text[i:j] + text[j:]
        else:
            text = text[:i] + rng.choice(JUNK) + text[i:]
    return text


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("surface", ["text", "yaml"])
def test_garbage_gives_diagnostics(surface, seed):
    rng = random.Random(seed)
    text = "\n".join([VGG, BRANCHES, EXPERIMENT])
    parse = parse_text
    if surface == "yaml":
        text, parse = print_yaml(parse_text(Source("spec", text))), parse_yaml
    for _ in range(20):
        try:
            parse(Source("spec", mutated(text, rng)))
        except SpecError as error:
            assert render_all(error.diagnostics)


@pytest.mark.parametrize("parse", [parse_call, parse_expression])
def test_parts_alone(parse):
    assert parse(Source("--set", "vgg16(classes = 2)")).name == "vgg16"
    assert codes(parse, "vgg16(classes = ") == ["unclosed-bracket"]
    assert codes(parse, "") == ["unexpected-token"]


def test_files(tmp_path):
    def code(name):
        with pytest.raises(SpecError) as caught:
            load_source(tmp_path / name)
        return caught.value.diagnostics[0]

    (tmp_path / "vgg.cnn").write_bytes(b"\xef\xbb\xbfloss mse\r\n")
    assert load_source(tmp_path / "vgg.cnn").text == "loss mse\n"
    assert code("vgh.cnn").hints == ("did you mean 'vgg.cnn'?",)
    assert code(".").code == "file-unreadable"
    (tmp_path / "latin").write_bytes(b"loss mse\n# caf\xe9")
    assert "line 2, column 6" in code("latin").text
    (tmp_path / "binary").write_bytes(b"\x89PNG\0")
    assert code("binary").code == "file-not-text"
    (tmp_path / "comments").write_text("# nothing\n\n")
    assert code("comments").code == "file-empty"
    (tmp_path / "large").write_bytes(b"#" * 10_000_001)
    assert code("large").code == "file-too-large"
    assert code("a\0b").code == "file-unreadable"
    assert code("x" * 5000).code == "file-unreadable"
