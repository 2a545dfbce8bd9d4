"""Batch normalisation folded into the convolution before it, at inference."""

from __future__ import annotations

from ....ir import Op
from .base import Fusion


def _takes(form: str, before: tuple[Op, ...], op: Op, training: bool) -> bool:
    return form == "convolution" and len(before) == 1 and op.call_name == "bn" and not training


FUSION = Fusion(
    "fold_norm", "batch normalisation folded into the convolution before it, at inference", _takes
)
