"""ResNet and ResNeXt in PyTorch, from their papers; the parts are named as in torchvision.

He, Zhang, Ren and Sun 2015, table 1, section 3.3 (shortcuts) and 4.2 (CIFAR); Xie et al. 2017, figure 3c.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.functional import adaptive_avg_pool2d, pad


def convolution(inputs: int, outputs: int, kernel: int, stride: int = 1, groups: int = 1) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False)


class Residual(nn.Module):
    """relu(F(x) + shortcut(x)), F of ``len(kernels)`` convolutions with a norm each, relu between them."""

    def __init__(
        self,
        inputs: int,
        widths: tuple[int, ...],
        kernels: tuple[int, ...],
        strides: tuple[int, ...],
        groups: int,
        option: str,
    ) -> None:
        super().__init__()
        self.option, self.stride, self.added = option, max(strides), widths[-1] - inputs
        channels = (inputs, *widths)
        for n, (kernel, stride) in enumerate(zip(kernels, strides, strict=True), 1):
            grouped = groups if kernel == 3 else 1
            self.add_module(f"conv{n}", convolution(channels[n - 1], channels[n], kernel, stride, grouped))
            self.add_module(f"bn{n}", nn.BatchNorm2d(channels[n]))
        self.layers = len(kernels)
        changes = self.stride != 1 or self.added != 0
        if option == "C" or (option == "B" and changes):
            projection = convolution(inputs, widths[-1], 1, self.stride)
            self.downsample = nn.Sequential(projection, nn.BatchNorm2d(widths[-1]))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = x
        for n in range(1, self.layers + 1):
            y = self.get_submodule(f"bn{n}")(self.get_submodule(f"conv{n}")(y))
            y = y.relu() if n < self.layers else y
        return (y if self.option == "none" else y + self.shortcut(x)).relu()

    def shortcut(self, x: torch.Tensor) -> torch.Tensor:
        if hasattr(self, "downsample"):
            return self.downsample(x)
        return pad(x[..., :: self.stride, :: self.stride], (0, 0, 0, 0, 0, self.added))


def basic(inputs: int, planes: int, stride: int, option: str) -> Residual:
    """Figure 5, left."""
    return Residual(inputs, (planes, planes), (3, 3), (stride, 1), 1, option)


def bottleneck(
    inputs: int, planes: int, stride: int, option: str, groups: int = 1, width: int = 64, stride_on: int = 3
) -> Residual:
    """Figure 5, right; ``width`` channels a group for 64 planes."""
    inner = int(planes * (width / 64)) * groups
    strides = (1, stride, 1) if stride_on == 3 else (stride, 1, 1)
    return Residual(inputs, (inner, inner, 4 * planes), (1, 3, 1), strides, groups, option)


class Stages(nn.Module):
    """A stem, stages of blocks, a global mean, a linear layer."""

    def __init__(self, pool: bool, stem: int, classes: int) -> None:
        super().__init__()
        self.conv1 = convolution(3, stem, 7 if pool else 3, 2 if pool else 1)
        self.bn1 = nn.BatchNorm2d(stem)
        self.pool = nn.MaxPool2d(3, 2, 1) if pool else nn.Identity()
        self.channels, self.number, self.classes = stem, 0, classes

    def stage(self, depth: int, channels: int, block: object, stride: int) -> None:
        blocks = nn.Sequential()
        for n in range(depth):
            blocks.append(block(self.channels, stride if n == 0 else 1))  # type: ignore[operator]
            self.channels = channels
        self.number += 1
        self.add_module(f"layer{self.number}", blocks)

    def close(self) -> Stages:
        self.fc = nn.Linear(self.channels, self.classes)
        return self

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.pool(self.bn1(self.conv1(x)).relu())
        for n in range(1, self.number + 1):
            x = self.get_submodule(f"layer{n}")(x)
        return self.fc(adaptive_avg_pool2d(x, 1).flatten(1))


def resnet(
    depths: tuple[int, ...],
    bottlenecks: bool = False,
    groups: int = 1,
    width: int = 64,
    stride_on: int = 3,
    option: str = "B",
    classes: int = 1000,
) -> nn.Module:
    """Table 1; with ``groups`` ResNeXt's table 1."""
    network = Stages(True, 64, classes)
    for depth, planes, stride in zip(depths, (64, 128, 256, 512), (1, 2, 2, 2), strict=True):

        def block(inputs: int, step: int, planes: int = planes) -> Residual:
            if bottlenecks:
                return bottleneck(inputs, planes, step, option, groups, width, stride_on)
            return basic(inputs, planes, step, option)

        network.stage(depth, 4 * planes if bottlenecks else planes, block, stride)
    return network.close()


def resnet_cifar(n: int, option: str = "A", classes: int = 10) -> nn.Module:
    """Section 4.2: 6n + 2 layers."""
    network = Stages(False, 16, classes)
    for planes, stride in ((16, 1), (32, 2), (64, 2)):
        network.stage(n, planes, lambda i, s, p=planes: basic(i, p, s, option), stride)
    return network.close()


def resnext_cifar(n: int, groups: int, width: int, classes: int = 10) -> nn.Module:
    """Xie et al. 2017, section 5.3: 9n + 2 layers."""
    network = Stages(False, 64, classes)
    for planes, stride in ((64, 1), (128, 2), (256, 2)):
        network.stage(n, 4 * planes, lambda i, s, p=planes: bottleneck(i, p, s, "B", groups, width), stride)
    return network.close()
