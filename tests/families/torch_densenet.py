"""DenseNet in PyTorch, from the paper; the parts are named as in torchvision.

Huang, Liu, van der Maaten and Weinberger 2017, section 3 and table 1.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.functional import adaptive_avg_pool2d, avg_pool2d


class DenseLayer(nn.Module):
    """What came in, and ``growth`` new channels."""

    def __init__(self, inputs: int, growth: int, bottleneck: bool) -> None:
        super().__init__()
        self.norm1 = nn.BatchNorm2d(inputs)
        inner = 4 * growth
        if bottleneck:
            self.conv1 = nn.Conv2d(inputs, inner, 1, bias=False)
            self.norm2 = nn.BatchNorm2d(inner)
            self.conv2 = nn.Conv2d(inner, growth, 3, padding=1, bias=False)
        else:
            self.conv1 = nn.Conv2d(inputs, growth, 3, padding=1, bias=False)
        self.bottleneck = bottleneck

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.conv1(self.norm1(x).relu())
        return torch.cat([x, self.conv2(self.norm2(y).relu()) if self.bottleneck else y], 1)


class Transition(nn.Module):
    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(inputs)
        self.conv = nn.Conv2d(inputs, outputs, 1, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return avg_pool2d(self.conv(self.norm(x).relu()), 2)


class DenseNet(nn.Module):
    """``stem`` channels and, with ``pool``, the stem of ImageNet; ``compression`` at transitions."""

    def __init__(
        self,
        depths: tuple[int, ...],
        growth: int,
        stem: int,
        classes: int = 1000,
        bottleneck: bool = True,
        compression: float = 0.5,
        pool: bool = True,
    ) -> None:
        super().__init__()
        parts = self.features = nn.Sequential()
        kernel, stride = (7, 2) if pool else (3, 1)
        parts.add_module("conv0", nn.Conv2d(3, stem, kernel, stride, kernel // 2, bias=False))
        if pool:
            parts.add_module("norm0", nn.BatchNorm2d(stem))
            parts.add_module("relu0", nn.ReLU())
            parts.add_module("pool0", nn.MaxPool2d(3, 2, 1))
        channels = stem
        for number, depth in enumerate(depths, 1):
            block = nn.Sequential()
            for layer in range(1, depth + 1):
                block.add_module(f"denselayer{layer}", DenseLayer(channels, growth, bottleneck))
                channels += growth
            parts.add_module(f"denseblock{number}", block)
            if number < len(depths):
                narrowed = int(channels * compression)
                parts.add_module(f"transition{number}", Transition(channels, narrowed))
                channels = narrowed
        parts.add_module("norm5", nn.BatchNorm2d(channels))
        self.classifier = nn.Linear(channels, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.classifier(adaptive_avg_pool2d(self.features(x).relu(), 1).flatten(1))
