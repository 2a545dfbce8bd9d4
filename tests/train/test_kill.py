"""Real processes, killed at any moment: nothing is corrupt, nothing is lost, and the end is the same."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

from cnnspec.train.state_file import read_state

KILLS = 20
SPEC = """model small {
  input 1 x 8 x 8
  conv(8, 3, padding = 1)  bn  relu
  flatten  dropout(0.2)  linear(10)
}
data digits
augment { translate(0.1) }
optimizer adamw(lr = 3e-3)
schedule one_cycle
train (epochs = 8, batch = 32, ema = 0.99, clip = 1)
"""


def command(*arguments: str | Path) -> subprocess.Popen[str]:
    run = "import sys; from cnnspec.cli.main import entry; sys.argv[0] = 'cnnspec'; entry()"
    return subprocess.Popen(
        [sys.executable, "-c", run, "train", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def begin_or_go_on(spec: Path, run: Path) -> subprocess.Popen[str]:
    if (run / "resume.safetensors").exists():
        return command("--resume", run)
    shutil.rmtree(run, ignore_errors=True)  # killed before anything was saved
    return command(spec, "--out", run)


def check_whole(run: Path) -> int:
    """Every file that a person could read is whole; how many epochs are saved."""
    for path in run.glob("*.safetensors"):
        assert read_state(path) if path.name.startswith("resume") else load_file(path)
    for path in run.glob("*.json"):
        json.loads(path.read_text())
    lines = (run / "metrics.jsonl").read_text().splitlines() if (run / "metrics.jsonl").exists() else []
    assert [json.loads(line)["epoch"] for line in lines] == list(range(1, len(lines) + 1))
    return len(lines)


def end(run: Path) -> tuple[dict[str, np.ndarray], list[dict[str, Any]]]:
    files = ("best", "last", "resume")
    tensors = {f"{f} {n}": v for f in files for n, v in load_file(run / f"{f}.safetensors").items()}
    records = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    return tensors, [
        {k: v for k, v in r.items() if k not in ("seconds", "images_per_second")} for r in records
    ]


@pytest.mark.slow
def test_twenty_kills(tmp_path: Path, cpu: str) -> None:
    spec, whole, run = tmp_path / "small.cnn", tmp_path / "whole", tmp_path / "run"
    spec.write_text(SPEC)
    assert command(spec, "--out", whole, "--epochs", "1").wait() == 0  # compiles
    shutil.rmtree(whole)
    started = time.monotonic()
    assert command(spec, "--out", whole).wait() == 0
    seconds = time.monotonic() - started
    expected = end(whole)
    drawn = random.Random(0)
    kills = ends = saved = 0
    while kills < KILLS or not ends:
        process = begin_or_go_on(spec, run)
        try:
            # Before that nothing but imports goes on.
            process.wait(drawn.uniform(0.5, seconds) if kills < KILLS else None)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            kills += 1
            if run.exists():
                assert check_whole(run) >= saved
                saved = check_whole(run)
            continue
        assert process.stdout is not None
        assert process.returncode == 0, process.stdout.read()
        tensors, records = end(run)
        assert records == expected[1]
        assert [n for n, v in expected[0].items() if not np.array_equal(v, tensors[n])] == []
        assert not list(run.glob(".*"))
        shutil.rmtree(run)
        ends, saved = ends + 1, 0
    print(f"{kills} kills, {ends} runs to the end")
