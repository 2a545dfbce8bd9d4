"""Normalisation. Statistics are computed in float32, whatever the precision of the activations."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import TYPE_CHECKING

from ..ir import (
    APART,
    INITIALISERS,
    LAYERS,
    POINTWISE,
    STATISTICS,
    Bool,
    Choice,
    Example,
    Float,
    Grouped,
    Int,
    Mixing,
    Neighbours,
    NotDivisible,
    Op,
    OpError,
    ParameterSpec,
    Range,
    Run,
    Shape,
    Window,
    arg,
    is_map,
)

if TYPE_CHECKING:
    from ..ir.tensor import Tensor
from .ranges import scaled, with_value

_ONES = INITIALISERS.make("ones")
_ZEROS = INITIALISERS.make("zeros")
_EPS_DOC = "added to the variance"
_AFFINE_DOC = "whether a learnt weight and bias follow"


def _affine(shape: Shape) -> tuple[ParameterSpec, ParameterSpec]:
    return ParameterSpec("weight", shape, _ONES, "norm"), ParameterSpec("bias", shape, _ZEROS, "norm")


def _along(t: Tensor, x: Tensor) -> Tensor:
    """A tensor of channels (or of a whole sample), shaped to broadcast over ``x`` with its batch."""
    return t.reshape((1, *t.shape, *(1,) * (len(x.shape) - 1 - len(t.shape))))


def _standardise(x: Tensor, axes: tuple[int, ...], eps: float) -> Tensor:
    """(x - mean) / sqrt(variance + eps), with the biased variance."""
    centred = x - x.mean(axes, True)
    return centred * (centred.square().mean(axes, True) + eps).rsqrt()


def _scaled(y: Tensor, parameters: Mapping[str, Tensor]) -> Tensor:
    """``y`` times the weight plus the bias, where the layer has them."""
    if "weight" not in parameters:
        return y
    return y * _along(parameters["weight"], y) + _along(parameters["bias"], y)


class _Norm(Op):
    """What the norms share: the shape stays."""

    family = "norm"

    def output_shape(self, *inputs: Shape) -> Shape:
        return inputs[0]


@LAYERS.register("bn")
class BatchNorm(_Norm):
    """Batch normalisation of each channel. Ioffe and Szegedy 2015. The shape stays.

    y = weight * (x - mean) / sqrt(variance + eps) + bias. In training the statistics are the batch's (biased
    variance), and the running ones move to (1 - momentum) * running + momentum * batch (unbiased variance);
    otherwise they are the running ones.
    """

    differs_in_training = True
    also_called = ("batchnorm", "batch_norm", "BatchNorm2d", "batch_normalization")
    examples = (
        Example("bn", ((3, 3, 4),)),
        Example("bn(eps = 1e-3, momentum = 0.01)", ((5,),)),
        Example("bn(affine = false)", ((2, 4, 3),)),
    )

    eps: float = arg(Float(above=0), _EPS_DOC, 1e-5)
    momentum: float = arg(Float(minimum=0, maximum=1), "the new batch's share in the running statistics", 0.1)
    affine: bool = arg(Bool(), _AFFINE_DOC, True)

    def parameters(self, *inputs: Shape) -> tuple[ParameterSpec, ...]:
        shape = inputs[0][:1]
        mean = ParameterSpec("running_mean", shape, _ZEROS, "buffer")
        variance = ParameterSpec("running_var", shape, _ONES, "buffer")
        return (*_affine(shape), mean, variance) if self.affine else (mean, variance)

    def mixing(self, *inputs: Shape) -> Mixing:
        return APART

    def removes_constants(self, *inputs: Shape) -> bool:
        return True

    def forward(self, inputs: tuple[Tensor, ...], parameters: Mapping[str, Tensor], run: Run) -> Tensor:
        x = inputs[0].float()
        if run.training:
            mean, variance = self._batch_statistics(x, parameters)
        else:
            mean, variance = parameters["running_mean"], parameters["running_var"]
        y = (x - _along(mean, x)) * _along((variance + self.eps).rsqrt(), x)
        return _scaled(y, parameters).cast(inputs[0].dtype)

    def _batch_statistics(self, x: Tensor, parameters: Mapping[str, Tensor]) -> tuple[Tensor, Tensor]:
        axes = (0, *range(2, len(x.shape)))
        count = 1
        for axis in axes:
            count *= x.shape[axis]
        mean = x.mean(axes)
        variance = (x - _along(mean, x)).square().mean(axes)
        self.move_statistics(parameters, mean, variance, count)
        return mean, variance

    def move_statistics(
        self, parameters: Mapping[str, Tensor], mean: Tensor, variance: Tensor, count: int
    ) -> None:
        """Move the running statistics to a batch's: its mean and biased variance over ``count`` elements."""
        self._move(parameters["running_mean"], mean)
        self._move(parameters["running_var"], variance * (count / max(count - 1, 1)))

    def _move(self, running: Tensor, batch: Tensor) -> None:
        running.assign(running * (1 - self.momentum) + batch.detach() * self.momentum)


@LAYERS.register("layer_norm")
class LayerNorm(_Norm):
    """Layer normalisation of each sample by itself. Ba, Kiros and Hinton 2016.

    A vector is normalised over its features. A map: over the channels at each pixel (``channels``, as in
    ConvNeXt, Liu et al. 2022; one weight and bias a channel), or over all of it (``all``; one an element).
    """

    also_called = ("ln",)
    examples = (
        Example("layer_norm", ((5, 3, 4),)),
        Example("layer_norm(over = all, eps = 1e-6)", ((2, 3, 4),)),
        Example("layer_norm(affine = false)", ((6,),)),
    )

    eps: float = arg(Float(above=0), _EPS_DOC, 1e-5)
    over: str = arg(Choice("channels", "all"), "what of a map is normalised together", "channels")
    affine: bool = arg(Bool(), _AFFINE_DOC, True)

    def parameters(self, *inputs: Shape) -> tuple[ParameterSpec, ...]:
        shape = inputs[0] if self.over == "all" else inputs[0][:1]
        return _affine(shape) if self.affine else ()

    def window(self, *inputs: Shape) -> Window:
        return STATISTICS if self.over == "all" and is_map(inputs[0]) else POINTWISE

    def removes_constants(self, *inputs: Shape) -> bool:
        return inputs[0][0] == 1

    def forward(self, inputs: tuple[Tensor, ...], parameters: Mapping[str, Tensor], run: Run) -> Tensor:
        x = inputs[0].float()
        axes = tuple(range(1, len(x.shape))) if self.over == "all" else (1,)
        return _scaled(_standardise(x, axes, self.eps), parameters).cast(inputs[0].dtype)


@LAYERS.register("group_norm")
class GroupNorm(_Norm):
    """Group normalisation: each sample over each group of channels and all pixels. Wu and He 2018.

    One group is layer normalisation with a weight a channel; as many as channels, instance normalisation.
    """

    also_called = ("gn",)
    examples = (
        Example("group_norm(2)", ((4, 3, 4),)),
        Example("group_norm(3, eps = 1e-2, affine = false)", ((6,),)),
    )

    groups: int = arg(Int(1), "groups that channels are split into")
    eps: float = arg(Float(above=0), _EPS_DOC, 1e-5)
    affine: bool = arg(Bool(), _AFFINE_DOC, True)

    def output_shape(self, *inputs: Shape) -> Shape:
        if inputs[0][0] % self.groups:
            problem = NotDivisible(number=inputs[0][0], what="channels", parts=self.groups, into="groups")
            raise OpError(problem, "groups")
        return inputs[0]

    def parameters(self, *inputs: Shape) -> tuple[ParameterSpec, ...]:
        return _affine(inputs[0][:1]) if self.affine else ()

    def window(self, *inputs: Shape) -> Window:
        return STATISTICS if is_map(inputs[0]) else POINTWISE

    def mixing(self, *inputs: Shape) -> Mixing:
        return Grouped(self.groups)

    def removes_constants(self, *inputs: Shape) -> bool:
        return self.groups == inputs[0][0]

    def forward(self, inputs: tuple[Tensor, ...], parameters: Mapping[str, Tensor], run: Run) -> Tensor:
        x = inputs[0].float()
        grouped = x.reshape((x.shape[0], self.groups, -1))
        y = _standardise(grouped, (2,), self.eps).reshape(x.shape)
        return _scaled(y, parameters).cast(inputs[0].dtype)


@LAYERS.register("lrn")
class LocalResponseNorm(_Norm):
    """Local response normalisation: x / (k + alpha * mean of x² over ``size`` neighbouring channels) ** beta.

    Krizhevsky, Sutskever and Hinton 2012, section 3.3 (size 5, beta 0.75, k 2). The mean is PyTorch's; the
    paper has the sum: its alpha of 1e-4 is ``alpha = 5e-4`` here. The shape stays.
    """

    also_called = ("local_response_norm", "LocalResponseNorm")
    examples = (
        Example("lrn", ((7, 2, 3),)),
        Example("lrn(4, alpha = 0.5, beta = 1, k = 2)", ((6, 2, 2),)),
    )

    size: int = arg(Int(1), "neighbouring channels, the channel itself included", 5)
    alpha: float = arg(Float(), "factor on the mean square", 1e-4)
    beta: float = arg(Float(), "exponent", 0.75)
    k: float = arg(Float(above=0), "constant that is added", 1.0)

    def output_shape(self, *inputs: Shape) -> Shape:
        return self.need_map(inputs[0])

    def mixing(self, *inputs: Shape) -> Mixing:
        return Neighbours(self.size // 2, (self.size - 1) // 2)

    def range_given(self, *taken: Range) -> Range:
        """The sign stays; with a divisor of at least 1 what is given is no larger."""
        if self.alpha < 0:
            return -inf, inf
        most = 1.0 if self.k >= 1 and self.beta >= 0 else inf
        return with_value(0.0, scaled(most, taken[0]))

    def forward(self, inputs: tuple[Tensor, ...], parameters: Mapping[str, Tensor], run: Run) -> Tensor:
        x = inputs[0].float()
        n, c, h, w = x.shape
        across = (0, 0, self.size // 2, (self.size - 1) // 2)
        squares = x.square().reshape((n, 1, c, h * w))
        mean = squares.avg_pool2d((self.size, 1), (1, 1), (1, 1), across, False, True).reshape(x.shape)
        return (x * ((mean * self.alpha + self.k).log() * -self.beta).exp()).cast(inputs[0].dtype)
