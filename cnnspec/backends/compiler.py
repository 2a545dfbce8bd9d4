"""Finding a C compiler for tinygrad's CPU device, and a place for what it compiles.

tinygrad compiles every CPU kernel with the single program named by `CC`, handing it clang's own options. Where no clang
is installed, the `ziglang` wheel stands in: its `zig clang` is clang's driver unchanged, needing neither translated
options nor a cache of zig's own. Nothing here imports tinygrad.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import os
import platform
import re
import shlex
import shutil
import subprocess
import sysconfig
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cnnspec.source.cache import writable_folders

INSTALL_COMPILER = "pip install 'cnnspec[cpu]'"

_PROBE_SECONDS = 120
_TARGETS = {
    "x86_64": ("--target=x86_64-none-unknown-elf", "-march=native"),
    "arm64": ("--target=arm64-none-unknown-elf", "-ffixed-x18", "-mcpu=native"),
    "riscv64": ("--target=riscv64-none-unknown-elf", "-march=rv64g"),
}
_TINYGRAD_FLAGS = (
    "-c",
    "-x",
    "c",
    "-O2",
    "-fPIC",
    "-ffreestanding",
    "-fno-math-errno",
    "-nostdlib",
    "-fno-ident",
)
_PROBE_SOURCE = b"""
typedef float float4 __attribute__((aligned(16),ext_vector_type(4)));
void probe(float4* restrict out, const float4* restrict in) {
  *out = *in * (float4){__builtin_sqrtf(2.0f), 1.0f, 0.5f, 0.0f};
}
"""


class ToolchainMissing(Exception):
    """The CPU was asked for, and there is no C compiler that tinygrad can use."""

    def __init__(self, why: str = "none was found") -> None:
        """Take the half-sentence that says why there is no compiler."""
        super().__init__(
            f"Computing on the CPU needs a C compiler, and {why}. "
            f"Install one with: {INSTALL_COMPILER}  (or install clang, or set CC to a clang)."
        )


@dataclass(frozen=True)
class Compiler:
    """A working C compiler: the words that start it, and what tells its output from another's."""

    name: str
    command: tuple[str, ...]
    version: str


@functools.cache
def find_compiler() -> Compiler | None:
    """The first compiler that compiles a small kernel with tinygrad's flags; looked for once a process."""
    return next((found for name, command in _candidates() if (found := _try_compiler(name, command))), None)


def _candidates() -> Iterator[tuple[str, tuple[str, ...]]]:
    if words := _words_of(os.environ.get("CC", "").strip()):
        yield Path(words[0]).name, words
    # The scripts folder holds the clang of a wheel even where the environment was never activated.
    for folder in (None, sysconfig.get_path("scripts")):
        if program := shutil.which("clang", path=folder):
            yield "clang", (program,)
    for program in filter(None, (_bundled_zig(), shutil.which("zig"))):
        yield "zig", (program, "clang")


def _words_of(given: str) -> tuple[str, ...]:
    """A path, even one with spaces, is one word; anything else is split as a shell would."""
    if program := shutil.which(given):
        return (program,)
    try:
        return tuple(shlex.split(given, posix=os.name == "posix"))
    except ValueError:  # a quotation mark without its partner
        return ()


def _bundled_zig() -> str | None:
    spec = importlib.util.find_spec("ziglang")
    folders = spec.submodule_search_locations if spec else None
    return next((found for folder in folders or () if (found := shutil.which("zig", path=folder))), None)


def _try_compiler(name: str, command: tuple[str, ...]) -> Compiler | None:
    flags = (*_TINYGRAD_FLAGS, *_TARGETS.get(_machine(), ()), "-", "-o", "-")
    if not (_output_of((*command, *flags), _PROBE_SOURCE) or b"").startswith(b"\x7fELF"):
        return None
    asked = (command[0], "version") if name == "zig" else (*command, "--version")
    text = (_output_of(asked) or b"").decode(errors="replace").strip()
    match = re.search(r"clang version (\S+)", text)
    return Compiler(name, command, match[1] if match else text.partition("\n")[0] or "unknown")


def _output_of(command: Sequence[str], stdin: bytes = b"") -> bytes | None:
    """What the command prints, or nothing if it cannot start, fails or hangs."""
    try:
        ran = subprocess.run(command, input=stdin, capture_output=True, timeout=_PROBE_SECONDS)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
    return ran.stdout if ran.returncode == 0 else None


def launcher(command: tuple[str, ...]) -> str:
    """One path that runs `command`: tinygrad takes `CC` as a program's name, never as words to split."""
    if len(command) == 1:
        return command[0]
    if os.name == "nt":
        suffix, text = (
            ".cmd",
            f"@{subprocess.list2cmdline(command)} %*\r\n".replace("%", "%%").replace("%%*", "%*"),
        )
    else:
        suffix, text = ".sh", f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n'
    for folder in writable_folders():
        path = folder / f"cc-{hashlib.sha256(text.encode()).hexdigest()[:12]}{suffix}"
        # A folder mounted without the right to execute fails this test, and the next one is tried.
        if _write_program(path, text) and os.access(path, os.X_OK):
            return str(path)
    raise ToolchainMissing("no folder here may hold a program: set XDG_CACHE_HOME to one that may")


def _write_program(path: Path, text: str) -> bool:
    """Write a program in one step, so that another process never starts half of it."""
    try:
        if not path.is_file() or path.read_bytes() != text.encode():
            handle, draft = tempfile.mkstemp(dir=path.parent)
            with os.fdopen(handle, "wb") as file:
                file.write(text.encode())
            os.chmod(draft, 0o700)
            os.replace(draft, path)
    except OSError:
        return False
    return True


def kernel_cache(compiler: Compiler | None) -> Path:
    """A file for each compiler and CPU type: tinygrad's own cache would run one machine's kernels on another."""
    built_by = f"{compiler.name}-{compiler.version}" if compiler else "no-compiler"
    name = re.sub(r"[^\w.+-]", "_", f"kernels-{built_by}-{cpu_type()}", flags=re.ASCII)
    return next(writable_folders()) / f"{name}.db"


def _machine() -> str:
    machine = platform.machine().lower()
    return {"amd64": "x86_64", "aarch64": "arm64"}.get(machine, machine)


def cpu_type() -> str:
    """The architecture and a hash of model and instruction sets: equal where the same native code is generated."""
    return f"{_machine()}-{hashlib.sha256(_cpu_facts().encode()).hexdigest()[:10]}"


def _cpu_facts() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(errors="replace")
    except OSError:
        brand = _output_of(("sysctl", "-n", "machdep.cpu.brand_string")) or b""
        return f"{platform.processor()} {brand.decode(errors='replace').strip()}"
    wanted = (
        r"(?im)^(vendor_id|cpu family|model|flags|features|isa|cpu (?:implementer|part|variant))\s*:\s*(.*)$"
    )
    return "\n".join(sorted({f"{key}={value}" for key, value in re.findall(wanted, text)}))
