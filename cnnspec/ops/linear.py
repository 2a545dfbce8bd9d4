"""The fully connected layer."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import TYPE_CHECKING

from ..ir import (
    INITIALISERS,
    LAYERS,
    WHOLE,
    Bool,
    CallOf,
    Example,
    Given,
    Initialiser,
    Int,
    Op,
    OpError,
    ParameterSpec,
    Run,
    Shape,
    Step,
    Window,
    Working,
    WrongRank,
    arg,
    input_givens,
    is_map,
    show,
    size_step,
)

if TYPE_CHECKING:
    from ..ir.tensor import Tensor
from .sliding import bias_given

_INIT = CallOf(INITIALISERS)


@LAYERS.register("linear")
class Linear(Op):
    """Fully connected layer, y = x Wᵀ + b (PyTorch's ``Linear``). N → features.

    It takes vectors: put ``flatten``, or ``global_avgpool flatten``, between it and a feature map.
    """

    also_called = ("dense", "fc", "fully_connected", "inner_product")
    family = "linear"
    examples = (
        Example("linear(5)", ((7,),)),
        Example("linear(3, bias = false, init = normal(0.01))", ((4,),)),
        Example("linear(1, bias_init = zeros)", ((6,),)),
    )

    features: int = arg(Int(1), "output features")
    bias: bool = arg(Bool(), "whether a learnt bias is added", True)
    init: Initialiser = arg(_INIT, "initialiser of the weight", INITIALISERS.make("kaiming_uniform"))
    bias_init: Initialiser = arg(_INIT, "initialiser of the bias", INITIALISERS.make("fan_uniform"))

    def output_shape(self, *inputs: Shape) -> Shape:
        if len(inputs[0]) != 1:
            raise OpError(_not_a_vector(inputs[0]))
        return (self.features,)

    def parameters(self, *inputs: Shape) -> tuple[ParameterSpec, ...]:
        fans = (inputs[0][0], self.features)
        weight = ParameterSpec("weight", (self.features, inputs[0][0]), self.init, "weight", fans)
        bias = ParameterSpec("bias", (self.features,), self.bias_init, "bias", fans)
        return (weight, bias) if self.bias else (weight,)

    def macs(self, inputs: tuple[Shape, ...], output: Shape) -> int:
        return inputs[0][0] * self.features

    def size_working(self, inputs: tuple[Shape, ...], output: Shape) -> Working:
        features = Given("features", self.features, "output features", "features")
        return Working((*input_givens(inputs[0]), features), (size_step("N", "features"),))

    def parameter_working(self, inputs: tuple[Shape, ...]) -> Working:
        if not self.bias:
            every = Step(
                "params", "parameters", "all parameters", "N_in*features", "no biases", because=("bias",)
            )
            return Working((bias_given(False),), (every,))
        return Working(
            (bias_given(True),),
            (
                Step("params", "weights", "weights", "N_in*features"),
                Step("params", "biases", "biases, one an output feature", "features"),
                Step("params", "parameters", "all parameters", "(N_in + 1)*features", because=("bias",)),
            ),
        )

    def mac_working(self, inputs: tuple[Shape, ...], output: Shape) -> Working:
        words = "for each output a multiply-add for each input"
        return Working(steps=(Step("macs", "MACs", words, "N_in*N_out"),))

    def window(self, *inputs: Shape) -> Window:
        return WHOLE

    def forward(self, inputs: tuple[Tensor, ...], parameters: Mapping[str, Tensor], run: Run) -> Tensor:
        return inputs[0].linear(parameters["weight"].permute(1, 0), parameters.get("bias"))

    def label(self) -> str:
        return str(self.features)


def _not_a_vector(shape: Shape) -> WrongRank:
    hints: tuple[str, ...] = ()
    if is_map(shape):
        hints = (f"put 'flatten' before it: {prod(shape)} features",)
        if shape[1:] != (1, 1):
            hints += (f"or 'global_avgpool flatten', which averages each map: {shape[0]} features",)
    found = f"a {show(shape)} feature map" if is_map(shape) else show(shape)
    return WrongRank(call="linear", expected="a vector", found=found, hints=hints)
