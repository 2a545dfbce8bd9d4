"""Whole networks against PyTorch: our weights copied in, the same logits.

The PyTorch sides are torchvision's definitions of AlexNet and VGG-11, written out.
"""

from typing import Any

import numpy as np
import pytest

from cnnspec.elaborate import elaborate, open_target


def alexnet(nn: Any) -> list[Any]:
    pool = [nn.MaxPool2d(3, 2)]
    return [
        *[nn.Conv2d(3, 64, 11, 4, 2), nn.ReLU(), *pool],
        *[nn.Conv2d(64, 192, 5, padding=2), nn.ReLU(), *pool],
        *[nn.Conv2d(192, 384, 3, padding=1), nn.ReLU()],
        *[nn.Conv2d(384, 256, 3, padding=1), nn.ReLU()],
        *[nn.Conv2d(256, 256, 3, padding=1), nn.ReLU(), *pool],
        *[nn.Flatten(), nn.Dropout(), nn.Linear(9216, 4096), nn.ReLU()],
        *[nn.Dropout(), nn.Linear(4096, 4096), nn.ReLU(), nn.Linear(4096, 1000)],
    ]


def vgg11(nn: Any) -> list[Any]:
    layers, channels = [], 3
    for width in (64, "pool", 128, "pool", 256, 256, "pool", 512, 512, "pool", 512, 512, "pool"):
        if width == "pool":
            layers.append(nn.MaxPool2d(2))
        else:
            layers += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU()]
            channels = width
    layers += [nn.Flatten(), nn.Linear(25088, 4096), nn.ReLU(), nn.Dropout()]
    return [*layers, nn.Linear(4096, 4096), nn.ReLU(), nn.Dropout(), nn.Linear(4096, 1000)]


@pytest.mark.parametrize("definition", [alexnet, vgg11])
def test_logits(definition: Any, cpu: str) -> None:
    torch = pytest.importorskip("torch")
    from tinygrad import Tensor

    from cnnspec.backends.tinygrad import lower

    module = lower(elaborate(open_target(definition.__name__)), 0, cpu)
    theirs = torch.nn.Sequential(*definition(torch.nn)).eval()
    targets, ours = list(theirs.parameters()), list(module.state().values())
    assert [tuple(t.shape) for t in targets] == [v.shape for v in ours]
    with torch.no_grad():
        for target, value in zip(targets, ours, strict=True):
            target.copy_(torch.from_numpy(value))
        images = np.random.default_rng(0).normal(size=(1, 3, 224, 224)).astype(np.float32)
        expected = theirs(torch.from_numpy(images)).numpy()
    got = module.forward(Tensor(images, device=cpu), training=False)["output"].numpy()
    assert np.abs(got - expected).max() <= 1e-4 * np.abs(expected).max()
