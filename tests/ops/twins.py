"""Each layer's twin in PyTorch: a function of the op, its inputs and its parameters (all tensors)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F

from cnnspec.ir import Op

Twin = Callable[[Any, list[torch.Tensor], dict[str, torch.Tensor], bool], torch.Tensor]
TWINS: dict[str, Twin] = {}


def twin(name: str) -> Callable[[Twin], Twin]:
    def add(function: Twin) -> Twin:
        TWINS[name] = function
        return function

    return add


def same_sides(n: int, kernel: int, stride: int, dilation: int) -> tuple[int, int]:
    """TensorFlow's ``same``, as its documentation of ``tf.nn.convolution`` puts it."""
    effective = (kernel - 1) * dilation + 1
    total = max(effective - stride, 0) if n % stride == 0 else max(effective - n % stride, 0)
    return total // 2, total - total // 2


def sides_of(op: Any, x: torch.Tensor, stride: tuple[int, int], dilation: tuple[int, int]) -> list[int]:
    if op.padding != "same":
        return list(op.padding)
    h = same_sides(x.shape[2], op.kernel[0], stride[0], dilation[0])
    w = same_sides(x.shape[3], op.kernel[1], stride[1], dilation[1])
    return [*w, *h]


@twin("conv")
def conv(op: Any, xs: list[torch.Tensor], p: dict[str, torch.Tensor], training: bool) -> torch.Tensor:
    padded = F.pad(xs[0], sides_of(op, xs[0], op.stride, op.dilation))
    return F.conv2d(padded, p["weight"], p.get("bias"), op.stride, 0, op.dilation, op.groups)


@twin("linear")
def linear(op: Any, xs: list[torch.Tensor], p: dict[str, torch.Tensor], training: bool) -> torch.Tensor:
    return F.linear(xs[0], p["weight"], p.get("bias"))


def symmetric(sides: list[int]) -> tuple[int, int] | None:
    left, right, top, bottom = sides
    return (top, left) if left == right and top == bottom else None


@twin("maxpool")
def maxpool(op: Any, xs: list[torch.Tensor], p: dict[str, torch.Tensor], training: bool) -> torch.Tensor:
    stride = op.stride or op.kernel
    sides = sides_of(op, xs[0], stride, op.dilation)
    even = symmetric(sides)
    if even and op.padding != "same":
        return F.max_pool2d(xs[0], op.kernel, stride, even, op.dilation, op.ceil_mode)
    assert not op.ceil_mode, "PyTorch's ceil_mode would take padding made apart for pixels"
    return F.max_pool2d(F.pad(xs[0], sides, value=-torch.inf), op.kernel, stride, 0, op.dilation)


@twin("avgpool")
def avgpool(op: Any, xs: list[torch.Tensor], p: dict[str, torch.Tensor], training: bool) -> torch.Tensor:
    stride = op.stride or op.kernel
    sides = sides_of(op, xs[0], stride, (1, 1))
    even = symmetric(sides)
    if even:
        return F.avg_pool2d(xs[0], op.kernel, stride, even, op.ceil_mode, op.count_include_pad)
    assert not op.ceil_mode, "PyTorch has no uneven padding with ceil_mode"
    mean = F.avg_pool2d(F.pad(xs[0], sides), op.kernel, stride)
    if op.count_include_pad:
        return mean
    return mean / F.avg_pool2d(F.pad(torch.ones_like(xs[0]), sides), op.kernel, stride)


@twin("bn")
def bn(op: Any, xs: list[torch.Tensor], p: dict[str, torch.Tensor], training: bool) -> torch.Tensor:
    weight, bias = p.get("weight"), p.get("bias")
    return F.batch_norm(
        xs[0], p["running_mean"], p["running_var"], weight, bias, training, op.momentum, op.eps
    )


@twin("layer_norm")
def layer_norm(op: Any, xs: list[torch.Tensor], p: dict[str, torch.Tensor], training: bool) -> torch.Tensor:
    weight, bias = p.get("weight"), p.get("bias")
    if op.over == "all":
        return F.layer_norm(xs[0], xs[0].shape[1:], weight, bias, op.eps)
    last = xs[0].movedim(1, -1)
    return F.layer_norm(last, last.shape[-1:], weight, bias, op.eps).movedim(-1, 1)


@twin("stochastic_depth")
@twin("dropout")
def unchanged(op: Any, xs: list[torch.Tensor], p: dict[str, torch.Tensor], training: bool) -> torch.Tensor:
    assert not training, "random layers are tested against their own draws"
    return xs[0].clone()


@twin("scale")
def scale(op: Any, xs: list[torch.Tensor], p: dict[str, torch.Tensor], training: bool) -> torch.Tensor:
    return torch.einsum("nc...,c->nc...", xs[0], p["weight"])


@twin("crop")
def crop(op: Any, xs: list[torch.Tensor], p: dict[str, torch.Tensor], training: bool) -> torch.Tensor:
    return F.pad(xs[0], [-s for s in op.padding])


@twin("upsample")
def upsample(op: Any, xs: list[torch.Tensor], p: dict[str, torch.Tensor], training: bool) -> torch.Tensor:
    factor = tuple(map(float, op.factor))
    if op.mode == "nearest":
        return F.interpolate(xs[0], scale_factor=factor, mode="nearest")
    return F.interpolate(xs[0], scale_factor=factor, mode="bilinear", align_corners=False)


_ON_ONE: dict[str, Callable[[Any, torch.Tensor], torch.Tensor]] = {
    "adaptive_avgpool": lambda op, x: F.adaptive_avg_pool2d(x, op.size),
    "adaptive_maxpool": lambda op, x: F.adaptive_max_pool2d(x, op.size),
    "global_avgpool": lambda op, x: F.adaptive_avg_pool2d(x, 1),
    "global_maxpool": lambda op, x: F.adaptive_max_pool2d(x, 1),
    "lrn": lambda op, x: F.local_response_norm(x, op.size, op.alpha, op.beta, op.k),
    "relu": lambda op, x: F.relu(x),
    "relu6": lambda op, x: F.relu6(x),
    "leaky_relu": lambda op, x: F.leaky_relu(x, op.slope),
    "elu": lambda op, x: F.elu(x, op.alpha),
    "gelu": lambda op, x: F.gelu(x, approximate=op.approximate),
    "silu": lambda op, x: F.silu(x),
    "hard_swish": lambda op, x: F.hardswish(x),
    "hard_sigmoid": lambda op, x: F.hardsigmoid(x),
    "sigmoid": lambda op, x: torch.sigmoid(x),
    "tanh": lambda op, x: torch.tanh(x),
    "softmax": lambda op, x: torch.softmax(x, 1),
    "identity": lambda op, x: x.clone(),
    "flatten": lambda op, x: x.flatten(1),
    "pad": lambda op, x: F.pad(x, op.padding, value=op.value),
    "pad_channels": lambda op, x: torch.cat(
        [x.new_zeros(len(x), op.before, *x.shape[2:]), x, x.new_zeros(len(x), op.after, *x.shape[2:])], 1
    ),
    "split": lambda op, x: x.chunk(op.parts, 1)[op.part],
    "shuffle": lambda op, x: F.channel_shuffle(x, op.groups),
}
TWINS.update({name: (lambda op, xs, p, t, f=f: f(op, xs[0])) for name, f in _ON_ONE.items()})
TWINS["group_norm"] = lambda op, xs, p, t: F.group_norm(
    xs[0], op.groups, p.get("weight"), p.get("bias"), op.eps
)
TWINS["add"] = lambda op, xs, p, t: torch.stack(xs).sum(0)
TWINS["multiply"] = lambda op, xs, p, t: torch.prod(torch.stack(torch.broadcast_tensors(*xs)), 0)
TWINS["concat"] = lambda op, xs, p, t: torch.cat(xs, 1)


def apply(op: Op, xs: list[torch.Tensor], p: dict[str, torch.Tensor], training: bool = False) -> torch.Tensor:
    return TWINS[op.call_name](op, xs, p, training)
