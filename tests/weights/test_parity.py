"""State dicts with torchvision's names load by name, and the networks compute what PyTorch's do.

The PyTorch sides are written from the papers (tests/families/torch_*.py), their names held against those of torchvision.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnspec.elaborate import elaborate, open_target
from cnnspec.train.weights import load, open_source

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.slow

TRUTH = Path(__file__).parent.parent / "truth" / "state_dicts"


def _family(module: str, function: str, *arguments: Any) -> Callable[[], Any]:
    def build() -> Any:
        from importlib import import_module

        return getattr(import_module(f"families.{module}"), function)(*arguments)

    return build


NETWORKS: dict[str, tuple[str, int, Callable[[], Any]]] = {
    "resnet18": ("resnet18(size = 64)", 64, _family("torch_resnet", "resnet", (2, 2, 2, 2))),
    "resnet50": ("resnet50(size = 64)", 64, _family("torch_resnet", "resnet", (3, 4, 6, 3), True)),
    "densenet121": ("densenet121(size = 64)", 64, _family("torch_densenet", "DenseNet", (6, 12, 24, 16), 32, 64, 1000)),
    "efficientnet_b0": ("efficientnet_b0(size = 64)", 64, _family("torch_efficientnet", "EfficientNet", 1.0, 1.0, 1000)),
    "vgg11": ("vgg11", 224, _family("torch_plain", "vgg", (1, 1, 2, 2, 2), False, 224)),
    "vgg16_bn": ("vgg16_bn", 224, _family("torch_plain", "vgg", (2, 2, 3, 3, 3), True, 224)),
    "alexnet": ("alexnet", 224, _family("torch_plain", "alexnet")),
}  # fmt: skip


def drawn(network: Any) -> None:
    """Parameters and running statistics away from their first values, and small enough that numbers stay near 1."""
    generator = torch.Generator().manual_seed(0)
    for name, value in network.state_dict().items():
        if name.endswith("running_var"):
            value.uniform_(0.5, 1.5, generator=generator)
        elif name.endswith(("running_mean", "bias")):
            value.uniform_(-0.1, 0.1, generator=generator)
        elif value.ndim == 1:
            value.uniform_(0.5, 1.5, generator=generator)


def listing(state: Mapping[str, Any]) -> list[str]:
    return sorted(
        f"{name} {'x'.join(map(str, value.shape))}"
        for name, value in state.items()
        if "num_batches" not in name
    )


@pytest.mark.parametrize("name", NETWORKS)
def test_torchvision_names(name: str, tmp_path: Path, cpu: str) -> None:
    from safetensors.torch import save_file
    from tinygrad import Tensor

    from cnnspec.backends.tinygrad import lower

    target, size, build = NETWORKS[name]
    torch.manual_seed(0)
    network = build().eval()
    drawn(network)
    truth = TRUTH / f"torchvision_{name}.txt"
    if truth.exists():
        assert listing(network.state_dict()) == truth.read_text().splitlines()
    torch.save(network.state_dict(), tmp_path / "w.pth")
    torch.save(network.state_dict(), tmp_path / "old.pth", _use_new_zipfile_serialization=False)
    save_file(network.state_dict(), tmp_path / "w.safetensors")
    module = open_target(target)
    graph = elaborate(module)
    arrays: dict[str, np.ndarray] = {}
    for file in ("w.safetensors", "old.pth", "w.pth"):
        loaded = load(graph, module, open_source(file, tmp_path))
        assert loaded.pairing.names == "torchvision" and loaded.pairing.whole
        assert not arrays or all((loaded.arrays[n] == value).all() for n, value in arrays.items())
        arrays = loaded.arrays
    images = np.random.default_rng(0).normal(size=(2, 3, size, size)).astype(np.float32)
    with torch.no_grad():
        expected = network(torch.from_numpy(images)).numpy()
    ours = lower(graph, 0, cpu)
    ours.load_state(arrays)
    got = ours.forward(Tensor(images, device=cpu), training=False)["output"].numpy()
    assert np.abs(got - expected).max() <= 1e-4 * np.abs(expected).max()
