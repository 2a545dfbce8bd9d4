"""Initialisers: how a parameter's first values are drawn, with PyTorch's names and definitions.

Values are drawn by NumPy from a stream of the parameter's own (seed and name), so they are the
same on every device and do not depend on what else the network holds.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from .shape import Shape
from .signature import Choice, Entry, Float, Registry, arg

if TYPE_CHECKING:
    import numpy as np

INITIALISERS: Registry[Initialiser] = Registry("initialiser")

Fans = tuple[int, int]
"""(fan_in, fan_out) of the layer the parameter belongs to."""


class Initialiser(Entry):
    def sample(self, generator: np.random.Generator, shape: Shape, fans: Fans) -> np.ndarray:
        """Float64 values of ``shape``."""
        raise NotImplementedError


def _fan(mode: str, fans: Fans) -> int:
    return max(1, fans[0] if mode == "fan_in" else fans[1])


def _gain(nonlinearity: str, a: float) -> float:
    if nonlinearity == "leaky_relu":
        return math.sqrt(2.0 / (1 + a * a))
    return {"relu": math.sqrt(2.0), "linear": 1.0, "tanh": 5 / 3}[nonlinearity]


_MODE = Choice("fan_in", "fan_out")
_NONLINEARITY = Choice("relu", "leaky_relu", "linear", "tanh")


@INITIALISERS.register("kaiming_normal")
class KaimingNormal(Initialiser):
    """N(0, gain² / fan). He et al. 2015, equation 10."""

    mode: str = arg(_MODE, "which fan keeps its variance", "fan_in")
    nonlinearity: str = arg(_NONLINEARITY, "what follows; sets the gain", "relu")
    a: float = arg(Float(), "slope of leaky_relu", 0.0)

    def sample(self, generator: np.random.Generator, shape: Shape, fans: Fans) -> np.ndarray:
        std = _gain(self.nonlinearity, self.a) / math.sqrt(_fan(self.mode, fans))
        return generator.normal(0.0, std, shape)


@INITIALISERS.register("kaiming_uniform")
class KaimingUniform(Initialiser):
    """U(-b, b) with b = gain * sqrt(3 / fan). The default (a = sqrt 5) is PyTorch's for conv and linear."""

    mode: str = arg(_MODE, "which fan keeps its variance", "fan_in")
    nonlinearity: str = arg(_NONLINEARITY, "what follows; sets the gain", "leaky_relu")
    a: float = arg(Float(), "slope of leaky_relu", math.sqrt(5.0))

    def sample(self, generator: np.random.Generator, shape: Shape, fans: Fans) -> np.ndarray:
        bound = _gain(self.nonlinearity, self.a) * math.sqrt(3.0 / _fan(self.mode, fans))
        return generator.uniform(-bound, bound, shape)


@INITIALISERS.register("xavier_normal")
class XavierNormal(Initialiser):
    """N(0, gain² * 2 / (fan_in + fan_out)). Glorot and Bengio 2010."""

    gain: float = arg(Float(above=0), "factor on the deviation", 1.0)

    def sample(self, generator: np.random.Generator, shape: Shape, fans: Fans) -> np.ndarray:
        return generator.normal(0.0, self.gain * math.sqrt(2.0 / max(1, sum(fans))), shape)


@INITIALISERS.register("xavier_uniform")
class XavierUniform(Initialiser):
    """U(-b, b) with b = gain * sqrt(6 / (fan_in + fan_out)). Glorot and Bengio 2010, equation 16."""

    gain: float = arg(Float(above=0), "factor on the bound", 1.0)

    def sample(self, generator: np.random.Generator, shape: Shape, fans: Fans) -> np.ndarray:
        bound = self.gain * math.sqrt(6.0 / max(1, sum(fans)))
        return generator.uniform(-bound, bound, shape)


@INITIALISERS.register("normal")
class Normal(Initialiser):
    """N(mean, std²)."""

    std: float = arg(Float(minimum=0), "standard deviation", 0.01)
    mean: float = arg(Float(), "mean", 0.0)

    def sample(self, generator: np.random.Generator, shape: Shape, fans: Fans) -> np.ndarray:
        return generator.normal(self.mean, self.std, shape)


@INITIALISERS.register("trunc_normal")
class TruncNormal(Initialiser):
    """N(0, std²), drawn again where it lies beyond two deviations."""

    std: float = arg(Float(minimum=0), "standard deviation before truncation", 0.02)

    def sample(self, generator: np.random.Generator, shape: Shape, fans: Fans) -> np.ndarray:
        values = generator.standard_normal(shape)
        while (beyond := abs(values) > 2.0).any():
            values[beyond] = generator.standard_normal(int(beyond.sum()))
        return values * self.std


@INITIALISERS.register("uniform")
class Uniform(Initialiser):
    """U(-bound, bound)."""

    bound: float = arg(Float(minimum=0), "largest magnitude", 0.05)

    def sample(self, generator: np.random.Generator, shape: Shape, fans: Fans) -> np.ndarray:
        return generator.uniform(-self.bound, self.bound, shape)


@INITIALISERS.register("fan_uniform")
class FanUniform(Initialiser):
    """U(± 1 / sqrt(fan)). PyTorch's default bias (fan_in); EfficientNet's classifier (fan_out)."""

    mode: str = arg(_MODE, "which fan", "fan_in")

    def sample(self, generator: np.random.Generator, shape: Shape, fans: Fans) -> np.ndarray:
        bound = 1.0 / math.sqrt(_fan(self.mode, fans))
        return generator.uniform(-bound, bound, shape)


@INITIALISERS.register("constant")
class Constant(Initialiser):
    """Every element ``value``."""

    value: float = arg(Float(), "the value", 0.0)

    def sample(self, generator: np.random.Generator, shape: Shape, fans: Fans) -> np.ndarray:
        import numpy as np

        return np.full(shape, self.value)


@INITIALISERS.register("zeros")
class Zeros(Constant):
    """All zero."""


@INITIALISERS.register("ones")
class Ones(Constant):
    """All one."""

    value: float = arg(Float(), "the value", 1.0)
