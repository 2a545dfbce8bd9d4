"""What the lowering makes of a network, against plain tinygrad and PyTorch: time, first step, peak memory.

    python benchmarks/lowering.py [--runs N] [--sides ours,plain,eager,compiled] [network …]

Of each network a training step (SGD with momentum, cross-entropy) and inference. The sides are processes that take a
few steps each in turn; medians, and the spread between the quartiles. "plain" is tinygrad's own operations with no
pass on and one thread, as tinygrad runs them; "eager" PyTorch; "compiled" PyTorch channels last, through torch.compile
where a C++ compiler is found. The first step counts from data to result, compiling included, with kernel caches as
they are: set CACHEDB to a new file for cold ones. Memory is the process's peak, libraries included.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

LENET = """model lenet {
  input 1 x 28 x 28
  conv(6, 5, padding = 2)  relu  maxpool(2)
  conv(16, 5)  relu  maxpool(2)
  flatten  linear(120)  relu  linear(84)  relu  linear(10)
}"""
SMALL_VGG = """model small_vgg {
  input 1 x 28 x 28
  for width in [16, 32] { repeat 2 { conv(width, 3, padding = 1)  bn  relu }  maxpool(2) }
  flatten  linear(64)  relu  linear(10)
}"""
SEPARABLE = """block separable(width, stride = 1) {
  conv(in.channels, 3, stride = stride, padding = 1, groups = in.channels, bias = false)  bn  relu6
  conv(width, 1, bias = false)  bn  relu6
}
model mobile {
  input 3 x 64 x 64
  conv(32, 3, stride = 2, padding = 1, bias = false)  bn  relu6
  separable(64)  separable(128, stride = 2)  separable(128)  separable(256, stride = 2)  repeat 3 { separable(256) }
  global_avgpool  flatten  linear(10)
}"""
NETWORKS: dict[str, tuple[str, int]] = {
    "LeNet": (LENET, 64),
    "small VGG": (SMALL_VGG, 64),
    "ResNet-20": ("resnet20", 32),
    "DenseNet-40": ("densenet40", 16),
    "separable": (SEPARABLE, 16),
    "AlexNet": ("alexnet", 16),
    "AlexNet, 1": ("alexnet", 1),
}
SIDES = ("ours", "plain", "eager", "compiled")
TURN = 4


def graph_of(text: str) -> Any:
    from cnnspec.elaborate import Loader, elaborate, open_target
    from cnnspec.source import Source

    linked = Loader().link(Source("net.cnn", text), None) if "\n" in text else open_target(text)
    return elaborate(linked)


def batch_of(graph: Any, size: int) -> tuple[Any, Any]:
    import numpy as np

    rng = np.random.default_rng(0)
    images = rng.uniform(0, 1, (size, *graph.input_shape)).astype(np.float32)
    return images, rng.integers(0, graph.nodes[graph.main_outputs[0].node].shape[0], size)


def ours(text: str, size: int, training: bool, passes: tuple[str, ...] | None) -> Callable[[], None]:
    from cnnspec.backends import toolchain

    device = toolchain.check_device("CPU")
    from cnnspec.backends.tinygrad import lower
    from cnnspec.train import losses as _losses  # noqa: F401
    from cnnspec.train import optimizers as _optimizers  # noqa: F401
    from cnnspec.train.data import Targets
    from cnnspec.train.data.normalization import Normalization
    from cnnspec.train.heads import class_heads
    from cnnspec.train.registries import LOSSES, OPTIMIZERS, TrainSettings
    from cnnspec.train.steps import EvaluationStep, Scaler, TrainingStep
    from cnnspec.train.updates import UpdateNumbers, Updates

    graph = graph_of(text)
    images, labels = batch_of(graph, size)
    images = images.transpose(0, 2, 3, 1).copy()
    channels = graph.input_shape[0]
    scaler = Scaler(Normalization((0.5,) * channels, (0.25,) * channels), device)
    module = lower(graph, 0, device, passes)
    if not training:
        evaluation = EvaluationStep(module, scaler, size)

        def infer() -> None:
            evaluation.one(images)

        return infer
    updates = Updates(OPTIMIZERS.make("sgd", lr=0.001, momentum=0.9), module, TrainSettings())
    heads, targets = class_heads(graph, LOSSES.make("cross_entropy")), Targets(classes=labels)
    step = TrainingStep(module, updates, heads, scaler, images)

    def take() -> None:
        step(images, targets, UpdateNumbers(0.001))
        step.read()

    return take


def torch_side(text: str, size: int, training: bool, compiled: bool) -> Callable[[], None]:
    import torch
    from torch_twin import Twin

    graph = graph_of(text)
    images, labels = (torch.from_numpy(array) for array in batch_of(graph, size))
    model: Any = Twin(graph).train(training)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.001, momentum=0.9)
    if compiled:
        model = model.to(memory_format=torch.channels_last)
        images = images.to(memory_format=torch.channels_last)
        if shutil.which(os.environ.get("CXX", "g++")):
            model = torch.compile(model)
    loss = torch.nn.CrossEntropyLoss()

    def train() -> None:
        optimizer.zero_grad()
        total = loss(model((images - 0.5) / 0.25), labels)
        total.backward()
        optimizer.step()
        total.item()

    def infer() -> None:
        with torch.no_grad():
            model((images - 0.5) / 0.25).numpy()

    return train if training else infer


def worker(name: str, side: str, mode: str) -> None:
    """Take a step for each line on standard input and answer with its seconds; at the end the peak memory in MB."""
    text, size = NETWORKS[name]
    training = mode == "training"
    if side in ("ours", "plain"):
        step = ours(text, size, training, None if side == "ours" else ())
    else:
        step = torch_side(text, size, training, side == "compiled")
    for _ in sys.stdin:
        start = time.perf_counter()
        step()
        print(time.perf_counter() - start, flush=True)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, flush=True)


def start(name: str, side: str, mode: str) -> Any:
    command = [sys.executable, __file__, "--worker", name, side, mode]
    environment = dict(os.environ)
    if side == "plain":
        environment["OMP_NUM_THREADS"] = "1"
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    )


def turn(process: Any) -> list[float]:
    """A few steps one after the other; the first, with the caches another left, does not count."""
    time.sleep(0.02)  # the threads of the side before may still be spinning
    return [ask(process) for _ in range(TURN + 1)][1:]


def ask(process: Any) -> float:
    process.stdin.write("step\n")
    process.stdin.flush()
    return float(process.stdout.readline())


def finish(process: Any) -> float:
    process.stdin.close()
    return float(process.stdout.readline())


def measure(name: str, mode: str, sides: list[str], runs: int) -> None:
    processes = [start(name, side, mode) for side in sides]
    first = [ask(process) for process in processes]
    for process in processes:
        turn(process)
    steps: list[list[float]] = [[] for _ in processes]
    for _ in range(-(-runs // TURN)):
        for process, times in zip(processes, steps, strict=True):
            times += turn(process)
    memory = [finish(process) for process in processes]
    base = statistics.median(steps[0])
    for i, side in enumerate(sides):
        times = [seconds * 1000 for seconds in steps[i]]
        low, median, high = statistics.quantiles(times, n=4)
        label = f"{name:<12}{mode:<11}" if not i else " " * 23
        figures = f"{median:9.2f} {low:8.2f} – {high:<8.2f}{median / base / 1000:7.2f}{first[i]:9.2f}{memory[i]:8.0f}"
        print(f"{label}{side:<9}{figures}", flush=True)


def main() -> None:
    if sys.argv[1:2] == ["--worker"]:
        return worker(*sys.argv[2:5])
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "network", nargs="*", help=f"one of: {', '.join(NETWORKS)}; all of them where none is given"
    )
    parser.add_argument("--runs", type=int, default=20, help="steps of each side (20)")
    parser.add_argument(
        "--sides", default=",".join(SIDES), help=f"which sides, the first is 1.00 ({','.join(SIDES)})"
    )
    parser.add_argument("--mode", choices=("training", "inference"), help="only one of the two")
    given = parser.parse_args()
    for unknown in sorted({*given.network} - {*NETWORKS}):
        parser.error(f"there is no network {unknown!r}; there are: {', '.join(NETWORKS)}")
    print(
        f"{'network':<12}{'mode':<11}{'side':<9}{'ms':>9} {'quartiles':^19}{'ratio':>7}{'first s':>9}{'MB':>8}"
    )
    for name in given.network or NETWORKS:
        for mode in [given.mode] if given.mode else ["training", "inference"]:
            measure(name, mode, given.sides.split(","), given.runs)


if __name__ == "__main__":
    main()
