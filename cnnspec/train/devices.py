"""Opening the device that a run computes on."""

from __future__ import annotations

from ..backends import toolchain
from ..source import SpecError
from .errors import ToolchainMissing, UnknownDevice


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
