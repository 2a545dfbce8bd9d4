"""The language's own examples, in both surfaces."""

from __future__ import annotations

import pytest

from cnnspec.source import Source
from cnnspec.syntax import parse, parse_text, parse_yaml, print_text, tree

VGG = """\
# VGG-16, Simonyan & Zisserman 2014, table 1, column D
model vgg16(classes = 1000) {
  input 3 x 224 x 224

  vgg(2, 64)  vgg(2, 128)  vgg(3, 256)  vgg(3, 512)  vgg(3, 512)

  flatten
  repeat 2 { linear(4096)  relu  dropout(0.5) }
  linear(classes)
}

block vgg(depth, channels) {
  repeat depth { conv(channels, 3, padding = 1)  relu }
  maxpool(2)
}
"""
VGG_YAML = """\
model: vgg16(classes = 1000)
input: 3 x 224 x 224
net:
  - vgg(2, 64)
  - vgg(2, 128)
  - vgg(3, 256)
  - vgg(3, 512)
  - vgg(3, 512)
  - flatten
  - repeat 2: [linear(4096), relu, dropout(0.5)]
  - linear(classes)
blocks:
  vgg(depth, channels):
    - repeat depth: [conv(channels, 3, padding = 1), relu]
    - maxpool(2)
"""
BRANCHES = """\
block bottleneck(width, stride = 1, expansion = 4) {
  let out = width * expansion
  add {
    | conv(width, 1, bias = false)  bn  relu
      conv(width, 3, stride = stride, padding = 1, bias = false)  bn  relu
      conv(out, 1, bias = false)  bn
    | if stride != 1 or in.channels != out { conv(out, 1, stride = stride, bias = false)  bn }
  }
  relu
}

block squeeze_excite(ratio = 4) {
  multiply {
    |
    | global_avgpool  conv(in.channels // ratio, 1)  relu  conv(in.channels, 1)  sigmoid
  }
}
"""
BRANCHES_YAML = """\
blocks:
  bottleneck(width, stride = 1, expansion = 4):
    - let out: width * expansion
    - add:
        - - conv(width, 1, bias = false)
          - bn
          - relu
          - conv(width, 3, stride = stride, padding = 1, bias = false)
          - bn
          - relu
          - conv(out, 1, bias = false)
          - bn
        - - if stride != 1 or in.channels != out: [conv(out, 1, stride = stride, bias = false), bn]
    - relu
  squeeze_excite(ratio = 4):
    - multiply: [[], [global_avgpool, 'conv(in.channels // ratio, 1)', relu, "conv(in.channels, 1)", sigmoid]]
"""
EXPERIMENT = """\
use resnet18(classes = 10)

data folder("photos")  # or fashion_mnist, digits
augment {
  random_resized_crop(224)  flip  rotate(15)  translate(0.1)
  brightness(0.2)
}
loss cross_entropy(label_smoothing = 0.1)
optimizer sgd(lr = 0.1, momentum = 0.9, weight_decay = 5e-4)
train (epochs = 90, batch = 256, precision = bf16, seed = 0)
metrics { accuracy  top(5)  f1(average = macro)  confusion_matrix }
"""
EXPERIMENT_YAML = """\
use: resnet18(classes = 10)
data: folder("photos")
augment: [random_resized_crop(224), flip, rotate(15), translate(0.1), brightness(0.2)]
loss: cross_entropy(label_smoothing = 0.1)
optimizer: sgd(lr = 0.1, momentum = 0.9, weight_decay = 5e-4)
train: {epochs: 90, batch: 256, precision: bf16, seed: 0}
metrics:
- accuracy
- top(5)
- f1(average = macro)
- confusion_matrix
"""
PAIRS = [(VGG, VGG_YAML), (BRANCHES, BRANCHES_YAML), (EXPERIMENT, EXPERIMENT_YAML)]


@pytest.mark.parametrize(("text", "yaml"), PAIRS)
def test_both_surfaces_give_one_tree(text, yaml):
    assert parse(Source("a.cnn", text)) == parse(Source("a.yaml", yaml))


@pytest.mark.parametrize(("text", "yaml"), PAIRS)
def test_canonical_text_stays(text, yaml):
    assert print_text(parse_text(Source("a", text))) == text


def body(text):
    return parse_text(Source("a", f"block b {{ {text} }}")).blocks[0].body


def items(text):
    return parse_yaml(Source("a", "blocks: {b: " + text + "}")).blocks[0].body


@pytest.mark.parametrize(
    ("text", "yaml"),
    [
        ("relu", "[relu()]"),
        ("relu { relu }", "[relu, [relu]]"),
        ("x -> relu", "[x -> relu]"),
        ("in -> relu -> { bn  tanh }", "[{in ->: [relu, [bn, tanh]]}]"),
        ("let y = backbone.stage4 -> relu", "[let y: backbone.stage4 -> relu]"),
        ("let w = [1, (2, 3)]", "[let w: [1, (2, 3)]]"),
        ("for a, b in xs { relu }", "[for a, b in xs: [relu]]"),
        ("if a { x } else if b { y } else { z }", "[{if a: x, else if b: [y], else: [z]}]"),
        ("concat(axis = 1) { | | relu }", "[{concat(axis = 1): [[], [relu]]}]"),
        ("output box: linear(4)  auxiliary c: { relu }", "[output box: linear(4), auxiliary c: [relu]]"),
        ("stem: { conv(64, 7)  bn }", "[stem: [conv(64, 7), bn]]"),
    ],
)
def test_statements(text, yaml):
    assert body(text) == items(yaml)


def test_a_name_alone_is_a_call_and_a_chain_a_path():
    relu, chain = body("relu  taps[0].x")
    assert relu == tree.Call("relu")
    start = tree.Attribute(tree.Index(tree.Name("taps"), tree.Literal(0)), "x")
    assert chain == tree.Path(start, ())


def test_x_is_a_name_everywhere_but_between_dimensions():
    text = "model m(x = 2) { input 3 x x x (2 * x)  x -> relu  x }"
    model = parse_text(Source("a", text)).model
    assert model.input[1] == tree.Name("x")
    assert model.body == (tree.Path(tree.Name("x"), (tree.Call("relu"),)), tree.Call("x"))


@pytest.mark.parametrize("surface", ["text", "yaml"])
def test_spans_are_exact(surface):
    if surface == "text":
        text = 'block b { s: conv(1, pad = "é") -> x  add { | bn | } }'.replace(" -> x", "")
        label, join = parse_text(Source("a", text)).blocks[0].body
    else:
        text = "blocks:\n  b:\n    - s: 'conv(1, pad = \"é\")'\n    - add: [[bn], []]\n"
        label, join = parse_yaml(Source("a", text)).blocks[0].body
    call = label.statement
    assert call.span.text == 'conv(1, pad = "é")'
    assert call.name_span.text == "conv"
    assert call.arguments[1].name_span.text == "pad"
    assert call.arguments[1].span.text == 'pad = "é"'
    assert call.arguments[1].value.span.text == '"é"'
    assert label.name_span.text == "s"
    assert join.tracks[0][0].span.text == "bn"


def test_numbers_keep_their_spelling():
    spec = parse_text(Source("a", "optimizer sgd(5e-4,1_000,0.10)"))
    assert print_text(spec) == "optimizer sgd(5e-4, 1_000, 0.10)\n"


@pytest.mark.parametrize("yaml", ['"blocks/a.cnn"', "'\"blocks/a.cnn\"'", '["blocks/a.cnn"]'])
def test_paths_in_use(yaml):
    text = parse_text(Source("a", 'use "blocks/a.cnn"'))
    assert parse_yaml(Source("a", f"use: {yaml}")) == text
