"""How many threads a kernel is split among."""

from __future__ import annotations

import functools
import os


@functools.cache
def thread_count() -> int:
    """As PyTorch: ``OMP_NUM_THREADS``, else the processor cores that this process may use."""
    given = os.environ.get("OMP_NUM_THREADS", "")
    if given.isdecimal() and int(given) > 0:
        return int(given)
    return usable_cores()


def usable_cores() -> int:
    """The processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
