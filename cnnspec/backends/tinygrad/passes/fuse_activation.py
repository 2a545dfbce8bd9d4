"""relu and relu6 in the kernel of the convolution or linear layer before them."""

from __future__ import annotations

from ....ir import Op
from ..native.activations import ACTIVATIONS
from .base import Fusion


def _takes(form: str, before: tuple[Op, ...], op: Op, training: bool) -> bool:
    last = before[-1].call_name
    return form in ("convolution", "linear") and op.call_name in ACTIVATIONS and last not in ACTIVATIONS


FUSION = Fusion(
    "fuse_activation", "relu and relu6 in the kernel of the convolution or linear layer before them", _takes
)
