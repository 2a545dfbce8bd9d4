"""The figures that networks are compared by; depth against the numbers in the networks' names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cnnspec.analyses.comparison import Figures, figures
from cnnspec.analyses.depth import depth
from cnnspec.cli.main import main
from cnnspec.elaborate import elaborate, open_target

# DenseNet-264 has 265: its blocks in the paper's table 1 hold 260, and there are a stem, three transitions, a head.
NAMED_BY_DEPTH = {
    "densenet264": 265,
    **{f"vgg{n}": n for n in (11, 13, 16, 19)},
    **{f"resnet{n}": n for n in (18, 20, 34, 50, 56, 101, 110, 152)},
    **{f"densenet{n}": n for n in (40, 121, 161, 169, 201)},
    "densenet100_bc": 100,
    "plain34": 34,
    "resnext50_32x4d": 50,
    "resnext101_64x4d": 101,
    "resnext29_8x64d": 29,
    "alexnet": 8,
    "lenet5": 5,
}


@pytest.mark.parametrize("name", NAMED_BY_DEPTH)
def test_depth_is_the_number_in_the_name(name: str) -> None:
    assert depth(elaborate(open_target(name))) == NAMED_BY_DEPTH[name]


def of(name: str) -> Figures:
    return figures(elaborate(open_target(name)))


def test_alexnet_against_vgg() -> None:
    """The lecture: 8 layers and 16; convolutions hold 6 % of AlexNet's parameters, linear layers 94 %."""
    alexnet, vgg = of("alexnet_lecture(fc_bias = false)"), of("vgg16")
    assert (alexnet.layers, vgg.layers) == (8, 16)
    assert alexnet.params == 62_369_152
    assert round(alexnet.convolution.params / alexnet.params, 2) == 0.06
    assert round(alexnet.linear.params / alexnet.params, 2) == 0.94


def test_vgg_against_resnet() -> None:
    """The lecture: 19.6 billion multiply-adds in VGG-19, 3.6 billion in ResNet-34."""
    assert round(of("vgg19").macs / 1e9, 1) == 19.6
    assert int(of("resnet34").macs / 1e8) == 36


def test_three_small_kernels_against_one_large() -> None:
    """The lecture: 27 parameters and 49, the same receptive field, 3 x 3 outputs of 9 x 9 inputs."""
    three, one = of("three_3x3"), of("one_7x7")
    assert (three.params, one.params) == (27, 49)
    assert three.receptive_field == one.receptive_field == (7, 7)
    assert three.output == one.output == (1, 3, 3)
    five, eleven = of("stack(kernels = [3, 3, 3, 3, 3], size = 11)"), of("stack(kernels = [11], size = 11)")
    assert (five.params, eleven.params) == (45, 121)
    assert five.receptive_field == eleven.receptive_field


def test_auxiliary_heads_are_left_out() -> None:
    text = str(Path(__file__).parents[2] / "examples" / "googlenet.cnn")
    assert of(text).params == 6_998_552 == of(f"{text}(auxiliary_heads = false)").params


def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "three_3x3", "one_7x7"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["three_3x3", "one_7x7", "times"]
    assert next(line for line in lines if line.startswith("parameters")).split() == [
        "parameters",
        "27",
        "49",
        "0.55",
    ]
    assert main(["compare", "vgg19", "plain34", "resnet34", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["model"] for row in rows] == ["vgg19", "plain34", "resnet34"]
    assert rows[1]["depth"] == rows[2]["depth"] == 34


def test_all_that_is_wrong_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "vgg91", "resnet43"]) == 1
    told = capsys.readouterr().err
    assert "'vgg19'" in told and "'resnet34'" in told and "2 errors" in told
