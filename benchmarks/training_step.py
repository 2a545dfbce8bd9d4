"""Our training step against the same network written by hand in plain tinygrad.

    python benchmarks/training_step.py [steps]

Both networks have the same layers, batch, optimizer and loss, and start compiled. Steps of the two are
taken in turn in one process; medians, and the ratio of ours to the hand-written one.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
from lowering import LENET, SMALL_VGG

from cnnspec.backends import toolchain
from cnnspec.elaborate import Loader, elaborate
from cnnspec.source import Source
from cnnspec.train import (
    losses,  # noqa: F401
    optimizers,  # noqa: F401  (registers them)
)
from cnnspec.train.data.normalization import Normalization
from cnnspec.train.registries import LOSSES, OPTIMIZERS, TrainSettings

BATCH = 64


def by_hand_lenet() -> list[Callable]:
    from tinygrad import Tensor, nn

    first, second = nn.Conv2d(1, 6, 5, padding=2), nn.Conv2d(6, 16, 5)
    a, b, c = nn.Linear(400, 120), nn.Linear(120, 84), nn.Linear(84, 10)
    pool = Tensor.max_pool2d
    return [
        first,
        Tensor.relu,
        pool,
        second,
        Tensor.relu,
        pool,
        lambda x: x.flatten(1),
        a,
        Tensor.relu,
        b,
        Tensor.relu,
        c,
    ]


def by_hand_small_vgg() -> list[Callable]:
    from tinygrad import Tensor, nn

    layers: list[Callable] = []
    channels = 1
    for width in (16, 32):
        for _ in range(2):
            layers += [nn.Conv2d(channels, width, 3, padding=1), nn.BatchNorm(width), Tensor.relu]
            channels = width
        layers.append(Tensor.max_pool2d)
    return [*layers, lambda x: x.flatten(1), nn.Linear(1568, 64), Tensor.relu, nn.Linear(64, 10)]


def hand_written_step(layers: list[Callable]) -> Callable[[np.ndarray, np.ndarray], None]:
    """The step as tinygrad's own examples write it, with a standing input like ours."""
    from tinygrad import Context, Tensor, TinyJit, nn

    optimizer = nn.optim.SGD(nn.state.get_parameters(layers), lr=0.01, momentum=0.9)

    @TinyJit
    def run(images: Tensor, labels: Tensor) -> Tensor:
        with Context(TRAINING=1):
            optimizer.zero_grad()
            scaled = (images.cast("float32") / 255 - 0.5) / 0.5
            loss = scaled.sequential(layers).sparse_categorical_crossentropy(labels).backward()
            return loss.realize(*optimizer.schedule_step())

    def step(images: np.ndarray, labels: np.ndarray) -> None:
        run(Tensor(images).realize(), Tensor(labels).realize())

    return step


def our_step(text: str, device: str) -> Callable[[np.ndarray, np.ndarray], None]:
    from cnnspec.backends.tinygrad import lower
    from cnnspec.train.data import Targets
    from cnnspec.train.heads import class_heads
    from cnnspec.train.steps import Scaler, TrainingStep
    from cnnspec.train.updates import UpdateNumbers, Updates

    graph = elaborate(Loader().link(Source("bench.cnn", text), None))
    module = lower(graph, 0, device)
    updates = Updates(OPTIMIZERS.make("sgd", lr=0.01, momentum=0.9), module, TrainSettings())
    scaler = Scaler(Normalization((0.5,), (0.5,)), device)
    channels, height, width = graph.input_shape
    sample = np.zeros((BATCH, height, width, channels), np.uint8)
    compiled = TrainingStep(module, updates, class_heads(graph, LOSSES.make("cross_entropy")), scaler, sample)
    numbers = UpdateNumbers(0.01)
    return lambda images, labels: compiled(images.transpose(0, 2, 3, 1), Targets(classes=labels), numbers)


def timed(step: Callable[[np.ndarray, np.ndarray], None], images: np.ndarray, labels: np.ndarray) -> float:
    from tinygrad import Device

    start = time.perf_counter()
    step(images, labels)
    Device[Device.DEFAULT].synchronize()
    return time.perf_counter() - start


def main() -> None:
    steps = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    device = toolchain.check_device("CPU")
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (BATCH, 1, 28, 28), dtype=np.uint8)
    labels = rng.integers(0, 10, BATCH).astype(np.int32)
    print(
        f"{'network':<10} {'ours ms':>9} {'by hand ms':>11} {'ratio':>6}   (batch {BATCH}, {steps} steps each, {device})"
    )
    for name, text, by_hand in (("LeNet", LENET, by_hand_lenet), ("small VGG", SMALL_VGG, by_hand_small_vgg)):
        ours, theirs = our_step(text, device), hand_written_step(by_hand())
        for _ in range(4):
            ours(images, labels), theirs(images, labels)
        pairs = [(timed(ours, images, labels), timed(theirs, images, labels)) for _ in range(steps)]
        a, b = (statistics.median(column) * 1000 for column in zip(*pairs, strict=True))
        print(f"{name:<10} {a:9.2f} {b:11.2f} {a / b:6.2f}")


if __name__ == "__main__":
    main()
