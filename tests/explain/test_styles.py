"""``summary --style``: the lecture's two tables, row by row, as its slides have them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cnnspec.cli.main import main

# Slides "AlexNet: Architecture (3)" and "VGG Net: Number of Parameters".
FC6 = "256*6*6*4096=37748736"
ALEXNET = """(11*11*3 + 1) * 96=34944
(5 * 5 * 96 + 1) * 256=614656
(3 * 3 * 256 + 1) * 384=885120
(3 * 3 * 384 + 1) * 384=1327488
(3 * 3 * 384 + 1) * 256=884992
4096 * 4096=16777216
4096 * 1000=4096000"""
SIZES = "227 227 96 * 55 * 55, 96 * 27 * 27, 256 * 27 * 27, 256 * 13 * 13, 384 * 13 * 13, 256 * 6 * 6"
VGG = """conv2d_1 1792, conv2d_2 36928, max_pooling2d_1 0, conv2d_3 73856, conv2d_4 147584, max_pooling2d_2 0,
conv2d_5 295168, conv2d_6 590080, conv2d_7 590080, max_pooling2d_3 0, conv2d_8 1180160, conv2d_9 2359808,
conv2d_10 2359808, max_pooling2d_4 0, conv2d_11 2359808, conv2d_12 2359808, conv2d_13 2359808, max_pooling2d_5 0,
flatten_1 0, dense_1 102764544, dropout_1 0, dense_2 16781312, dropout_2 0, dense_3 8194"""


def table(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["summary", *arguments]) == 0
    return capsys.readouterr().out


def test_alexnets_table(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    text = table(capsys, "alexnet_lecture", "--set", "fc_bias=false", "--style", "lecture")
    plain = re.sub(r"[\s,]", "", text.replace("·", "*"))
    assert all(re.sub(r"\s", "", line) in plain for line in ALEXNET.splitlines())
    assert FC6 in plain and "62,369,152" in text and "Conv: 3.7 million (6%), FC: 58.6 million (94%)" in text
    assert all(size in text for size in SIZES.split(", ")[1:])


def test_vggs_table(capsys: pytest.CaptureFixture[str]) -> None:
    text = table(capsys, "vgg16(classes = 2)", "--style", "keras")
    rows = re.findall(r"^(\w+) \(\w+\) +\(None.*?\) +(\d+)", text, re.MULTILINE)
    assert rows == [tuple(row.split(" ")) for row in " ".join(VGG.split()).split(", ")]
    assert "Total params: 134,268,738" in text and "Non-trainable params: 0" in text


def test_keras_counts_running_statistics(capsys: pytest.CaptureFixture[str]) -> None:
    text = table(capsys, "resnet50", "--style", "keras")
    assert "Total params: 25,610,152" in text and "Non-trainable params: 53,120" in text
    assert "Connected to" in text


@pytest.mark.parametrize(("columns", "widest"), [("80", 80), ("100", 100), ("200", 130)])
def test_columns_are_folded(
    columns: str, widest: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is in a cell is there at any width, and as many columns of the terminal are kept to as can be."""
    monkeypatch.setenv("COLUMNS", columns)
    text = table(capsys, "resnet18", "--style", "keras")
    assert max(map(len, text.splitlines())) == widest
    assert len(re.findall(r"\(BatchNormalization\)", text)) == 20
    text = table(capsys, "alexnet_lecture", "--style", "lecture")
    assert max(map(len, text.splitlines())) <= int(columns) and "(94%)" in text


def test_the_stacking_example(capsys: pytest.CaptureFixture[str]) -> None:
    """Slide "VGG Net: Comparison to AlexNet (3)": 9 x 9 to 7 x 7, 5 x 5 and 3 x 3, or to 3 x 3 at once."""
    assert main(["explain", "three_3x3", "conv1", "conv2", "conv3", "--figures", "size"]) == 0
    text = capsys.readouterr().out
    for size in (9, 7, 5):
        assert f"({size} − 3 + 2·0) / 1 + 1 = {size - 2}\n" in text
    assert main(["explain", "one_7x7", "conv1", "--figures", "size"]) == 0
    assert "(9 − 7 + 2·0) / 1 + 1 = 3\n" in capsys.readouterr().out


def test_branches_of_all_kinds(capsys: pytest.CaptureFixture[str]) -> None:
    for style in ("keras", "lecture"):
        assert table(capsys, str(Path(__file__).parent / "net.cnn"), "--style", style)


SMALL = """model small(classes = 3) {
  input 2 x 20 x 12
  stem: conv(8, (3, 1), stride = (2, 1), padding = (1, 0))
  let skip = here
  relu
  c1: conv(8, 3, padding = (1, 0, 2, 1))
  crop((0, 0, 1, 0))  pad((1, 0, 0, 0))
  auxiliary early: { global_avgpool flatten linear(classes) }
  add { | | skip -> conv(8, 1) }
  global_avgpool  flatten  linear(classes)
}
"""
LECTURE = """1 2 * 20 * 12
2 Conv stem 3 * 1 8 2, 1 1, 0 (3·1·2 + 1)·8 = 56
3 8 * 10 * 12
4 Relu
5 8 * 10 * 12
6 Conv1 3 * 3 8 1 top 2, bottom 1, left 1, right 0 (3·3·8 + 1)·8 = 584
14 Add of 11 and 13
20 Overall 739
21 Conv VS FC Conv: 712 (96%), FC: 27 (4%)
Strides and paddings of two numbers: height, width.
In training, with auxiliary heads: 766 parameters,"""


def test_a_small_network(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Numbers as they are, height before width, what a join takes, and no head that exists only in training."""
    monkeypatch.setenv("COLUMNS", "140")
    (file := tmp_path / "small.cnn").write_text(SMALL, encoding="utf-8")
    text = re.sub(r" +", " ", table(capsys, str(file), "--style", "lecture"))
    assert [line for line in LECTURE.splitlines() if line not in text] == []
    text = table(capsys, str(file), "--style", "keras")
    assert "Total params: 739" in text and "In training, with auxiliary heads: 766" in text
    assert len(re.findall(r"\(Dense\)", text)) == 1


@pytest.mark.parametrize("style", ["keras", "field", "lecture"])
def test_names_are_shortened_and_figures_are_not(
    style: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    narrow, wide = (
        (monkeypatch.setenv("COLUMNS", columns), table(capsys, "nasnet_a_mobile", "--style", style))[1]
        for columns in ("80", "200")
    )
    assert max(map(len, narrow.splitlines())) <= 80
    assert style != "lecture" or "…" not in narrow
    figures = re.compile(r"\(None.*?\) +\d+|\d+x\d+x\d+ +\d+ +\d+%.*?-?\d+(?=\s)")
    assert [" ".join(each.split()) for each in figures.findall(narrow)] == [
        " ".join(each.split()) for each in figures.findall(wide)
    ]


def test_one_form_at_a_time() -> None:
    with pytest.raises(SystemExit) as left:
        main(["summary", "lenet5", "--style", "keras", "--json"])
    assert left.value.code == 2
