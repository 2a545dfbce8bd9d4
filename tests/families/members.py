"""A small member of every family: our spec, and the same network in PyTorch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Member:
    """``library``: whose names the PyTorch side has; None where parameters are paired in their order.

    ``images`` is the batch that gradients are computed of; they are left out where a twin has them.
    """

    spec: str
    build: Callable[[], Any]
    library: str | None = None
    images: int = 4
    gradients: bool = True


def _plain(name: str, *arguments: Any) -> Callable[[], Any]:
    def build() -> Any:
        from . import torch_plain

        return getattr(torch_plain, name)(*arguments)

    return build


def _resnet(name: str, *arguments: Any, **named: Any) -> Callable[[], Any]:
    def build() -> Any:
        from . import torch_resnet

        return getattr(torch_resnet, name)(*arguments, **named)

    return build


def _densenet(*arguments: Any) -> Callable[[], Any]:
    def build() -> Any:
        from .torch_densenet import DenseNet

        return DenseNet(*arguments)

    return build


def _efficientnet(*arguments: Any) -> Callable[[], Any]:
    def build() -> Any:
        from .torch_efficientnet import EfficientNet

        return EfficientNet(*arguments)

    return build


def _efficientnet_lite(*arguments: Any) -> Callable[[], Any]:
    def build() -> Any:
        from .torch_efficientnet import EfficientNetLite

        return EfficientNetLite(*arguments)

    return build


def _nasnet(*arguments: Any) -> Callable[[], Any]:
    def build() -> Any:
        from .torch_nasnet import NASNet

        return NASNet(*arguments)

    return build


TINY = (1, 1, 1, 1)
SMALL = "depths = [1, 1, 1, 1], classes = 10, size = 64"
MEMBERS: dict[str, Member] = {
    "lenet": Member("lenet5", _plain("lenet5")),
    "alexnet": Member("alexnet(classes = 10)", _plain("alexnet", 10), "torchvision", images=1),
    "vgg": Member(
        "vgg(depths = [1, 1, 1, 1, 2], norm = true, size = 32, classes = 10)",
        _plain("vgg", (1, 1, 1, 1, 2), True, 32, 10),
        "torchvision",
    ),
    "resnet": Member(f"resnet({SMALL})", _resnet("resnet", TINY, classes=10), "torchvision"),
    "resnet_v1": Member(
        f"resnet({SMALL}, bottlenecks = true, stride_on = 1)",
        _resnet("resnet", TINY, bottlenecks=True, stride_on=1, classes=10),
        "torchvision",
    ),
    "resnet_cifar": Member("resnet_cifar(n = 2)", _resnet("resnet_cifar", 2)),
    "resnet_option_c": Member('resnet_cifar(n = 1, shortcut = "C")', _resnet("resnet_cifar", 1, "C")),
    "plain": Member('resnet_cifar(n = 1, shortcut = "none")', _resnet("resnet_cifar", 1, "none")),
    "resnext": Member(
        f"resnet({SMALL}, bottlenecks = true, groups = 32, group_width = 4)",
        _resnet("resnet", TINY, bottlenecks=True, groups=32, width=4, classes=10),
        "torchvision",
    ),
    "resnext_cifar": Member(
        "resnext_cifar(n = 1, groups = 4, group_width = 16)", _resnet("resnext_cifar", 1, 4, 16), images=2
    ),
    "densenet": Member(
        "densenet(depths = [2, 1, 1, 1], growth = 12, classes = 10, size = 64)",
        _densenet((2, 1, 1, 1), 12, 24, 10),
        "torchvision",
    ),
    "densenet_cifar": Member(
        "densenet_cifar(layers = 10, growth = 8)", _densenet((2, 2, 2), 8, 16, 10, False, 1.0, False)
    ),
    "densenet_bc_cifar": Member(
        "densenet_cifar(layers = 10, growth = 8, compressed = true)",
        _densenet((1, 1, 1), 8, 16, 10, True, 0.5, False),
    ),
    "efficientnet": Member(
        "efficientnet(width = 0.5, depth = 0.1, size = 64, classes = 10, eps = 1e-3, momentum = 0.01)",
        _efficientnet(0.5, 0.1, 10, 1e-3, 0.01),
        "torchvision",
    ),
    "efficientnet_lite": Member(
        "efficientnet_lite(width = 0.5, depth = 0.4, size = 75, classes = 10)",
        _efficientnet_lite(0.5, 0.4, 10),
        "efficientnet_pytorch",
    ),
    "nasnet": Member(
        "nasnet(cells = 1, penultimate = 384, stem_channels = 8, size = 64, classes = 10)",
        _nasnet(16, 1, 8, False, 10),
        "timm",
        gradients=False,
    ),
    "nasnet_skip": Member(
        "nasnet(cells = 1, penultimate = 384, stem_channels = 8, skip = true, size = 75, classes = 10)",
        _nasnet(16, 1, 8, True, 10),
        "timm",
    ),
}
