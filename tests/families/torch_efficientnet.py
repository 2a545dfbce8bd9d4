"""EfficientNet in PyTorch, from the paper; the parts are named as in torchvision.

Tan and Le 2019, table 1; the block of Sandler et al. 2018 with squeeze-and-excitation. Dropout and
stochastic depth are left out.
"""

from __future__ import annotations

import math

import torch
from torch import nn
from torch.nn.functional import adaptive_avg_pool2d, silu

STAGES = (
    (3, 1, 1, 16, 1),
    (3, 2, 6, 24, 2),
    (5, 2, 6, 40, 2),
    (3, 2, 6, 80, 3),
    (5, 1, 6, 112, 3),
    (5, 2, 6, 192, 4),
    (3, 1, 6, 320, 1),
)
"""Kernel, stride, expansion, channels, layers."""


def to_eights(channels: float) -> int:
    rounded = max(8, int(channels + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * channels else rounded


class SqueezeExcitation(nn.Module):
    def __init__(self, channels: int, inner: int) -> None:
        super().__init__()
        self.fc1 = nn.Conv2d(channels, inner, 1)
        self.fc2 = nn.Conv2d(inner, channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.fc2(silu(self.fc1(adaptive_avg_pool2d(x, 1)))).sigmoid()


class EfficientNet(nn.Module):
    def __init__(
        self, width: float, depth: float, classes: int = 1000, eps: float = 1e-5, momentum: float = 0.1
    ) -> None:
        super().__init__()
        self.norm = {"eps": eps, "momentum": momentum}
        channels = to_eights(32 * width)
        self.features = nn.Sequential(self.unit(3, channels, 3, 2))
        for kernel, first, expansion, base, layers in STAGES:
            outputs, stage = to_eights(base * width), nn.Sequential()
            for layer in range(math.ceil(layers * depth)):
                stage.append(self.block(channels, outputs, kernel, first if layer == 0 else 1, expansion))
                channels = outputs
            self.features.append(stage)
        self.features.append(self.unit(channels, 4 * channels, 1))
        self.classifier = nn.Sequential(nn.Identity(), nn.Linear(4 * channels, classes))

    def unit(
        self, inputs: int, outputs: int, kernel: int, stride: int = 1, groups: int = 1, active: bool = True
    ) -> nn.Sequential:
        convolution = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False)
        norm = nn.BatchNorm2d(outputs, **self.norm)
        return nn.Sequential(convolution, norm, *([nn.SiLU()] if active else []))

    def block(self, inputs: int, outputs: int, kernel: int, stride: int, expansion: int) -> nn.Module:
        wide = to_eights(inputs * expansion)
        parts = [self.unit(inputs, wide, 1)] if expansion != 1 else []
        parts.append(self.unit(wide, wide, kernel, stride, groups=wide))
        parts.append(SqueezeExcitation(wide, max(1, inputs // 4)))  # type: ignore[arg-type]
        parts.append(self.unit(wide, outputs, 1, active=False))
        return InvertedResidual(parts, stride == 1 and inputs == outputs)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.classifier(adaptive_avg_pool2d(self.features(x), 1).flatten(1))


class InvertedResidual(nn.Module):
    def __init__(self, parts: list[nn.Sequential], shortcut: bool) -> None:
        super().__init__()
        self.block = nn.Sequential(*parts)
        self.shortcut = shortcut

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.block(x) if self.shortcut else self.block(x)
