"""The compiler, the kernel cache and the devices.

tinygrad is imported in child processes only: here it would keep this file's short-lived cache for all later tests.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from cnnspec.backends import compiler, toolchain
from cnnspec.backends.compiler import Compiler, cpu_type, find_compiler, kernel_cache, launcher
from cnnspec.backends.toolchain import DEVICES, DeviceReport, ToolchainMissing, UnknownDevice, prepare
from cnnspec.source import cache

posix = pytest.mark.skipif(os.name == "nt", reason="the stand-in programs are shell scripts")
tinygrad = pytest.mark.skipif(find_spec("tinygrad") is None, reason="tinygrad is not installed")

TRAINING_STEP = """
import sys
from cnnspec.backends.toolchain import DEVICES, check_device
assert "tinygrad" not in sys.modules and "numpy" not in sys.modules
assert [check_device(name) for name in ("cpu", "CPU:0", "cpu:1")] == ["CPU", "CPU", "CPU:1"]

import numpy as np
from tinygrad import Tensor, nn
from tinygrad.device import ALL_DEVICES
from tinygrad.helpers import CACHEDB, Context
assert DEVICES == (*ALL_DEVICES, "HIP")

random = np.random.default_rng(0)
images = random.normal(size=(2, 3, 6, 6)).astype(np.float32)
weights = random.normal(size=(4, 3, 3, 3)).astype(np.float32)
parameter = Tensor(weights.copy(), device="CPU")
optimizer = nn.optim.SGD([parameter], lr=0.1)
with Context(TRAINING=1):
    Tensor(images, device="CPU").conv2d(parameter, padding=1).relu().sum().backward()
    optimizer.step()

padded = np.pad(images, ((0, 0), (0, 0), (1, 1), (1, 1)))
windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(2, 3))
active = np.einsum("nchwij,ocij->nohw", windows, weights) > 0
expected = weights - 0.1 * np.einsum("nohw,nchwij->ocij", active, windows)
np.testing.assert_allclose(parameter.numpy(), expected, rtol=1e-4, atol=1e-4)
print(CACHEDB)
"""


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Nothing prepared yet, and a cache folder of the test's own; the environment is put back afterwards."""
    before = dict(os.environ)
    for name in ("CC", "CACHEDB", "DEV"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "a cache"))
    _forget()
    yield
    monkeypatch.undo()
    os.environ.clear()
    os.environ.update(before)
    _forget()


def _forget() -> None:
    find_compiler.cache_clear()
    toolchain._set_environment.cache_clear()
    cache._private_temporary.cache_clear()


@pytest.fixture
def no_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiler, "_candidates", lambda: iter(()))


@pytest.fixture
def real_compiler() -> Compiler:
    found = find_compiler()
    find_compiler.cache_clear()
    return found or pytest.skip("no C compiler here")


def _stand_in(path: Path, command: tuple[str, ...]) -> Path:
    """A program elsewhere that does what `command` does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    os.replace(launcher(command) if len(command) > 1 else launcher(("/usr/bin/env", *command)), path)
    return path


# ---- the compiler


@posix
def test_the_users_cc_comes_first(
    real_compiler: Compiler, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    mine = _stand_in(tmp_path / "my tools" / "mycc", real_compiler.command)
    monkeypatch.setenv("CC", str(mine))
    found = find_compiler()
    assert found is not None
    assert (found.name, found.command) == ("mycc", (str(mine),))


@posix
def test_cc_may_hold_several_words(
    real_compiler: Compiler, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    mine = _stand_in(tmp_path / "mycc", real_compiler.command)
    monkeypatch.setenv("CC", f"/usr/bin/env '{mine}'")
    prepare("CPU")
    assert Path(os.environ["CC"]).parent == tmp_path / "a cache" / "cnnspec"
    assert b"clang version" in subprocess.check_output([os.environ["CC"], "--version"])


@posix
def test_a_clang_on_the_path_comes_before_zig(
    real_compiler: Compiler, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    clang = _stand_in(tmp_path / "bin" / "clang", real_compiler.command)
    monkeypatch.setenv("PATH", str(clang.parent))
    found = find_compiler()
    assert found is not None
    assert (found.name, found.command) == ("clang", (str(clang),))
    assert found.version[0].isdigit()


@pytest.mark.parametrize("unfit", [sys.executable, "/no/such/compiler", "'unbalanced"])
def test_a_cc_that_does_not_compile_is_passed_over(unfit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", unfit)
    found = find_compiler()
    assert found is None or found.command[0] != unfit


def test_a_launcher_keeps_every_argument_as_it_is(tmp_path: Path) -> None:
    program = launcher((sys.executable, "-c", "import sys; print(sys.argv[1:])"))
    assert Path(program).parent == tmp_path / "a cache" / "cnnspec"
    arguments = ["-march=native", "-", "two words"]
    assert subprocess.check_output([program, *arguments], text=True).strip() == str(arguments)


def test_a_command_of_one_word_needs_no_launcher(tmp_path: Path) -> None:
    assert launcher(("clang",)) == "clang"
    assert not (tmp_path / "a cache").exists()


# ---- the environment


@pytest.mark.usefixtures("no_compiler")
def test_the_cpu_without_a_compiler_says_what_to_install() -> None:
    with pytest.raises(ToolchainMissing, match=r"pip install 'cnnspec\[cpu\]'"):
        prepare("CPU:1")


@pytest.mark.usefixtures("no_compiler")
def test_a_useless_cc_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "tcc")
    with pytest.raises(ToolchainMissing, match="CC=tcc"):
        prepare("CPU")


@pytest.mark.usefixtures("no_compiler")
def test_other_devices_do_without_a_compiler() -> None:
    prepare("CUDA:1")
    assert "CC" not in os.environ
    assert "no-compiler" in os.environ["CACHEDB"]


@pytest.mark.usefixtures("no_compiler")
def test_the_default_device_needs_a_compiler_only_if_it_is_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toolchain, "_probe", lambda names: [DeviceReport("CUDA", True, "")])
    prepare(None)
    monkeypatch.setattr(toolchain, "_probe", lambda names: [DeviceReport("CUDA", False, "")])
    with pytest.raises(ToolchainMissing):
        prepare(None)
    monkeypatch.setenv("DEV", "CUDA:PTX")
    prepare(None)


@pytest.mark.usefixtures("no_compiler")
def test_a_cachedb_of_the_users_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CACHEDB", "/my/kernels.db")
    prepare("CUDA")
    assert os.environ["CACHEDB"] == "/my/kernels.db"


def test_each_compiler_has_its_own_kernel_cache(tmp_path: Path) -> None:
    compilers = [Compiler("clang", ("clang",), "14.0.6"), Compiler("clang", ("clang",), "15 (a/b)"), None]
    paths = {kernel_cache(each) for each in compilers}
    assert len(paths) == 3
    assert all(path.parent == tmp_path / "a cache" / "cnnspec" and cpu_type() in path.name for path in paths)


def test_without_a_cache_folder_the_kernels_go_to_a_private_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    folder = kernel_cache(None).parent
    assert folder.parent == tmp_path
    assert os.name == "nt" or folder.stat().st_mode & 0o077 == 0


@posix
def test_a_temporary_folder_open_to_others_is_not_trusted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    planted = tmp_path / f"cnnspec-{os.getuid()}"
    planted.mkdir()
    planted.chmod(0o777)
    assert cache._private_temporary() != planted


def test_the_cpu_type_is_stable_and_fit_for_a_file_name() -> None:
    assert cpu_type() == cpu_type()
    assert cpu_type().replace("-", "").replace("_", "").isalnum()


# ---- the devices


@pytest.mark.parametrize("name", ["gpu", "", "CPU:LLVM", "CPU:-1", "CUDA:", "CPU:0:1", "CPU:²"])
def test_a_name_that_is_no_device_is_refused(name: str) -> None:
    with pytest.raises(UnknownDevice) as caught:
        toolchain.check_device(name)
    assert (caught.value.name, caught.value.known) == (name, DEVICES)
    assert caught.value.reason in str(caught.value)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("cuda:1", "CUDA"), ("CPU:LLVM", "CPU"), ("MOCK+AMD;CPU", "AMD"), ("USB:0+AMD::gfx", "AMD")],
)
def test_the_kind_of_a_device_is_found_in_tinygrads_longer_form(name: str, kind: str) -> None:
    assert toolchain._kind_of(name) == kind


def test_a_driver_that_ends_the_process_does_not_hide_the_other_devices(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def run(command: tuple[str, ...], **_: object) -> subprocess.CompletedProcess[bytes]:
        asked = list(command[command.index(json.dumps(sys.path)) + 1 :])
        answered = asked[: asked.index("NV")] if "NV" in asked else asked
        lines = [json.dumps({"name": name, "opened": True, "usable": True, "note": ""}) for name in answered]
        return subprocess.CompletedProcess(command, -11, "\n".join(lines).encode(), b"noise")

    monkeypatch.setattr(subprocess, "run", run)
    reports = toolchain._probe(("AMD", "NV", "CPU"))
    assert [(report.name, report.usable, report.default) for report in reports] == [
        ("AMD", True, True),
        ("NV", False, False),
        ("CPU", True, False),
    ]
    assert "ended the process" in reports[1].note


@tinygrad
def test_every_device_is_described_without_noise(capfd: pytest.CaptureFixture[str]) -> None:
    reports = {report.name: report for report in toolchain.describe_devices()}
    assert tuple(reports) == DEVICES
    assert reports["CPU"].usable == (find_compiler() is not None)
    assert sum(report.default for report in reports.values()) <= 1
    assert all(report.note or report.usable for report in reports.values())
    assert capfd.readouterr() == ("", "")


@tinygrad
def test_a_training_step_runs_with_nothing_on_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    if find_compiler() is None:
        pytest.skip("the only compiler here is on the PATH")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    ran = subprocess.run([sys.executable, "-c", TRAINING_STEP], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert Path(ran.stdout.strip()).parent == tmp_path / "a cache" / "cnnspec"
    assert ran.stderr == ""
