"""Devices whose peak figures their makers have published.

One more device is one more entry. FLOP/s are those of dense matrices with sums in float32 (of "fp32" without tensor cores);
a precision that is left out has no published figure, or the device does not have it. Marketing's figures with
sparsity are twice as high.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ..source.values import Value

_GB = 10**9
_TERA = 10**12


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Device(Value):
    """``peak`` is FLOP/s by precision ("float32", "bf16", "fp16"), ``bandwidth`` bytes/s, ``memory`` bytes."""

    title: str
    peak: Mapping[str, float]
    bandwidth: float
    memory: int
    source: str


def _device(
    title: str,
    memory: int,
    bandwidth: float,
    fp32: float,
    fp16: float | None,
    bf16: float | None,
    source: str,
) -> Device:
    """``memory`` in GB, ``bandwidth`` in GB/s, the others in TFLOP/s."""
    given = {"float32": fp32, "bf16": bf16, "fp16": fp16}
    peak = MappingProxyType({name: value * _TERA for name, value in given.items() if value is not None})
    return Device(title, peak, bandwidth * _GB, memory * _GB, source)


DEVICES: Mapping[str, Device] = MappingProxyType(
    {
        "t4": _device("NVIDIA T4", 16, 320, 8.1, 65, None, "NVIDIA T4 datasheet, 2019"),
        "v100": _device("NVIDIA V100 SXM2 16 GB", 16, 900, 15.7, 125, None, "NVIDIA V100 datasheet, 2020"),
        "a100": _device("NVIDIA A100 SXM 40 GB", 40, 1555, 19.5, 312, 312, "NVIDIA A100 datasheet, 2021"),
        "a100_80gb": _device(
            "NVIDIA A100 SXM 80 GB", 80, 2039, 19.5, 312, 312, "NVIDIA A100 datasheet, 2021"
        ),
        "h100": _device("NVIDIA H100 SXM", 80, 3350, 67, 989, 989, "NVIDIA H100 datasheet, 2023"),
        "h200": _device("NVIDIA H200 SXM", 141, 4800, 67, 989, 989, "NVIDIA H200 datasheet, 2024"),
        "rtx3090": _device("NVIDIA RTX 3090", 24, 936, 35.6, 71, 71, "NVIDIA GA102 whitepaper, 2021"),
        "rtx4090": _device("NVIDIA RTX 4090", 24, 1008, 82.6, 165.2, 165.2, "NVIDIA Ada whitepaper, 2022"),
        "m1": _device("Apple M1, 16 GB", 16, 68.25, 2.6, None, None, "Apple, M1 and MacBook Air, 2020"),
        "m2": _device("Apple M2, 24 GB", 24, 100, 3.6, None, None, "Apple, M2, 2022"),
    }
)
