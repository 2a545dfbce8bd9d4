"""EfficientNet in PyTorch, from the paper; the parts are named as in torchvision. EfficientNet-Lite, from its description;
the parts are named as in Melas-Kyriazi's EfficientNet-PyTorch.

Tan and Le 2019, table 1; the block of Sandler et al. 2018 with squeeze-and-excitation. Liu 2020 for Lite. Dropout and
stochastic depth are left out.
"""

from __future__ import annotations

import math

import torch
from torch import nn
from torch.nn.functional import adaptive_avg_pool2d, pad, relu6, silu

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


class SameConv(nn.Conv2d):
    """TensorFlow's padding: the result has a pixel a step, and of an odd number of zeros one more is at the end."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        sides: list[int] = []
        for size, kernel, stride in zip(x.shape[:1:-1], self.kernel_size, self.stride, strict=True):
            zeros = max(0, (math.ceil(size / stride) - 1) * stride + kernel - size)
            sides += [zeros // 2, zeros - zeros // 2]
        return super().forward(pad(x, sides))


class LiteBlock(nn.Module):
    def __init__(
        self, inputs: int, outputs: int, kernel: int, stride: int, expansion: int, norm: dict[str, float]
    ) -> None:
        super().__init__()
        wide = to_eights(inputs * expansion)
        self.widens, self.shortcut = expansion != 1, stride == 1 and inputs == outputs
        if self.widens:
            self._expand_conv = nn.Conv2d(inputs, wide, 1, bias=False)
            self._bn0 = nn.BatchNorm2d(wide, **norm)  # type: ignore[arg-type]
        self._depthwise_conv = SameConv(wide, wide, kernel, stride, groups=wide, bias=False)
        self._bn1 = nn.BatchNorm2d(wide, **norm)  # type: ignore[arg-type]
        self._project_conv = nn.Conv2d(wide, outputs, 1, bias=False)
        self._bn2 = nn.BatchNorm2d(outputs, **norm)  # type: ignore[arg-type]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = relu6(self._bn0(self._expand_conv(x))) if self.widens else x
        y = relu6(self._bn1(self._depthwise_conv(y)))
        y = self._bn2(self._project_conv(y))
        return x + y if self.shortcut else y


class EfficientNetLite(nn.Module):
    """Stem, last convolution, and the layers of the first and the last stage are not scaled."""

    def __init__(self, width: float, depth: float, classes: int = 1000) -> None:
        super().__init__()
        norm = {"eps": 1e-3, "momentum": 0.01}
        self._conv_stem = SameConv(3, 32, 3, 2, bias=False)
        self._bn0 = nn.BatchNorm2d(32, **norm)  # type: ignore[arg-type]
        self._blocks = nn.ModuleList()
        channels = 32
        for number, (kernel, first, expansion, base, layers) in enumerate(STAGES):
            outputs = to_eights(base * width)
            count = layers if number in (0, len(STAGES) - 1) else math.ceil(layers * depth)
            for layer in range(count):
                stride = first if layer == 0 else 1
                self._blocks.append(LiteBlock(channels, outputs, kernel, stride, expansion, norm))
                channels = outputs
        self._conv_head = nn.Conv2d(channels, 1280, 1, bias=False)
        self._bn1 = nn.BatchNorm2d(1280, **norm)  # type: ignore[arg-type]
        self._fc = nn.Linear(1280, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = relu6(self._bn0(self._conv_stem(x)))
        for block in self._blocks:
            x = block(x)
        x = relu6(self._bn1(self._conv_head(x)))
        return self._fc(x.mean((2, 3)))
