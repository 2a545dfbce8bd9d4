"""Each form that a pass chooses against the plain one, layer by layer: where the choice is right, and where it is not.

    python benchmarks/forms.py [--runs N] [--batch N]

A layer alone, forward and all its gradients in training, forward at inference, both forms run by all threads and taken
in turn in one process; medians. A ratio below 1 is a layer that the pass should leave alone.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

LAYERS = (
    ("3 x 32 x 32", "conv(16, 3, padding = 1)"),
    ("3 x 224 x 224", "conv(64, 7, stride = 2, padding = 3, bias = false)"),
    ("1 x 28 x 28", "conv(6, 5, padding = 2)"),
    ("16 x 32 x 32", "conv(16, 3, padding = 1, bias = false)"),
    ("64 x 8 x 8", "conv(64, 3, padding = 1, bias = false)"),
    ("256 x 14 x 14", "conv(64, 1, bias = false)"),
    ("512 x 2 x 2", "conv(512, 3, padding = 1)"),
    ("8 x 4 x 4", "conv(8, 3)"),
    ("5 x 1 x 1", "conv(7, 1)"),
    ("32 x 16 x 16", "conv(32, 3, padding = 2, dilation = 2)"),
    ("64 x 28 x 28", "conv(64, 3, padding = 1, groups = 32)"),
    ("64 x 14 x 14", "conv(64, 3, padding = 1, groups = 8)"),
    ("16 x 14 x 14", "conv(32, 3, padding = 1, groups = 16)"),
    ("64 x 28 x 28", "conv(64, 3, padding = 1, groups = 64)"),
    ("10 x 7 x 7", "conv(10, 5, padding = 2, groups = 10)"),
    ("400 x 1 x 1", "flatten  linear(120)"),
    ("84 x 1 x 1", "flatten  linear(10)"),
    ("4096 x 1 x 1", "flatten  linear(1000)"),
    ("16 x 32 x 32", "bn"),
    ("512 x 4 x 4", "bn"),
    ("6 x 5 x 5", "bn"),
    ("128 x 1 x 1", "flatten  bn"),
    ("64 x 32 x 32", "maxpool(2)"),
    ("64 x 31 x 31", "maxpool(3, 2, padding = 1)"),
    ("6 x 28 x 28", "maxpool(2)"),
    ("64 x 8 x 8", "global_avgpool"),
)


def median_ms(run: Callable[[], Any], turns: list[float]) -> None:
    start = time.perf_counter()
    run()
    turns.append((time.perf_counter() - start) * 1000)


def runner(spec: str, batch: int, training: bool, passes: tuple[str, ...]) -> Callable[[], Any]:
    from tinygrad import Tensor, TinyJit

    from cnnspec.backends.tinygrad import lower
    from cnnspec.elaborate import Loader, elaborate
    from cnnspec.source import Source

    graph = elaborate(Loader().link(Source("layer.cnn", spec), None))
    module = lower(graph, 0, "CPU", passes)
    x = Tensor(np.random.default_rng(0).normal(size=(batch, *graph.input_shape)).astype(np.float32)).realize()
    x.is_param_(True)

    def compute() -> list[Tensor]:
        y = module.forward(x, training)["output"]
        if not training:
            return [y.realize()]
        found = [y, *(y * y).sum().gradient(x, *module.trainable), *module.buffers]
        Tensor.realize(*found)
        return found

    return TinyJit(compute)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--only", default="", help="layers whose text contains this")
    given = parser.parse_args()
    from cnnspec.backends import toolchain

    toolchain.check_device("CPU")
    from cnnspec.backends.tinygrad.plan import DEFAULT

    print(f"{'layer':<66}{'mode':<11}{'form ms':>9}{'plain ms':>10}{'times':>7}")
    for shape, layer in LAYERS:
        if given.only not in layer:
            continue
        for training in (True, False):
            spec = f"model layer {{\n  input {shape}\n  {layer}\n}}"
            sides = [runner(spec, given.batch, training, passes) for passes in (DEFAULT, ())]
            for _ in range(3):
                for side in sides:
                    side()
            times: list[list[float]] = [[], []]
            for _ in range(given.runs):
                for side, turns in zip(sides, times, strict=True):
                    side()
                    median_ms(side, turns)
            ours, plain = (statistics.median(turns) for turns in times)
            mode = "training" if training else "inference"
            print(
                f"{shape + '  ' + layer:<66}{mode:<11}{ours:9.3f}{plain:10.3f}{plain / ours:7.2f}", flush=True
            )


if __name__ == "__main__":
    main()
