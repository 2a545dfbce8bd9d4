"""A run folder as training leaves it, without any training."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from safetensors.numpy import save_file

from cnnspec.elaborate import elaborate, open_target
from cnnspec.train.exporting import exported_spec
from cnnspec.train.run import RUN, SPEC, RunInfo
from cnnspec.train.sections import bind_experiment
from cnnspec.train.tasks import Task
from cnnspec.train.tasks.saving import as_plain

from .running import varied

CONV = "model net { input 3 x 6 x 5  conv(4, 3)  bn  relu  global_avgpool  flatten  head: linear(3) }\n"


def make_run(folder: Path, spec: str, *tasks: Task, **changed: Any) -> Path:
    """``folder`` as a run of the network ``spec``: the checkpoint ``best`` alone."""
    (folder / SPEC).mkdir(parents=True)
    file = folder / SPEC / "spec.cnn"
    file.write_text(spec, encoding="utf-8")
    module = open_target(str(file))
    graph = elaborate(module)
    network = varied(exported_spec(bind_experiment(module, graph)))
    save_file(dict(network.weights), folder / "best.safetensors")
    channels = graph.input_shape[0]
    told: dict[str, Any] = {
        "model": graph.name,
        "spec": "spec.cnn",
        "base": str(folder),
        "device": "CPU",
        "seed": 0,
        "epochs": 1,
        "batch": 4,
        "tasks": tuple(map(as_plain, tasks)),
        "input_shape": graph.input_shape,
        "mean": (0.5, 0.25, 0.125)[:channels],
        "std": (0.25, 0.5, 0.3)[:channels],
        "parameters": 1,
        "images": {},
        "versions": {},
        "status": "finished",
        **changed,
    }
    (folder / RUN).write_text(json.dumps(asdict(RunInfo(**told))), encoding="utf-8")
    return folder
