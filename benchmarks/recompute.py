"""What ``train (recompute = true)`` saves and costs: memory and time of a training step, layers kept against computed twice.

    python benchmarks/recompute.py [SPEC] [BATCH]

Each in a process of its own, because tinygrad keeps what it has allocated.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time

import numpy as np


def measure(target: str, batch: int, recompute: bool) -> dict[str, float]:
    from cnnspec.backends import toolchain

    device = toolchain.check_device("CPU")
    from cnnspec.backends.tinygrad import lower
    from cnnspec.backends.tinygrad.memory import used_bytes
    from cnnspec.elaborate import elaborate, open_target
    from cnnspec.train.data import Targets
    from cnnspec.train.data.normalization import Normalization
    from cnnspec.train.heads import class_heads
    from cnnspec.train.registries import LOSSES, OPTIMIZERS, TrainSettings
    from cnnspec.train.sections import SECTIONS
    from cnnspec.train.steps import Scaler, TrainingStep
    from cnnspec.train.updates import UpdateNumbers, Updates

    assert SECTIONS
    graph = elaborate(open_target(target))
    module = lower(graph, 0, device)
    updates = Updates(OPTIMIZERS.make("sgd", lr=0.01, momentum=0.9), module, TrainSettings())
    channels, height, width = graph.input_shape
    scaler = Scaler(Normalization((0.5,) * channels, (0.25,) * channels), device)
    images = np.random.default_rng(0).integers(0, 256, (batch, height, width, channels), np.uint8)
    heads = class_heads(graph, LOSSES.make("cross_entropy"))
    step = TrainingStep(module, updates, heads, scaler, images, recompute=recompute)
    targets, seconds = Targets(classes=np.arange(batch) % 10), []
    for _ in range(8):
        started = time.perf_counter()
        step(images, targets, UpdateNumbers(0.01))
        step.read()
        seconds.append(time.perf_counter() - started)
    return {"bytes": used_bytes(device), "seconds": statistics.median(seconds[2:])}


def main() -> None:
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(measure(sys.argv[2], int(sys.argv[3]), sys.argv[4] == "True")))
        return
    target, batch = (*sys.argv[1:], *("resnet20", "64")[len(sys.argv) - 1 :])
    found = []
    for recompute in (False, True):
        command = [sys.executable, __file__, "--one", target, batch, str(recompute)]
        found.append(json.loads(subprocess.run(command, check=True, capture_output=True).stdout))
        print(
            f"{target}, batch {batch}, {'computed twice' if recompute else 'kept':<14} "
            f"{found[-1]['bytes'] / 1e6:8.0f} MB  {found[-1]['seconds']:.3f} s a step"
        )
    kept, twice = found
    memory, pace = twice["bytes"] / kept["bytes"], twice["seconds"] / kept["seconds"]
    print(f"computed twice / kept: memory {memory:.2f}, time {pace:.2f}")


if __name__ == "__main__":
    main()
