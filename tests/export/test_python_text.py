"""The Python that is written reads well: blocks are functions, repeated ones loops, defaults are left out."""

from __future__ import annotations

import re
from pathlib import Path

from cnnspec.backends.python import to_python
from cnnspec.ir import Graph

from .layers import network
from .running import exported

STAGES = """
model net {
  input 3 x 16 x 16
  conv(8, 3, padding = 1)  relu
  for width in [8, 16] {
    stage: { down(width)  repeat 4 { residual(width) } }
  }
  global_avgpool  flatten  dropout
  head: linear(10)
}
block down(channels) { conv(channels, 3, stride = 2, padding = 1, bias = false)  bn  relu }
block residual(channels) {
  let x = here
  conv(channels, 3, padding = 1, bias = false)  bn
  add { | | x }  relu
}
"""
FORWARD = '''
def forward(x, w):
    """Normalized images (N, 3, 16, 16) to what the network gives (N, 10)."""
    x = conv(x, w, "conv1", padding=1)  # 8 x 16 x 16
    x = x.relu()  # relu1: 8 x 16 x 16
    x = stage(x, w, "stage1")  # 8 x 8 x 8
    x = stage(x, w, "stage2")  # 16 x 4 x 4
    x = x.mean((2, 3), keepdim=True)  # global_avgpool1: 16 x 1 x 1
    x = x.flatten(1)  # flatten1: 16
    return linear(x, w, "head")  # 10
'''
STAGE = '''
def stage(x, w, name):
    """The parts stage1, stage2."""
    x = down(x, w, name + ".down1")
    for i in range(1, 5):
        x = residual(x, w, f"{name}.residual{i}")
    return x
'''
RESIDUAL = '''
def residual(x, w, name):
    """The parts stage1.residual1, stage1.residual2 and 6 more."""
    y = conv(x, w, name + ".conv1", padding=1)
    y = bn(y, w, name + ".bn1")
    x = y + x
    return x.relu()
'''
CONV = '''
def conv(x, w, name, stride=1, padding=0):
    """2-D convolution (cross-correlation, as PyTorch's ``Conv2d``). LeCun et al. 1989."""
    weight, bias = w[name + ".weight"], w.get(name + ".bias")
    return x.conv2d(weight, bias, stride=stride, padding=padding)
'''


def text_of(spec: str, folder: Path) -> str:
    (folder / "net.cnn").write_text(spec)
    network = exported(str(folder / "net.cnn"))
    return to_python(network.graph, network.about, "net.safetensors")


def test_blocks_are_functions(tmp_path: Path) -> None:
    text = text_of(STAGES, tmp_path)
    for part in (FORWARD, STAGE, RESIDUAL, CONV):
        assert part in text
    assert len(re.findall(r"^def ", text, re.MULTILINE)) == 11


def test_depth_costs_nothing(tmp_path: Path) -> None:
    shallow, deep = (text_of(STAGES.replace("repeat 4", f"repeat {n}"), tmp_path) for n in (4, 40))
    assert len(deep.splitlines()) == len(shallow.splitlines())


def test_a_value_that_is_needed_later_has_the_name_it_was_given(tmp_path: Path) -> None:
    spec = "model u { input 1 x 8 x 8  first: conv(4, 3, padding = 1)  let kept = here  relu  relu6  add { | | kept } }"
    text = text_of(spec, tmp_path)
    assert 'first = conv(x, w, "first", padding=1)' in text
    assert "x = first.relu()" in text and "return x + first" in text


def test_layers_with_other_arguments_share_a_function(tmp_path: Path) -> None:
    text = text_of("model e { input 1 x 4 x 4  elu  elu(alpha = 0.5)  shuffle(1)  pad(1) }", tmp_path)
    assert "def elu(x, alpha):" in text and "elu(x, alpha=0.5)" in text
    assert "return y + ((x - y).exp() - 1.0) * alpha" in text
    assert "x.pad((1, 1, 1, 1))" in text


def test_only_what_is_needed_is_written(tmp_path: Path) -> None:
    text = text_of("model one { input 1 x 4 x 4  relu }", tmp_path)
    assert "return x.relu()" in text
    assert {"def conv", "MEAN", "softmax"}.isdisjoint(text)


def test_a_layer_may_take_several_tensors_and_do_much() -> None:
    from cnnspec.ops.merge import Add

    made = network(Add(), ((2, 3), (2, 3), (2, 3)))
    assert isinstance(made.graph, Graph)
    assert re.search(r"return \w \+ \w \+ \w  #", to_python(made.graph, made.about, "net.safetensors"))
