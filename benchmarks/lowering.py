"""Training steps with the passes of the lowering and without: time, latency of the first step, peak memory.

    python benchmarks/lowering.py [network …]

Each network runs in two processes at once taken in turn: one with all passes, one with none. Medians of the steps
after three; the first step is with a warm or cold kernel cache, as it happens (CACHEDB=/tmp/new.db makes it cold).
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time
from typing import Any

from cnnspec.backends.tinygrad.plan import DEFAULT

ALL = tuple(DEFAULT)
NETWORKS = {
    "LeNet": ("lenet5", 64),
    "small VGG": ("vgg(depths = [1, 1, 1, 1, 1], norm = true, size = 32, classes = 10)", 16),
    "ResNet-20": ("resnet20", 32),
    "DenseNet-40": ("densenet40", 16),
    "EfficientNet": ("efficientnet(width = 0.5, depth = 0.5, size = 64, classes = 10)", 16),
}
STEPS = 12


def worker(spec: str, batch: int, passes: tuple[str, ...]) -> None:
    """Take a step for each line on standard input, and answer with its seconds; peak memory (MB) at the end."""
    import numpy as np

    from cnnspec.backends import toolchain
    from cnnspec.elaborate import elaborate, open_target

    device = toolchain.check_device("CPU")
    from cnnspec.backends.tinygrad import lower
    from cnnspec.train import losses as _losses  # noqa: F401
    from cnnspec.train import optimizers as _optimizers  # noqa: F401
    from cnnspec.train.data.normalization import Normalization
    from cnnspec.train.registries import LOSSES, OPTIMIZERS
    from cnnspec.train.steps import Scaler, TrainingStep

    graph = elaborate(open_target(spec))
    module = lower(graph, 0, device, passes)
    optimizer = OPTIMIZERS.make("sgd", lr=0.01, momentum=0.9).build(module.trainable)
    channels = graph.input_shape[0]
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (batch, *graph.input_shape), dtype=np.uint8)
    labels = rng.integers(0, 10, batch)
    scaler = Scaler(Normalization((0.5,) * channels, (0.5,) * channels), device)
    step = TrainingStep(module, optimizer, LOSSES.make("cross_entropy"), 0.3, scaler, images)
    for _ in sys.stdin:
        start = time.perf_counter()
        step(images, labels, 0.01)
        step.read()
        print(time.perf_counter() - start, flush=True)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, flush=True)


def start(name: str, passes: str) -> Any:
    command = [sys.executable, __file__, "--worker", name, passes]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def ask(process: Any) -> float:
    process.stdin.write("step\n")
    process.stdin.flush()
    return float(process.stdout.readline())


def finish(process: Any) -> float:
    process.stdin.close()
    return float(process.stdout.readline())


def main() -> None:
    if sys.argv[1:2] == ["--worker"]:
        spec, batch = NETWORKS[sys.argv[2]]
        worker(spec, batch, () if sys.argv[3] == "none" else ALL)
        return
    head = ("step ms", "plain ms", "times", "first s", "plain s", "MB", "plain MB")
    print(f"{'network':<13}" + "".join(f"{title:>10}" for title in head))
    for name in sys.argv[1:] or NETWORKS:
        both = [start(name, passes) for passes in ("all", "none")]
        first = [ask(process) for process in both]
        for _ in range(2):
            [ask(process) for process in both]
        steps = [[ask(process) for process in both] for _ in range(STEPS)]
        fast, plain = (statistics.median(column) * 1000 for column in zip(*steps, strict=True))
        memory = [finish(process) for process in both]
        cells = (fast, plain, plain / fast, *first, *memory)
        print(f"{name:<13}" + "".join(f"{cell:10.2f}" for cell in cells), flush=True)


if __name__ == "__main__":
    main()
