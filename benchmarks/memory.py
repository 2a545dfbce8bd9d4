"""What ``cnnspec fits`` says of a training step, against what tinygrad allocates for it.

    python benchmarks/memory.py [SPEC BATCH OPTIMIZER]

The compiled step of training is run three times, each network in a process of its own; tinygrad's counter of the device
(``GlobalCounters.mem_used_per_device``) then holds weights, state, the standing batch, and the one arena into which
tinygrad's memory planner puts all else.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence

import numpy as np

CASES = (
    ("lenet5", 64, "sgd(momentum = 0.9)"),
    ("resnet20", 32, "sgd(momentum = 0.9)"),
    ("resnet20", 32, "sgd(momentum = 0.9)", "train.recompute=true"),
    ("densenet40", 16, "sgd(momentum = 0.9)"),
    ("examples/fashion_mnist_vgg.cnn", 64, "adam"),
    ("efficientnet_b0(classes = 10)", 2, "adam"),
    ("alexnet", 16, "sgd(momentum = 0.9)"),
    ("resnet18", 4, "sgd(momentum = 0.9)"),
    ("lenet5", 64, "sgd(momentum = 0.9)", "train.precision=bf16"),
    ("resnet20", 32, "sgd(momentum = 0.9)", "train.precision=bf16"),
    ("examples/fashion_mnist_vgg.cnn", 64, "adam", "train.precision=bf16"),
    ("efficientnet_b0(classes = 10)", 2, "adam", "train.precision=bf16"),
    ("resnet18", 4, "sgd(momentum = 0.9)", "train.precision=fp16"),
)


def measure(target: str, batch: int, optimizer: str, *more: str) -> dict[str, int]:
    from cnnspec.backends import toolchain

    device = toolchain.check_device("CPU")
    from cnnspec.backends.tinygrad import lower
    from cnnspec.backends.tinygrad.memory import used_bytes
    from cnnspec.elaborate import elaborate, open_target
    from cnnspec.train.data import Targets
    from cnnspec.train.data.normalization import Normalization
    from cnnspec.train.heads import class_heads
    from cnnspec.train.need import need_of
    from cnnspec.train.registries import LOSSES
    from cnnspec.train.sections import bind_experiment, settable
    from cnnspec.train.steps import Scaler, TrainingStep
    from cnnspec.train.updates import UpdateNumbers, Updates

    overrides = [("optimizer", optimizer), *((o.partition("=")[0], o.partition("=")[2]) for o in more)]
    opened = open_target(target, overrides, settable)
    experiment = bind_experiment(opened, elaborate(opened))
    graph, settings = experiment.graph, experiment.settings
    module = lower(graph, 0, device, precision=settings.precision)
    updates = Updates(experiment.optimizer, module, settings)
    channels, height, width = graph.input_shape
    scaler = Scaler(Normalization((0.5,) * channels, (0.25,) * channels), device)
    images = np.random.default_rng(0).integers(0, 256, (batch, height, width, channels), np.uint8)
    heads = class_heads(graph, LOSSES.make("cross_entropy"))
    step = TrainingStep(
        module, updates, heads, scaler, images, accumulate=settings.accumulate, recompute=settings.recompute
    )
    for _ in range(3):
        step(images, Targets(classes=np.arange(batch) % 10), UpdateNumbers(0.01))
        step.read()
    return {"allocated": used_bytes(device), "said": need_of(experiment).at(batch).total}


def main() -> None:
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(measure(sys.argv[2], int(sys.argv[3]), *sys.argv[4:])))
        return
    cases: Sequence[tuple[str | int, ...]] = [tuple(sys.argv[1:])] if sys.argv[1:] else CASES
    print(f"{'network':<32} {'batch':>5}  {'step':<36} {'said MB':>8} {'allocated':>9} {'gap':>8}")
    for target, batch, *more in cases:
        given = [sys.executable, __file__, "--one", *map(str, (target, batch, *more))]
        found = json.loads(subprocess.run(given, check=True, capture_output=True).stdout)
        said, allocated = found["said"] / 1e6, found["allocated"] / 1e6
        words = ", ".join(map(str, more)).replace("train.", "")
        print(
            f"{target:<32} {batch:>5}  {words:<36} {said:8.1f} {allocated:9.1f} {100 * (said / allocated - 1):+6.1f} %",
            flush=True,
        )


if __name__ == "__main__":
    main()
