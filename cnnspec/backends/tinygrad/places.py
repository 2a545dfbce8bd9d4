"""What the lowering may do on a device."""

from __future__ import annotations

from tinygrad import Device

from .passes import Place
from .programs import keep_programs


def place_of(*devices: str) -> Place:
    """The device as passes see it; a CPU that takes C gets its kernels run by all threads. Several devices have tinygrad's
    kernels, which it splits among them."""
    keep_programs()
    if len(devices) > 1:
        return Place(native=False)
    device = devices[0]
    native = device.split(":")[0] == "CPU" and type(Device[device].renderer).__name__ == "ClangRenderer"
    if native:
        from .native.team import install

        install(device)
    return Place(native=native)
