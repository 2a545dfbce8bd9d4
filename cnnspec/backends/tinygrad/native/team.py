"""tinygrad's CPU kernels on all cores: what TinyJit captured is run in C by threads that share each kernel's parts.

tinygrad splits large kernels into parts and runs them one after another. Its devices may bring a graph that runs a
captured list of kernels at once; the CPU has none, and this is one.
"""

from __future__ import annotations

import ctypes
import functools
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from importlib import resources
from typing import Any

from tinygrad import Device
from tinygrad.device import TinyELF
from tinygrad.engine.jit import GraphRunner
from tinygrad.uop.ops import Ops, UOp

from .threads import thread_count

_WORDS, _HEAD = 64, 4
_one_at_a_time = threading.Lock()
_NO_PART = (1 << 64) - 1


def install(device: str) -> None:
    """Let TinyJit run kernels on ``device``, a CPU, with the team; does nothing where it has a graph already."""
    opened = Device[device]
    if opened.graph is None and thread_count() > 1:
        opened.graph = Team


class Team(GraphRunner):  # type: ignore[misc]
    """One captured list of kernels."""

    def __init__(self, linear: UOp, input_uops: tuple[UOp, ...] = ()) -> None:
        super().__init__(linear, input_uops)
        self._words = (ctypes.c_uint64 * (_WORDS * len(self.calls)))()
        self._inputs: list[tuple[int, int]] = []
        self._variables: dict[tuple[int, int], int] = {}
        for j in range(len(self.calls)):
            self._fill(j)
        self._arrived = ctypes.c_uint64(0)

    @staticmethod
    def supports_uop(batch_devs: list[Any], new_call: UOp) -> bool:
        """Kernels of one CPU, with sizes that are known and few enough arguments."""
        program = new_call.src[0]
        if program.op is not Ops.PROGRAM or not GraphRunner.supports_uop(batch_devs, new_call):
            return False
        known = all(isinstance(size, int) for size in program.arg.global_size)
        return known and len(program.arg.globals) + len(program.arg.vars) <= _WORDS - _HEAD

    def _fill(self, j: int) -> None:
        _, program, buffers, variables = self.calls[j]
        info, at = program.arg, j * _WORDS
        slots = list(info.globals)
        part = info.runtimevars.get("core_id")
        head = (self.runtimes[j].addr, info.global_size[0], _NO_PART if part is None else len(slots) + part)
        values = [variables.get(v.expr, 0) for v in info.vars]
        arguments = [buffers[slot]._buf.va_addr for slot in slots] + values
        for i, word in enumerate((*head, len(arguments), *arguments)):
            self._words[at + i] = word
        for position, which in self.uop_replace[j]:
            if position in slots:
                self._inputs.append((at + _HEAD + slots.index(position), which))
        for i in range(len(info.vars)):
            self._variables[j, i] = at + _HEAD + len(slots) + i

    def __call__(
        self, input_uops: tuple[UOp, ...], var_vals: dict[str, int], wait: bool = False
    ) -> float | None:
        for at, which in self._inputs:
            self._words[at] = input_uops[which].buffer.ensure_allocated()._buf.va_addr
        for j, i, value in self.updated_vars(var_vals):
            self._words[self._variables[j, i]] = value
        start = time.perf_counter()
        self._run()
        return time.perf_counter() - start if wait else None

    def _run(self) -> None:
        threads = thread_count()
        count, arrived = ctypes.c_uint64(len(self.calls)), ctypes.byref(self._arrived)
        go = functools.partial(_program(self.device).fxn, ctypes.byref(self._words), count, arrived)
        # Threads of two lists that wait for each other's turn in the pool would wait for ever.
        with _one_at_a_time:
            self._arrived.value = 0
            others = [_pool().submit(go, *_thread(i, threads)) for i in range(1, threads)]
            go(*_thread(0, threads))
            for other in others:
                other.result()


def _thread(number: int, threads: int) -> tuple[Any, ...]:
    return ctypes.c_uint64(number), ctypes.c_uint64(threads), ctypes.c_void_p(_yield())


@functools.cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=thread_count() - 1, thread_name_prefix="cnnspec")


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_pool.cache_clear)  # a child has none of its parent's threads


@functools.cache
def _yield() -> int | None:
    """The address of ``sched_yield``, so that a waiting thread leaves its core to another; none on Windows."""
    try:
        return ctypes.cast(ctypes.CDLL(None).sched_yield, ctypes.c_void_p).value
    except (AttributeError, TypeError, OSError):
        return None


@functools.cache
def _program(device: str) -> Any:
    """The team's own program; kept with its memory for as long as the process lives."""
    opened = Device[device]
    source = resources.files(__package__).joinpath("team.c").read_text(encoding="utf-8")
    binary = opened.renderer.compiler.compile_cached(source)
    return opened.runtime(TinyELF(binary, "team", opened.renderer.target, (), None))
