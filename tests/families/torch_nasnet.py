"""NASNet-A in PyTorch; the parts are named as in timm's nasnetalarge.

Zoph, Vasudevan, Shlens and Le 2018, figure 4 and appendix A; where the paper is silent (padding, norms, the cell
before a reduction), what keras.applications does.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.functional import avg_pool2d, max_pool2d, pad


def norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, eps=1e-3, momentum=3e-4)


def same(x: torch.Tensor, kernel: int, stride: int) -> torch.Tensor:
    """TensorFlow's ``same`` padding, the odd pixel at the end."""
    totals = [max((-(-n // stride) - 1) * stride + kernel - n, 0) for n in x.shape[2:]]
    (top, left), (height, width) = ([t // 2 for t in totals], totals)
    return pad(x, (left, width - left, top, height - top))


class Separable(nn.Module):
    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int) -> None:
        super().__init__()
        self.kernel, self.stride = kernel, stride
        self.depthwise_conv2d = nn.Conv2d(inputs, inputs, kernel, stride, groups=inputs, bias=False)
        self.pointwise_conv2d = nn.Conv2d(inputs, outputs, 1, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.pointwise_conv2d(self.depthwise_conv2d(same(x, self.kernel, self.stride)))


class Branch(nn.Module):
    """relu, separable convolution and norm, twice."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int = 1) -> None:
        super().__init__()
        self.separable_1, self.bn_sep_1 = Separable(inputs, outputs, kernel, stride), norm(outputs)
        self.separable_2, self.bn_sep_2 = Separable(outputs, outputs, kernel, 1), norm(outputs)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.bn_sep_1(self.separable_1(x.relu()))
        return self.bn_sep_2(self.separable_2(x.relu()))


class Unit(nn.Module):
    """A 1x1 convolution and a norm, after a relu."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int = 1, stride: int = 1, active: bool = True
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, bias=False)
        self.bn = norm(outputs)
        self.active = active

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.bn(self.conv(x.relu() if self.active else x))


def mean3(x: torch.Tensor) -> torch.Tensor:
    return avg_pool2d(x, 3, 1, 1, count_include_pad=False)


class Cell(nn.Module):
    """What both cells share: the input, and the cell before brought to its size and width."""

    def __init__(self, inputs: int, before: int, filters: int, halve: bool, adjusted: bool) -> None:
        super().__init__()
        self.conv_1x1 = Unit(inputs, filters)
        self.halve = halve
        self.before = filters if adjusted else before
        if halve:
            half = filters // 2
            self.path_1, self.path_2 = nn.Sequential(), nn.Sequential()
            for path in (self.path_1, self.path_2):
                path.add_module("conv", nn.Conv2d(before, half, 1, bias=False))
            self.final_path_bn = norm(filters)
        elif adjusted and before != filters:
            self.conv_prev_1x1 = Unit(before, filters)

    def ready(self, before: torch.Tensor) -> torch.Tensor:
        if self.halve:
            x = before.relu()
            moved = pad(x, (0, 1, 0, 1))[..., 1:, 1:]
            halves = [self.path_1(x[..., ::2, ::2]), self.path_2(moved[..., ::2, ::2])]
            return self.final_path_bn(torch.cat(halves, 1))
        return self.conv_prev_1x1(before) if hasattr(self, "conv_prev_1x1") else before


class Normal(Cell):
    def __init__(self, inputs: int, before: int, filters: int, halve: bool) -> None:
        super().__init__(inputs, before, filters, halve, True)
        self.comb_iter_0_left = Branch(filters, filters, 5)
        self.comb_iter_0_right = Branch(filters, filters, 3)
        self.comb_iter_1_left = Branch(filters, filters, 5)
        self.comb_iter_1_right = Branch(filters, filters, 3)
        self.comb_iter_4_left = Branch(filters, filters, 3)

    def forward(self, x: torch.Tensor, before: torch.Tensor) -> torch.Tensor:
        p, h = self.ready(before), self.conv_1x1(x)
        joined = [
            p,
            self.comb_iter_0_left(h) + self.comb_iter_0_right(p),
            self.comb_iter_1_left(p) + self.comb_iter_1_right(p),
            mean3(h) + p,
            mean3(p) + mean3(p),
            self.comb_iter_4_left(h) + h,
        ]
        return torch.cat(joined, 1)


class Reduction(Cell):
    def __init__(self, inputs: int, before: int, filters: int, halve: bool, adjusted: bool = True) -> None:
        super().__init__(inputs, before, filters, halve, adjusted)
        self.comb_iter_0_left = Branch(filters, filters, 5, 2)
        self.comb_iter_0_right = Branch(self.before, filters, 7, 2)
        self.comb_iter_1_right = Branch(self.before, filters, 7, 2)
        self.comb_iter_2_right = Branch(self.before, filters, 5, 2)
        self.comb_iter_4_left = Branch(filters, filters, 3)

    def forward(self, x: torch.Tensor, before: torch.Tensor) -> torch.Tensor:
        p, h = self.ready(before), self.conv_1x1(x)
        padded = pad(h, (h.shape[3] % 2, 1, h.shape[2] % 2, 1))
        x1 = self.comb_iter_0_left(h) + self.comb_iter_0_right(p)
        x2 = max_pool2d(padded, 3, 2) + self.comb_iter_1_right(p)
        x3 = avg_pool2d(padded, 3, 2) + self.comb_iter_2_right(p)
        return torch.cat([x2, x3, mean3(x1) + x2, self.comb_iter_4_left(x1) + max_pool2d(padded, 3, 2)], 1)


class NASNet(nn.Module):
    """``filters`` is the paper's penultimate width over 24; ``skip``: see ``keras``' ``skip_reduction``."""

    def __init__(self, filters: int, cells: int, stem: int, skip: bool, classes: int = 1000) -> None:
        super().__init__()
        self.cells, self.skip = cells, skip
        self.conv0 = Unit(3, stem, 3, 2, active=False)
        self.cell_stem_0 = Reduction(stem, stem, filters // 4, False, adjusted=False)
        self.cell_stem_1 = Reduction(4 * (filters // 4), stem, filters // 2, True)
        before, channels, halve, number = 4 * (filters // 4), 4 * (filters // 2), True, 0
        for stage, width in enumerate((filters, 2 * filters, 4 * filters)):
            if stage:
                self.add_module(f"reduction_cell_{stage - 1}", Reduction(channels, before, width, False))
                before, channels, halve = (before if skip else channels), 4 * width, True
            for _ in range(cells):
                self.add_module(f"cell_{number}", Normal(channels, before, width, halve))
                before, channels, halve, number = channels, 6 * width, False, number + 1
        self.last_linear = nn.Linear(channels, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        stem = self.conv0(x)
        before = self.cell_stem_0(stem, stem)
        x = self.cell_stem_1(before, stem)
        for stage in range(3):
            if stage:
                reduced = self.get_submodule(f"reduction_cell_{stage - 1}")(x, before)
                before, x = (before if self.skip else x), reduced
            for number in range(stage * self.cells, (stage + 1) * self.cells):
                before, x = x, self.get_submodule(f"cell_{number}")(x, before)
        return self.last_linear(x.relu().mean((2, 3)))
