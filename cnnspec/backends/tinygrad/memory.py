"""What a device has left, and the state of what it draws."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tinygrad import Tensor
from tinygrad.helpers import GlobalCounters

from .feed import write

if TYPE_CHECKING:
    import numpy as np


def used_bytes(device: str) -> int:
    """Bytes that tinygrad holds on ``device`` now."""
    return int(GlobalCounters.mem_used_per_device[device])


def free_bytes(device: str) -> int | None:
    """Bytes that are free on ``device``; None where it does not say."""
    kind, _, index = device.partition(":")
    if kind == "CPU":
        return _free_on_the_machine()
    return _free_on_cuda(int(index or 0)) if kind == "CUDA" else None


def _free_on_the_machine() -> int | None:
    names = ("SC_AVPHYS_PAGES", "SC_PAGE_SIZE")
    if not all(name in getattr(os, "sysconf_names", {}) for name in names):
        return None
    pages, size = map(os.sysconf, names)
    return max(0, min(pages * size, *_left_by_limits(size)))


def _left_by_limits(page: int) -> Iterator[int]:
    """What a limit of the process (``ulimit -v``) and of its container leave."""
    import resource

    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    with contextlib.suppress(OSError, ValueError):
        taken = int(Path("/proc/self/statm").read_text().split()[0]) * page
        yield limit - taken if limit != resource.RLIM_INFINITY else sys.maxsize
    with contextlib.suppress(OSError, ValueError):  # no such limit is the word "max"
        group = Path("/sys/fs/cgroup")
        limit, used = (int((group / f"memory.{name}").read_text()) for name in ("max", "current"))
        yield limit - used
    yield sys.maxsize


def _free_on_cuda(index: int) -> int | None:
    from ctypes import byref, c_size_t

    from tinygrad import Device
    from tinygrad.runtime.autogen import cuda

    device = Device[f"CUDA:{index}" if index else "CUDA"]
    free, total = c_size_t(), c_size_t()
    if cuda.cuCtxSetCurrent(device.context) or cuda.cuMemGetInfo_v2(byref(free), byref(total)):  # type: ignore[attr-defined]
        return None
    return int(free.value)


def random_state(device: str) -> np.ndarray:
    """How far the random numbers of ``device`` were drawn, two integers; something must have been drawn before."""
    state: np.ndarray = Tensor._device_rng_counters[device].numpy()
    return state


def set_random_state(device: str, state: np.ndarray) -> None:
    """Go on drawing where ``state`` was taken; the seed is that of ``Tensor.manual_seed``."""
    write(Tensor._device_rng_counters[device], state)
