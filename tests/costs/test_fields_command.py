"""``summary --style field``: the receptive field of each layer that changes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnnspec.cli.main import main

STACKED = """\
three_3x3: receptive fields, image 9
layer  op        output  field  of image  stride  edge
────────────────────────────────────────────────────────
conv1  conv 3x3  1x7x7       3       33%       1     0
conv2  conv 3x3  1x5x5       5       56%       1     0
conv3  conv 3x3  1x3x3       7       78%       1     0

an element of the last map sees 7: less than the image's 9
"""


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")


def table(capsys: pytest.CaptureFixture[str], name: str) -> str:
    assert main(["summary", name, "--style", "field"]) == 0
    return capsys.readouterr().out


def test_stacked_windows(capsys: pytest.CaptureFixture[str]) -> None:
    lines = [line.rstrip() for line in table(capsys, "three_3x3").splitlines()]
    assert lines == STACKED.splitlines()


@pytest.mark.parametrize(
    "name, row",
    [
        ("resnet18", "conv2 conv 3x3 512x7x7 435 194% 32 -217"),
        ("resnet18", "add1 add 128x28x28 67 30% 8 -33 union of 43 and 67"),
        ("resnet18", "global_avgpool1 global_avgpool 512x1x1 all whole image"),
        ("efficientnet_b0", "multiply1 multiply 32x112x112 7 3% 2 -3 gate left out"),
        ("nasnet_a_mobile", "concat1 concat 44x56x56 55 25% 4 -26 union of 27, … and 55"),
    ],
)
def test_what_joins_gates_and_pools_do(name: str, row: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert row in [" ".join(line.split()) for line in table(capsys, name).splitlines()]


CONTEXT = """\
model context(norm = none) {
  input 3 x 64 x 64
  conv(8, 3, stride = 2, padding = 1)  norm  relu
  concat { | conv(8, 1) | conv(8, 3, padding = 2, dilation = 2) | global_avgpool  conv(8, 1)  upsample(32) }
  conv(8, 3, padding = 1)  relu  global_avgpool  flatten  linear(3)
}
"""


def test_a_pooled_context_and_statistics(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    spec = tmp_path / "context.cnn"
    spec.write_text(CONTEXT)
    lines = [" ".join(line.split()) for line in table(capsys, f"{spec}(norm = group_norm(4))").splitlines()]
    assert "group_norm1 group_norm 8x32x32 3 5% 2 -1 statistics of the whole map left out" in lines
    assert "concat1 concat 24x32x32 all union with a track that sees all" in lines
    assert lines[-1] == "an element of the last map sees all of the image's 64"


SLICED = """\
model sliced {
  input 3 x 8 x 8
  wide: concat { | conv(4, 1) | conv(4, 7, padding = 3) }
  split(2, 0)  conv(2, 1)  pad_channels(2)  split(2, 1)  conv(2, 3)
}
"""


def test_slices_and_channels_of_zeros(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "sliced.cnn").write_text(SLICED)
    lines = [" ".join(line.split()) for line in table(capsys, str(tmp_path / "sliced.cnn")).splitlines()]
    assert lines[5:8] == [
        "concat1 concat 8x8x8 7 88% 1 -3 union of 1 and 7",
        "split1 split 2, 0 4x8x8 1 12% 1 0 of the channels taken alone",
        "split2 split 2, 1 2x8x8 0 0% 0 0 zeros",
    ]


@pytest.mark.parametrize(
    "layers, told",
    [
        ("conv(4, 8)", "8: it spans all of the image's 8"),
        ("conv(4, 3)", "3: less than the image's 8"),
        (
            "conv(4, 15, padding = 7)",
            "15: the field of each of the map's 64 elements spans all of the image's 8",
        ),
        ("conv(4, 8, padding = 1)", "8: the field of 1 of the map's 9 elements spans all of the image's 8"),
        (
            "conv(4, 3, padding = 1) conv(4, 3, padding = 1) avgpool(2) avgpool(2)",
            "8: no less than the image's 8, but no element's field spans all of it",
        ),
    ],
)
def test_how_many_elements_see_all(
    layers: str, told: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "seeing.cnn").write_text(f"model m {{ input 3 x 8 x 8 {layers} flatten linear(2) }}")
    assert table(capsys, str(tmp_path / "seeing.cnn")).splitlines()[-1] == (
        f"an element of the last map sees {told}"
    )


@pytest.mark.parametrize("name", ["resnet18", "vgg16", "lenet5"])
def test_fits_eighty_columns(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = table(capsys, name).splitlines()
    assert max(map(len, lines)) <= 80
    assert name != "resnet18" or "      union of 27 and 43" in lines
