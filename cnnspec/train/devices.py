"""Opening the device that a run computes on."""

from __future__ import annotations

from ..backends import toolchain
from ..source import SpecError
from .errors import BatchNotDivisible, ToolchainMissing, UnknownDevice
from .experiment import Experiment


def open_device(name: str | None) -> str:
    """The canonical name of a working device; tinygrad's own choice for None. Raises :class:`SpecError`."""
    try:
        if name is None:
            toolchain.prepare(None)
            from tinygrad import Device

            name = Device.DEFAULT
        return toolchain.check_device(name)
    except toolchain.UnknownDevice as error:
        hints = ("'cnnspec devices' lists what works here",)
        raise SpecError([UnknownDevice(device=error.name, reason=error.reason, hints=hints)]) from None
    except toolchain.ToolchainMissing as error:
        raise SpecError([ToolchainMissing(reason=str(error))]) from None


def open_devices(name: str | None, count: int) -> tuple[str, ...]:
    """``count`` devices of a kind, ``name`` the first of them; raises :class:`SpecError` where one is not there."""
    first = open_device(name)
    if count == 1:
        return (first,)
    kind, _, number = first.partition(":")
    names = [f"{kind}:{int(number or 0) + i}" for i in range(1, count)]
    return (first, *map(open_device, names))


def check_divides(experiment: Experiment, batch: int, devices: int) -> None:
    """Raise :class:`SpecError` where a batch cannot be split evenly."""
    if batch % devices:
        below, asked = batch // devices * devices, experiment.settings.batch
        above = [batch - batch % devices + devices] if batch == asked else []  # else there are no more images
        nearest = [b for b in (below, *above) if b]
        can = (
            f"batches of {' or '.join(map(str, nearest))} can: --set train.batch={nearest[-1]}"
            if nearest
            else ""
        )
        hints = (can or f"there are only {batch} training images: take fewer devices",)
        found = BatchNotDivisible(batch=batch, devices=devices, hints=hints)
        raise experiment.located("train", found, "batch")
