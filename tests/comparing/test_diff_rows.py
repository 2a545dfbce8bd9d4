"""The rows of ``diff``: what is folded, which figures are told, and how they fit a terminal."""

from __future__ import annotations

import json
import re

import pytest
from diffing import OLD, printed, written

pytestmark = pytest.mark.usefixtures("two_specs")


@pytest.mark.parametrize("width", [40, 60, 80, 140])
def test_other_widths(
    width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    for first, second in (("resnet50", "resnext50_32x4d"), ("lenet5", "alexnet"), ("old.cnn", "new.cnn")):
        rows = printed(capsys, first, second).partition("─\n")[2].partition("\n\n")[0].splitlines()
        assert max(map(len, rows)) <= max(width, 60)


@pytest.mark.parametrize(
    "specs", [("alexnet", "vgg16"), ("resnet50", "resnext50_32x4d"), ("old.cnn", "new.cnn")]
)
def test_all_columns_in_a_narrow_terminal(
    specs: tuple[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In tables of their own where they do not fit; words are broken at dots and spaces alone."""
    monkeypatch.setenv("COLUMNS", "80")
    columns = "params,macs,output,memory,receptive-field"
    text = printed(capsys, *specs, "--columns", columns, "--level", "layer")
    assert max(map(len, text.splitlines())) <= 80
    wide = printed(capsys, *specs, "--level", "layer")
    words = {word for line in wide.splitlines() for word in line.split()}
    table = text.partition("─\n")[2].partition("\n\n")[0]
    assert not {w for line in table.splitlines() for w in line.split() if w.isalpha()} - words


def test_a_row_is_a_line_where_that_can_be(capsys: pytest.CaptureFixture[str]) -> None:
    """Figures are told in fewer digits before any is left out, and left out before most rows are broken."""
    table = printed(capsys, "resnet50", "resnext50_32x4d").partition("─\n")[2].partition("blocks are")[0]
    lines = table.splitlines()
    assert "width 64 → 128, groups 1 → 32    75.0 → 63.5 k" in lines[2] and "MB" in lines[2]
    assert len(lines) == 14 and all(line.lstrip()[0] in "·≠" for line in lines)
    assert lines[-1] == "· global_avgpool1 … head  the same"


@pytest.mark.parametrize("width", [100, 80, 60, 50, 40])
def test_the_figures_of_both_fit_a_narrow_terminal(
    width: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    lines = printed(capsys, "resnet50", "resnext50_32x4d").partition("\n\n")[0].splitlines()
    assert len(lines) == 10 and max(map(len, lines)) <= width
    assert ("(−2.1 %)" in lines[4]) == (width >= 80) and ("−2.1 %" in lines[4]) == (width >= 50)
    assert ("25,557,032" in lines[4]) == (width >= 60) and ("25.6 M" in lines[4]) == (width < 60)


def test_rows_are_further_in_than_those_around_them(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    text = printed(capsys, "resnet50", "resnext50_32x4d")
    assert text.count("\n  ≠ bottleneck") == 8 and "\n≠ bottleneck" not in text


def test_folded_rows_tell_figures_of_all(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, "vgg16", "vgg19", "--level", "layer", "--columns", "params,output,receptive-field")
    assert re.search(r"\+ conv4 ×2 +conv 3x3, 512 +\+4.720 M +… +116…252\n", text)
    assert re.search(r"\+ conv4 +conv 3x3, 256 +\+590,080 +256x56x56 +", text)


def test_rates_that_go_on_from_block_to_block_are_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, "efficientnet_b0", "efficientnet_b3")
    assert "\ndrop of inverted_residual ×15: 0.0125…0.1875 → 0.0153846…0.184615\n" in text
    assert text.count("0.0125") == 1 and "stochastic_depth" not in text
    assert re.search(r"≠ inverted_residual2…4 ×3 +channels 192 → 232, squeeze 48 → 58 ", text)
    layers = printed(capsys, "efficientnet_b0", "efficientnet_b3", "--level", "layer")
    assert "stochastic_depth1 ×3   p … → … (below)" in layers and "\np of stochastic_depth ×" in layers


def test_columns_levels_and_all(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, "vgg16", "vgg19", "--level", "stage", "--columns", "Memory, receptive-field")
    assert "MB" in text and "≠ stage3" in text and "conv4 " not in text
    assert "· relu1        the same" in printed(capsys, "vgg16", "vgg19", "--all", "--level", "block")


def test_a_column_that_is_asked_for_is_shown_or_told_of(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, "vgg16", "vgg19", "--level", "stage", "--columns", "output,macs,params")
    assert re.search(r"MACs +parameters\n", text) and "the same throughout: output\n" in text


def test_what_stays_keeps_its_place_between_what_went_and_came(capsys: pytest.CaptureFixture[str]) -> None:
    text = "model m {{ input 4 x 8 x 8  {0}  {0}  conv(2, 1) }}\ndata shapes\naugment {{ {1} }}\n"
    one = written("one.cnn", text.format("conv(4, 1) bn relu", "flip rotate(15)"))
    other = written("other.cnn", text.format("conv(4, 1) relu bn", "rotate(15) flip"))
    said = printed(capsys, one, other, "--columns", "params")
    rows = re.findall(r"^([·+−≠] \S+( … \S+)?)", said.partition("\n\n")[2], re.M)
    assert [row for row, _ in rows] == [
        "· input … conv1", "+ relu1", "· bn1", "− relu1", "· conv2", "+ relu2", "· bn2", "− relu2", "· conv3",
    ]  # fmt: skip
    assert "  augment order flip, rotate(15) → rotate(15), flip\n" in said


def test_numbers_that_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    text = "model m {{ input 4 x 8 x 8  for i in [1, 2, 3] {{ conv(4, 3, padding = 1) relu {} relu }} }}\n"
    one = written("one.cnn", text.format("conv(4, 3, padding = 1)"))
    other = written("other.cnn", text.format("conv(4, 5, padding = 2)"))
    assert "≠ conv2, 4, 6 ×3  kernel" in printed(capsys, one, other)


def test_closed_parts_of_which_the_same_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where what is inside of them differs, as rates do."""
    monkeypatch.setenv("COLUMNS", "80")
    text = printed(capsys, "efficientnet_lite0", "efficientnet_b0")
    assert re.search(r'inverted_residual2…4 ×3 +− padding "same", squeeze 0 → 48, ', text)
    assert "vgg_block → residual ×2 " in printed(capsys, "vgg16", "resnet18")


def test_long_names_in_a_narrow_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    names = [
        written(f"{'a_long_name_' * 6}{end}.cnn", OLD.replace("16)", w))
        for end, w in (("one", "16)"), ("two", "8)"))
    ]
    text = printed(capsys, *names)
    assert max(map(len, text.splitlines())) <= 80 and "…_one.cnn" in text.splitlines()[0]


def test_memory_of_a_batch(capsys: pytest.CaptureFixture[str]) -> None:
    alone, many = (
        json.loads(printed(capsys, "old.cnn", "new.cnn", "--json", "--batch", n)) for n in ("1", "32")
    )
    for side in ("first", "second"):
        for kind in ("activations_training", "activations_inference"):
            assert many[side]["memory"][kind] == 32 * alone[side]["memory"][kind]
    memory = (found["parts"][1]["first"]["memory"] for found in (many, alone))
    assert next(memory) == 32 * next(memory) > 0
