"""Training on an NVIDIA GPU: images a second, and the share of the card's peak, against PyTorch.

    python benchmarks/cuda.py --peak TFLOPS [--network resnet50] [--batch 64] [--beam N] [--tc-opt N] [--pass NAME …]

bfloat16 on both sides (PyTorch: autocast and channels last), images of 224 pixels, SGD with momentum. ``--peak`` is the
card's dense bfloat16 peak as its maker states it. Every switch that may matter on a card can be set here, for none of
them has been measured by us: without a GPU this ends with 1 and no figure.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from lowering import batch_of, graph_of

WARM, STEPS = 5, 20


def seconds(step: Callable[[], None]) -> tuple[float, float]:
    """The first call, and the median of those after the warm ones."""
    start = time.perf_counter()
    step()
    first = time.perf_counter() - start
    times = []
    for _ in range(WARM + STEPS):
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    return first, statistics.median(times[WARM:])


def ours(graph: Any, images: Any, labels: Any, passes: list[str]) -> Callable[[], None]:
    from cnnspec.backends.tinygrad import lower
    from cnnspec.train import losses as _losses  # noqa: F401
    from cnnspec.train import optimizers as _optimizers  # noqa: F401
    from cnnspec.train.data import Targets
    from cnnspec.train.data.normalization import Normalization
    from cnnspec.train.heads import class_heads
    from cnnspec.train.registries import LOSSES, OPTIMIZERS, TrainSettings
    from cnnspec.train.steps import Scaler, TrainingStep
    from cnnspec.train.updates import UpdateNumbers, Updates

    images = images.transpose(0, 2, 3, 1)
    module = lower(graph, 0, "CUDA", passes, "bf16")
    updates = Updates(OPTIMIZERS.make("sgd", lr=0.001, momentum=0.9), module, TrainSettings())
    scaler = Scaler(Normalization((0.5,) * 3, (0.25,) * 3), "CUDA")
    heads, targets = class_heads(graph, LOSSES.make("cross_entropy")), Targets(classes=labels)
    step = TrainingStep(module, updates, heads, scaler, images)

    def take() -> None:
        step(images, targets, UpdateNumbers(0.001))
        step.read()

    return take


def theirs(graph: Any, images: Any, labels: Any) -> Callable[[], None]:
    import torch
    from torch_twin import Twin

    model = Twin(graph).cuda().to(memory_format=torch.channels_last).train()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.001, momentum=0.9)
    x, y = torch.from_numpy(images), torch.from_numpy(labels).cuda()

    def take() -> None:
        here = x.cuda(non_blocking=True).to(memory_format=torch.channels_last)
        optimizer.zero_grad()
        with torch.autocast("cuda", torch.bfloat16):
            loss = torch.nn.functional.cross_entropy(model((here - 0.5) / 0.25), y)
        loss.backward()
        optimizer.step()
        loss.item()

    return take


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--peak", type=float, required=True, help="the card's dense bfloat16 peak in TFLOP/s")
    parser.add_argument("--network", default="resnet50", help="a zoo name (resnet50, vgg16)")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--beam", type=int, default=0, help="tinygrad's BEAM")
    parser.add_argument(
        "--tc-opt", type=int, default=0, help="tinygrad's TC_OPT: 1 takes convolutions, 2 pads as well"
    )
    parser.add_argument(
        "--pass", dest="passes", action="append", default=[], help="a pass, e.g. channels_last"
    )
    given = parser.parse_args()
    from cnnspec.backends import toolchain

    try:
        toolchain.check_device("CUDA")
    except (toolchain.UnknownDevice, toolchain.ToolchainMissing) as error:
        print(f"not measured: {error}", file=sys.stderr)
        return 1
    from tinygrad import Context

    from cnnspec.analyses.cost import cost

    graph = graph_of(given.network)
    images, labels = batch_of(graph, given.batch)
    # Forward, and a gradient to the input and one to the weights that cost as much each.
    flops = 6 * cost(graph).total_macs * given.batch
    print(f"{given.network}, batch {given.batch}: {'first s':>10}{'images/s':>10}{'of peak':>9}")
    with Context(BEAM=given.beam, TC_OPT=given.tc_opt):
        report("cnnspec", seconds(ours(graph, images, labels, given.passes)), given, flops)
    report("PyTorch", seconds(theirs(graph, images, labels)), given, flops)
    return 0


def report(side: str, found: tuple[float, float], given: argparse.Namespace, flops: float) -> None:
    first, step = found
    share = flops / step / (given.peak * 1e12)
    print(f"{side:<24}{first:10.1f}{given.batch / step:10.0f}{share:9.1%}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
