"""How kernels are run and kept: the team of threads, and programs on disk."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cnnspec.backends.tinygrad import lower
from cnnspec.elaborate import elaborate, open_target

LENET = elaborate(open_target("lenet5"))


def in_another_process(code: str, cache: Path, threads: int) -> str:
    """What ``code`` prints, with a kernel cache and a number of threads of its own."""
    environment = dict(os.environ, CACHEDB=str(cache), OMP_NUM_THREADS=str(threads))
    start = "from cnnspec.backends import toolchain; toolchain.check_device('CPU')\n"
    ran = subprocess.run(
        [sys.executable, "-c", start + code], capture_output=True, text=True, env=environment, check=True
    )
    return ran.stdout


STEPS = """
import hashlib, numpy as np
from tinygrad import Device, Tensor, TinyJit
from cnnspec.backends.tinygrad import lower
from cnnspec.backends.tinygrad.programs import watched
from cnnspec.elaborate import elaborate, open_target
graph = elaborate(open_target('lenet5'))
done = []
with watched(lambda *counts: done.append(counts)):
    module = lower(graph, 0, 'CPU')
    run = TinyJit(lambda x: module.forward(x, False)['output'].realize())
    rng, found = np.random.default_rng(0), []
    for _ in range(4):
        x = Tensor(rng.uniform(size=(8, *graph.input_shape)).astype(np.float32)).realize()
        found.append(run(x).numpy().copy())
print(hashlib.sha256(np.concatenate(found).tobytes()).hexdigest(), getattr(Device['CPU'].graph, '__name__', None), done)
"""


def test_results_do_not_depend_on_the_number_of_threads(tmp_path: Path, cpu: str) -> None:
    found = [in_another_process(STEPS, tmp_path / "cache.db", threads).split() for threads in (1, 2, 3)]
    assert [words[1] for words in found] == ["None", "Team", "Team"]
    assert len({words[0] for words in found}) == 1


def test_programs_are_kept_for_the_next_process(tmp_path: Path, cpu: str) -> None:
    import ast

    first, again = (in_another_process(STEPS, tmp_path / "cache.db", 2).split(maxsplit=2) for _ in range(2))
    counts = ast.literal_eval(first[2])
    assert len(counts) > 5 and counts[-1][0] == counts[-1][1]
    assert ast.literal_eval(again[2]) == [] and again[0] == first[0]


def test_a_captured_step_takes_other_inputs(cpu: str) -> None:
    """The team's list of kernels holds addresses: those of inputs change from call to call."""
    from tinygrad import Tensor, TinyJit

    module = lower(LENET, 0, cpu)
    run = TinyJit(lambda x: module.forward(x, False)["output"].realize())
    rng = np.random.default_rng(0)
    for _ in range(5):
        images = rng.uniform(size=(4, *LENET.input_shape)).astype(np.float32)
        x = Tensor(images, device=cpu).realize()
        expected = lower(LENET, 0, cpu, ()).forward(Tensor(images, device=cpu), False)["output"].numpy()
        assert run(x).numpy() == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize(("given", "expected"), [("3", 3), ("0", None), ("many", None), ("", None)])
def test_the_number_of_threads(given: str, expected: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    from cnnspec.backends.tinygrad.native.threads import thread_count

    monkeypatch.setenv("OMP_NUM_THREADS", given)
    thread_count.cache_clear()
    try:
        found = thread_count()
        assert found == expected if expected else 1 <= found <= (os.cpu_count() or 1)
    finally:
        thread_count.cache_clear()


def test_kernels_of_many_arguments(cpu: str) -> None:
    """Sums of more tensors than a command of the team holds arguments run as well, if not by the team."""
    from tinygrad import Tensor, TinyJit

    values = [Tensor(np.full(64, i, np.float32), device=cpu).realize() for i in range(40)]

    def compute(x: Tensor) -> Tensor:
        total = x
        for value in values:
            total = total + value
        return (total * 2).realize()

    run = TinyJit(compute)
    for start in range(4):
        x = Tensor(np.full(64, start, np.float32), device=cpu).realize()
        assert run(x).numpy().tolist() == [2.0 * (start + 780)] * 64
