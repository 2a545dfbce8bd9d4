"""Where a pass's form costs more than the plain one, as ``benchmarks/forms.py`` measured."""

from __future__ import annotations

from ....ir import Op, Shape

LEAST_MACS = {"convolution": 2_000, "linear": 500}
"""Multiply-adds of one sample below which starting the kernels costs more than they save."""


def pays(name: str, op: Op, inputs: tuple[Shape, ...]) -> bool:
    """Whether a layer has enough work for the form ``name``."""
    return op.macs(inputs, op.output_shape(*inputs)) >= LEAST_MACS[name]
