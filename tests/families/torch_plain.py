"""LeNet-5, AlexNet and VGG in PyTorch, from their papers; the parts are named as in torchvision."""

from __future__ import annotations

from collections import OrderedDict

import torch
from torch import nn


def lenet5() -> nn.Module:
    """LeCun et al. 1998, figure 2, with full connections in C3 and a linear output."""
    return nn.Sequential(
        OrderedDict(
            c1=nn.Conv2d(1, 6, 5),
            t1=nn.Tanh(),
            s2=nn.AvgPool2d(2),
            c3=nn.Conv2d(6, 16, 5),
            t2=nn.Tanh(),
            s4=nn.AvgPool2d(2),
            flat=nn.Flatten(),
            c5=nn.Linear(400, 120),
            t3=nn.Tanh(),
            f6=nn.Linear(120, 84),
            t4=nn.Tanh(),
            f7=nn.Linear(84, 10),
        )
    )


class Classifier(nn.Module):
    """Convolutions and pools, then three fully connected layers: AlexNet and VGG alike."""

    def __init__(self, features: list[nn.Module], head: list[nn.Module]) -> None:
        super().__init__()
        self.features = nn.Sequential(*features)
        self.classifier = nn.Sequential(*head)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.classifier(self.features(x).flatten(1))


def alexnet(classes: int = 1000) -> nn.Module:
    """Krizhevsky 2014, one column; a pool after the first, second and fifth convolution."""
    layers: list[nn.Module] = []
    channels = 3
    for width, kernel, stride, padding, pool in (
        (64, 11, 4, 2, True),
        (192, 5, 1, 2, True),
        (384, 3, 1, 1, False),
        (256, 3, 1, 1, False),
        (256, 3, 1, 1, True),
    ):
        layers += [nn.Conv2d(channels, width, kernel, stride, padding), nn.ReLU()]
        layers += [nn.MaxPool2d(3, 2)] if pool else []
        channels = width
    head = [nn.Dropout(), nn.Linear(9216, 4096), nn.ReLU(), nn.Dropout(), nn.Linear(4096, 4096), nn.ReLU()]
    return Classifier(layers, [*head, nn.Linear(4096, classes)])


def vgg(depths: tuple[int, ...], norm: bool, size: int, classes: int = 1000) -> nn.Module:
    """Simonyan and Zisserman 2014, table 1."""
    layers: list[nn.Module] = []
    channels = 3
    for depth, width in zip(depths, (64, 128, 256, 512, 512), strict=True):
        for _ in range(depth):
            layers += [nn.Conv2d(channels, width, 3, padding=1), *([nn.BatchNorm2d(width)] if norm else [])]
            layers += [nn.ReLU()]
            channels = width
        layers.append(nn.MaxPool2d(2))
    head: list[nn.Module] = [nn.Linear(512 * (size // 32) ** 2, 4096), nn.ReLU(), nn.Dropout()]
    head += [nn.Linear(4096, 4096), nn.ReLU(), nn.Dropout(), nn.Linear(4096, classes)]
    return Classifier(layers, head)
