"""Memory in an assertion or a constraint is that of the spec's experiment, as ``fits`` tells it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cnnspec.cli.main import main

NET = """model net(width = 16) {{
  input 1 x 8 x 8
  stem: {{ conv(width, 3)  bn  relu }}
  conv(width, 3)  relu  global_avgpool  flatten
  linear(10)
}}
data digits
{}
"""
EXPERIMENTS = (
    "",
    "optimizer sgd(lr = 0.1)",
    "optimizer sgd(lr = 0.1, momentum = 0.9)\ntrain (precision = bf16, epochs = 2)",
    "train (ema = 0.99, accumulate = 2, recompute = true)",
    'finetune { from("net.safetensors")  freeze(stem) }',
)


@pytest.mark.parametrize("sections", EXPERIMENTS)
def test_as_fits_has_it(sections: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = tmp_path / "net.cnn"
    spec.write_text(NET.format(sections))
    assert main(["fits", str(spec), "--batch", "32", "--json"]) == 0
    total = json.loads(capsys.readouterr().out)["bytes"]["total"]
    for bound, code in ((total, 0), (total - 1, 1)):
        spec.write_text(NET.format(f"{sections}\nassert memory(batch = 32) <= {bound}B"))
        assert main(["check", str(spec)]) == code
    capsys.readouterr()
    spec.write_text(NET.format(sections))
    claim = f"memory(batch = 32) <= {total}B"
    assert (
        main(["solve", str(spec), "--vary", "width=8..32", "--maximise", "width", "--subject-to", claim]) == 0
    )
    assert "width = 16: largest width" in capsys.readouterr().out


def test_the_batch_is_that_of_the_spec(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = tmp_path / "net.cnn"
    spec.write_text(NET.format("train (batch = 48, epochs = 2)"))
    assert main(["fits", str(spec), "--json"]) == 0
    total = json.loads(capsys.readouterr().out)["bytes"]["total"]
    for bound, code in ((total, 0), (total - 1, 1)):
        spec.write_text(NET.format(f"train (batch = 48, epochs = 2)\nassert memory <= {bound}B"))
        assert main(["check", str(spec)]) == code
    spec.write_text(NET.format("train (batch = 8, epochs = 2)"))
    capsys.readouterr()
    varied = ["--vary", "train.batch=8..256:8", "--maximise", "train.batch"]
    assert main(["solve", str(spec), *varied, "--subject-to", f"memory <= {total}B"]) == 0
    assert "train.batch = 48: largest train.batch, 48" in capsys.readouterr().out


def test_what_a_spec_asserts_is_a_constraint(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = tmp_path / "net.cnn"
    spec.write_text(NET.format("assert params <= 10k"))
    assert main(["solve", str(spec), "--vary", "width=4..64", "--maximise", "width"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("width = 32: largest") and "params <= 10k" in told


def test_a_batch_varies_where_no_section_stands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = tmp_path / "net.cnn"
    spec.write_text(NET.replace("data digits\n", "").format("assert memory <= 200kB"))
    assert main(["solve", str(spec), "--vary", "train.batch=8..256:8", "--maximise", "train.batch"]) == 0
    batch = int(capsys.readouterr().out.split(": ")[0].split(" = ")[1])
    for more, code in ((0, 0), (8, 1)):
        assert main(["check", str(spec), "--set", f"train.batch={batch + more}"]) == code
