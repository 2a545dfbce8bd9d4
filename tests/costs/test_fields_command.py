"""``summary --style field``: the receptive field of each layer that changes it."""

from __future__ import annotations

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
