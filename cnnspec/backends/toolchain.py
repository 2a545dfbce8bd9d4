"""What must be in place before tinygrad is imported, and which of its devices work on this machine.

tinygrad reads `CC` and `CACHEDB` once: `prepare` sets them first. tinygrad itself is imported only to open a device.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from cnnspec.backends.compiler import (
    INSTALL_COMPILER,
    Compiler,
    ToolchainMissing,
    cpu_type,
    find_compiler,
    kernel_cache,
    launcher,
)

__all__ = [
    "DEVICES",
    "Compiler",
    "DeviceReport",
    "ToolchainMissing",
    "UnknownDevice",
    "check_device",
    "cpu_type",
    "describe_devices",
    "find_compiler",
    "prepare",
]

DEVICES = ("METAL", "AMD", "NV", "CUDA", "QCOM", "CL", "CPU", "DSP", "WEBGPU", "HIP")
"""Device kinds of tinygrad 0.14 that compute: first its order of preference, then the one it never picks by itself."""

NEED_COMPILER = frozenset({"CPU", "DSP", "QCOM"})
"""Kinds whose runtime calls `CC`; the others bring their own compiler."""

_PROBE_SECONDS = 120


class UnknownDevice(Exception):
    """The device `name` does not exist or cannot be opened here; `known` lists every kind there is."""

    def __init__(self, name: str, known: tuple[str, ...], reason: str) -> None:
        """Take the name as it was given, the kinds there are, and what is wrong."""
        super().__init__(f"cannot use the device {name!r}: {reason}")
        self.name, self.known, self.reason = name, known, reason


@dataclass(frozen=True)
class DeviceReport:
    """Whether a kind of device computed a sum here, and if not, why; `default` marks tinygrad's own choice."""

    name: str
    usable: bool
    note: str
    default: bool = False


def prepare(device: str | None) -> None:
    """Set `CC` and `CACHEDB` for tinygrad, which must not have been imported yet. Calling it again does no harm.

    `device` is the device about to be used, or None for tinygrad's default. Raises `ToolchainMissing` where that device
    needs a C compiler and there is none.
    """
    _set_environment()
    if find_compiler() is None and _needs_compiler(device or os.environ.get("DEV")):
        given = os.environ.get("CC")
        raise ToolchainMissing(*([f"CC={given} does not take clang's options"] if given else []))


@functools.cache
def _set_environment() -> None:
    compiler = find_compiler()
    if compiler:
        os.environ["CC"] = launcher(compiler.command)
    os.environ.setdefault("CACHEDB", str(kernel_cache(compiler)))


def _needs_compiler(device: str | None) -> bool:
    if device:
        return _kind_of(device) in NEED_COMPILER
    return not any(report.usable for report in _probe(DEVICES))


def _kind_of(device: str) -> str:
    """`CUDA` of `cuda:1` and of tinygrad's longer `DEV` form `interface+CUDA:renderer;CPU`."""
    return device.partition(";")[0].rpartition("+")[2].partition(":")[0].upper()


def check_device(name: str) -> str:
    """The canonical form of a device's name (`cpu:0` → `CPU`), once it has been opened.

    Raises `UnknownDevice` if there is no such device here, `ToolchainMissing` if it lacks only a compiler.
    """
    canonical = _canonical(name)
    prepare(canonical)
    try:
        with _silenced():
            _open(canonical)
    except Exception as error:  # each runtime fails in its own way
        raise UnknownDevice(name, DEVICES, _first_words(error)) from error
    return canonical


def _open(canonical: str) -> str:
    """Open a device together with its compiler, and name its architecture."""
    if canonical.startswith("METAL") and sys.platform != "darwin":
        raise OSError("Metal exists on macOS only")
    from tinygrad.device import Device

    return str(Device[canonical].renderer.target.arch)


def _canonical(name: str) -> str:
    kind, colon, index = name.strip().upper().partition(":")
    if kind not in DEVICES:
        raise UnknownDevice(name, DEVICES, f"there is no such device; the devices are {', '.join(DEVICES)}")
    if colon and not re.fullmatch(r"[0-9]{1,4}", index):
        raise UnknownDevice(name, DEVICES, f"after the colon comes the number of the device, as in {kind}:1")
    return f"{kind}:{int(index)}" if index and int(index) else kind


def describe_devices() -> list[DeviceReport]:
    """Try every kind of device, in another process, so that a crash or a noisy driver stays there."""
    _set_environment()
    return _probe(DEVICES)


def _probe(names: tuple[str, ...]) -> list[DeviceReport]:
    found: list[dict[str, Any]] = []
    while len(found) < len(names):
        found += _run_probe(names[len(found) :])
    chosen = _kind_of(os.environ.get("DEV", "")) or next((d["name"] for d in found if d["opened"]), None)
    return [DeviceReport(d["name"], d["usable"], d["note"], d["name"] == chosen) for d in found]


def _run_probe(names: tuple[str, ...]) -> list[dict[str, Any]]:
    """Reports on a leading part of `names`, one at least: where the other process ends early, the last tells of it."""
    code = (
        "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
        "from cnnspec.backends import toolchain; toolchain.probe_here(sys.argv[2:])"
    )
    command = (sys.executable, "-c", code, json.dumps(sys.path), *names)
    try:
        ran = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_PROBE_SECONDS)
        lines, end = ran.stdout, f"the driver ended the process (exit status {ran.returncode})"
    except subprocess.TimeoutExpired as late:
        lines, end = late.stdout or b"", f"no answer within {_PROBE_SECONDS} s"
    reports = [json.loads(line) for line in lines.splitlines()]
    if len(reports) < len(names):
        reports.append({"name": names[len(reports)], "opened": False, "usable": False, "note": end})
    return reports


def probe_here(names: Sequence[str]) -> None:
    """Open each device in this process and add two numbers on it; print a line of JSON about each."""
    with os.fdopen(os.dup(1), "w") as answer, _silenced():
        for name in names:
            print(json.dumps(_probe_one(name)), file=answer, flush=True)


def _probe_one(name: str) -> dict[str, Any]:
    opened = False
    try:
        architecture = _open(name)
        opened = True
        from tinygrad.tensor import Tensor

        right = (Tensor([1.0, 2.0], device=name) + Tensor([3.0, 5.0], device=name)).tolist() == [4.0, 7.0]
        note = architecture if right else "it opens, but adds two numbers wrongly"
        return {"name": name, "opened": True, "usable": right, "note": note}
    except Exception as error:
        note = _first_words(error)
        if name in NEED_COMPILER and find_compiler() is None:
            note = f"needs a C compiler: {INSTALL_COMPILER}"
        return {"name": name, "opened": opened, "usable": False, "note": note}


def _first_words(error: BaseException) -> str:
    """One line that says what went wrong, out of an error or a group of them."""
    parts = getattr(error, "exceptions", None) or (error,)
    lines = (str(part).strip().partition("\n")[0] or type(part).__name__ for part in parts)
    return "; ".join(dict.fromkeys(line if len(line) <= 160 else f"{line[:159]}…" for line in lines))


@contextlib.contextmanager
def _silenced() -> Iterator[None]:
    """Drop what drivers and compilers write to the two output streams, past Python's own."""
    sys.stdout.flush()
    sys.stderr.flush()
    kept = [os.dup(stream) for stream in (1, 2)]
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        for stream in (1, 2):
            os.dup2(nowhere, stream)
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for stream, original in zip((1, 2), kept, strict=True):
            os.dup2(original, stream)
            os.close(original)
        os.close(nowhere)
