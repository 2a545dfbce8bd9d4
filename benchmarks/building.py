"""From nothing to figures: our text to graph and all analyses, against torchinfo and Keras on the same networks.

    pip install torch torchinfo keras jax
    python benchmarks/building.py [runs]

Wall seconds in one process, taken in turn; medians. PyTorch's networks are those of the parity tests
(tests/families); torchinfo builds and summarises them on the CPU as its users do, and once more with both on PyTorch's
"meta" device, which computes nothing. Keras builds its own application without weights and counts its parameters.
What is not installed is left out, and so is a network that keras.applications does not have.
"""

from __future__ import annotations

import gc
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cnnspec.analyses.summary import summarize
from cnnspec.elaborate import elaborate, open_target

sys.path.insert(0, str(Path(__file__).parent.parent))
os.environ.setdefault("KERAS_BACKEND", "jax")


def ours(name: str) -> int:
    return summarize(elaborate(open_target(name))).params.total


def torch_networks() -> dict[str, Callable[[], Any]]:
    from tests.families.torch_densenet import DenseNet
    from tests.families.torch_efficientnet import EfficientNet
    from tests.families.torch_nasnet import NASNet
    from tests.families.torch_resnet import resnet_cifar

    return {
        "nasnet_a_large": lambda: NASNet(filters=168, cells=6, stem=96, skip=True),
        "densenet264": lambda: DenseNet((6, 12, 64, 48), growth=32, stem=64),
        "resnet110": lambda: resnet_cifar(18),
        "efficientnet_b7": lambda: EfficientNet(2.0, 3.1, eps=1e-3, momentum=0.01),
    }


def torchinfo_on(device: str) -> Callable[[str], int]:
    import torch
    import torchinfo

    networks = torch_networks()

    def build(name: str) -> int:
        shape = elaborated_input(name)
        with torch.device(device):
            network = networks[name]().eval()
        return int(torchinfo.summary(network, input_size=(1, *shape), verbose=0, device=device).total_params)

    return build


def elaborated_input(name: str) -> tuple[int, ...]:
    return elaborate(open_target(name)).input_shape


def keras_applications() -> Callable[[str], int]:
    import keras
    from keras.src.applications.densenet import DenseNet

    networks = {
        "nasnet_a_large": lambda: keras.applications.NASNetLarge(weights=None),
        "densenet264": lambda: DenseNet([6, 12, 64, 48], weights=None),
        "efficientnet_b7": lambda: keras.applications.EfficientNetB7(weights=None),
    }

    def build(name: str) -> int:
        keras.utils.clear_session()
        return int(networks[name]().count_params())

    return build


def builders() -> dict[str, Callable[[str], int]]:
    """What is installed."""
    known: dict[str, Callable[[], Callable[[str], int]]] = {
        "torchinfo": lambda: torchinfo_on("cpu"),
        "torchinfo, meta": lambda: torchinfo_on("meta"),
        "Keras": keras_applications,
    }
    found: dict[str, Callable[[str], int]] = {"ours": ours}
    for name, make in known.items():
        try:
            found[name] = make()
        except ImportError as error:
            print(f"{name} is left out: {error}", file=sys.stderr)
    return found


def seconds(build: Callable[[str], int], name: str) -> float | None:
    gc.collect()
    start = time.perf_counter()
    try:
        build(name)
    except KeyError:
        return None
    return time.perf_counter() - start


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    found = builders()
    print(f"{'network':<17}" + "".join(f"{name + ' s':>19}" for name in found))
    for network in ("nasnet_a_large", "densenet264", "resnet110", "efficientnet_b7"):
        taken: dict[str, list[float]] = {name: [] for name in found}
        for _ in range(runs):
            for name, build in found.items():
                if (time_taken := seconds(build, network)) is not None:
                    taken[name].append(time_taken)
        medians = {name: statistics.median(each) for name, each in taken.items() if each}
        cells = [
            f"{medians[n]:.3f} ({medians[n] / medians['ours']:.0f}x)" if n in medians else "-" for n in found
        ]
        print(f"{network:<17}" + "".join(f"{cell:>19}" for cell in cells), flush=True)


if __name__ == "__main__":
    main()
