"""A network of two stages and its specs, and what a run has left."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

from cnnspec.elaborate import Loader, elaborate
from cnnspec.source import Source, SpecError
from cnnspec.train.experiment import Experiment
from cnnspec.train.resolve import resolved_files
from cnnspec.train.run import ResolvedSpec
from cnnspec.train.sections import bind_experiment

MODEL = """model net(classes = 10, width = 4) {
  input 1 x 8 x 8
  low: { conv(width, 3, padding = 1)  bn  relu  dropout(0.1)  maxpool(2) }
  high: { conv(width * 2, 3, padding = 1)  bn  relu  global_avgpool  flatten }
  dropout(0.2)
  head: linear(classes)
}
"""
DATA = "data digits(validation = 0.1, test = 0.1, per_class = 24)\n"
SETTINGS = "optimizer sgd(lr = 0.05, momentum = 0.9)\ntrain (epochs = {epochs}, batch = 32, {more})\n"


Made = tuple[Experiment, ResolvedSpec]


def made(text: str, base: Path) -> Made:
    """The experiment of a spec that is given as text, with its resolved files."""
    module = Loader().link(Source("net.cnn", text), None)
    experiment = bind_experiment(module, elaborate(module))
    return experiment, ResolvedSpec(resolved_files(module, experiment), "spec.cnn", base)


def tuning_spec(steps: str, epochs: int = 2, more: str = "seed = 1", settings: str = SETTINGS) -> str:
    return MODEL + DATA + settings.format(epochs=epochs, more=more) + f"finetune {{ {steps} }}\n"


def refused(text: str) -> Any:
    """The first diagnostic of a spec that is wrong."""
    with pytest.raises(SpecError) as error:
        made(text, Path())
    return error.value.diagnostics[0]


def weights(run: Path, which: str = "last") -> dict[str, np.ndarray]:
    return load_file(run / f"{which}.safetensors")


def info(run: Path) -> dict[str, Any]:
    return json.loads((run / "run.json").read_text())


def records(run: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
