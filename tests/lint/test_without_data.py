"""A spec without ``data``, to be trained on what ``train --data`` gives: what needs no data is found all the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from test_lints import FIRES, found

from cnnspec.cli.main import main
from cnnspec.elaborate import Loader

DATA = re.compile(r"^data .*\n", re.MULTILINE)
NORMED = "model net { input 1 x 8 x 8  conv(4, 3, bias = false)  bn  flatten  linear(10) }\n"
CLIPPED = "model net { input 1 x 8 x 8  flatten  linear(10)  relu }\n"
WITHOUT_SIZES = {"spare_outputs": 0, "crop_against_size": 4, "undone_step": 8}
"""How many findings are left where classes of the data, or sizes of its images, decide the others."""


def codes(path: Path, text: str) -> list[str]:
    path.write_text(text)
    return [each.code for each in found(Loader().load(path))]


@pytest.mark.parametrize("fires", [p for p in FIRES if DATA.search(p.read_text())], ids=lambda p: p.stem)
def test_what_needs_no_data_is_found_without(fires: Path, tmp_path: Path) -> None:
    text = fires.read_text()
    with_data = codes(tmp_path / "net.cnn", text)
    without = codes(tmp_path / "net.cnn", DATA.sub("", text))
    assert without == with_data[: WITHOUT_SIZES.get(fires.stem)]


@pytest.mark.parametrize(
    ("text", "given", "code"),
    [
        (NORMED, ["train.batch=1"], "norm-of-one"),
        (NORMED + "train (batch = 8)", ["train.batch=1"], "norm-of-one"),
        (CLIPPED, ["loss=cross_entropy"], "clipped-scores"),
        (NORMED, ["schedule=step(20)"], "late-schedule"),
        (NORMED, ["train.epochs=3", "schedule=cosine(warmup=3)"], "long-warmup"),
        (NORMED, ["train.patience=9"], "long-patience"),
        (NORMED, ["augment=flip(p = 0)"], "idle-step"),
        (NORMED, ["augment={ flip  flip }"], "undone-step"),
    ],
)
def test_what_is_set_is_looked_at(
    text: str, given: list[str], code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "net.cnn").write_text(text)
    options = [part for each in given for part in ("--set", each)]
    assert main(["lint", "--strict", str(tmp_path / "net.cnn"), *options]) == 1
    assert f"warning[{code}]" in capsys.readouterr().out


@pytest.mark.parametrize(
    "text",
    [
        NORMED,
        CLIPPED,
        NORMED + "train (batch = 2)",
        CLIPPED + "train (epochs = 2)",
        CLIPPED + "loss mse",
        "block one { conv(4, 3)  bn  relu }",
        NORMED.replace("bn", "group_norm(2)") + "train (batch = 1)",
    ],
)
def test_what_is_not_settled_is_not_told(text: str, tmp_path: Path) -> None:
    assert codes(tmp_path / "net.cnn", text) == []
