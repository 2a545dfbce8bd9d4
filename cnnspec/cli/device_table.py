"""Devices and amounts of memory on the command line; precisions; and small tables of text."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from typing import Literal

from ..analyses.devices import DEVICES, Device
from ..analyses.sizes import UNITS, parse_bytes
from ..source import Source, Span, SpecError, did_you_mean
from .cost_errors import NoPeak, NotMemory, UnlistedDevice
from .output import print_json

PRECISIONS = {
    "fp32": "float32",
    "float32": "float32",
    "bf16": "bf16",
    "bfloat16": "bf16",
    "fp16": "fp16",
    "float16": "fp16",
}
"""As people call them; the second is the section train's name."""
_FOLDED_UNITS = {unit.lower(): unit for unit in UNITS}
_GIGA = 10**9
_OWN_FIGURES = (
    "figures of your own are written as '30TFLOP/s, 360GB/s'; 'cnnspec cost --device list' has the table"
)
_FIGURES = re.compile(r"(\d+(?:\.\d+)?)\s*TFLOP/?s\s*,\s*(\d+(?:\.\d+)?)\s*GB/s", re.IGNORECASE)


def device_named(name: str, option: str = "--device") -> Device:
    """A device of the table, by its name in any case, or of these figures; raises :class:`SpecError`."""
    device = DEVICES.get(_folded(name)) or _by_figures(name)
    if device is None:
        raise SpecError(
            [UnlistedDevice(name=name, span=_span(option, name), hints=(*_nearest(name), _OWN_FIGURES))]
        )
    return device


def _by_figures(text: str) -> Device | None:
    """Of ``30TFLOP/s,360GB/s``, whatever the precision is."""
    given = _FIGURES.fullmatch(text.strip())
    if given is None or not all(map(float, given.groups())):
        return None
    flops, bandwidth = map(float, given.groups())
    peak = dict.fromkeys(PRECISIONS.values(), flops * 10**12)
    title = f"a device of {flops:g} TFLOP/s and {bandwidth:g} GB/s"
    return Device(title, peak, bandwidth * _GIGA, 0, "as given by --device")


def peak_checked(device: Device, precision: str) -> None:
    """Raise :class:`SpecError` where ``device`` has no figure for ``precision``."""
    if precision not in device.peak:
        hint = f"it has figures for {', '.join(device.peak)}"
        raise SpecError(
            [
                NoPeak(
                    device=device.title,
                    precision=precision,
                    span=_span("--precision", precision),
                    hints=(hint,),
                )
            ]
        )


def memory_named(text: str) -> int:
    """Bytes of ``8GB``, or of the device that is named; raises :class:`SpecError`."""
    if _folded(text) in DEVICES:
        return DEVICES[_folded(text)].memory
    try:
        return parse_bytes(text)
    except ValueError as error:
        hints = _hints(text)
        raise SpecError(
            [NotMemory(given=text, problem=str(error), span=_span("--memory", text), hints=hints)]
        ) from None


def _hints(text: str) -> tuple[str, ...]:
    parts = re.fullmatch(r"\s*-?([\d._]+)\s*([A-Za-z]*)\s*", text)
    if parts and not parts[1].strip("0._"):
        return ("write it as 8GB or 512MiB",)
    if parts and parts[2].lower() in _FOLDED_UNITS:
        return (f"did you mean '{parts[1]}{_FOLDED_UNITS[parts[2].lower()]}'?",)
    if parts and not parts[2]:
        return (f"did you mean '{parts[1]}GB' or '{parts[1]}MB'?",)
    if parts:
        return did_you_mean(parts[2], UNITS)
    return (
        ("write it as 8GB or 512MiB, or name a device of 'cnnspec cost --device list'", *_nearest(text))
        if re.search("[A-Za-z]", text)
        else ("write it as 8GB",)
    )


def _nearest(name: str) -> tuple[str, ...]:
    return did_you_mean(_folded(name), DEVICES)


def _folded(name: str) -> str:
    """``A100-80GB`` as the table has it."""
    return re.sub(r"[\s-]+", "_", name.strip().lower()).removeprefix("nvidia_").removeprefix("apple_")


def _span(option: str, text: str) -> Span:
    return Span(Source(option, text), 0, len(text))


def print_devices(form: Literal["text", "json", "csv"]) -> None:
    """The table of devices; for programs in bytes, bytes/s and FLOP/s."""
    if form == "text":
        print(devices_text())
        return
    names = ("name", "title", "memory", "bandwidth", "float32", "bf16", "fp16", "source")
    rows = [
        (name, d.title, d.memory, d.bandwidth, *(d.peak.get(p) for p in names[4:7]), d.source)
        for name, d in DEVICES.items()
    ]
    if form == "json":
        print_json([dict(zip(names, row, strict=True)) for row in rows])
    else:
        import csv

        csv.writer(sys.stdout, lineterminator="\n").writerows([names, *rows])


def devices_text() -> str:
    """The table of devices."""
    head = ("device", "memory", "GB/s", "fp32", "bf16", "fp16", "source")
    rows = [
        (
            name,
            f"{d.memory // _GIGA} GB",
            f"{d.bandwidth / _GIGA:,.0f}",
            *(f"{d.peak[p] / 10**12:g}" if p in d.peak else "-" for p in ("float32", "bf16", "fp16")),
            d.source,
        )
        for name, d in DEVICES.items()
    ]
    note = "TFLOP/s of dense matrices, published; fp32 without tensor cores, the others summed in float32."
    return f"{table(head, rows, 'lrrrrrl')}\n\n{note}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]], sides: str, width: int | None = None) -> str:
    """Rows under a line; ``sides`` has an "l" or an "r" a column. Names in the first column get what ``width`` leaves."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    if width is not None:
        widths[0] = max(8, min(widths[0], width - sum(widths[1:]) - 2 * (len(widths) - 1)))
    lines = [_line(row, widths, sides) for row in (head, *rows)]
    return "\n".join([lines[0], "─" * (sum(widths) + 2 * (len(widths) - 1)), *lines[1:]])


def _line(cells: Sequence[str], widths: Sequence[int], sides: str) -> str:
    fitting = [shortened(cell, size) for cell, size in zip(cells, widths, strict=True)]
    padded = [
        cell.ljust(size) if side == "l" else cell.rjust(size)
        for cell, size, side in zip(fitting, widths, sides, strict=True)
    ]
    return "  ".join(padded).rstrip()


def shortened(name: str, size: int) -> str:
    """``bottle…ck12``: a name without its middle, because names that are alike differ at their ends."""
    if len(name) <= size:
        return name
    end = (size - 1) // 2
    return f"{name[: size - 1 - end]}…{name[len(name) - end :]}"
