"""The package as it is imported and typed."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import cnnspec

ROOT = Path(__file__).parents[2]
HEAVY = ("tinygrad", "numpy", "lark", "yaml", "dataclasses", "cnnspec.source", "cnnspec.api")


def python(code: str) -> str:
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


def test_import_is_light() -> None:
    assert python(f"import sys, cnnspec; print([m for m in {HEAVY!r} if m in sys.modules])") == "[]"


def test_loading_computes_nothing() -> None:
    heavy = ("tinygrad", "numpy", "sklearn", "matplotlib", "PIL")
    code = (
        "import sys, cnnspec; n = cnnspec.load('vgg19', classes = 2); str(n.summary()); n.draw().dot; "
        f"print([m for m in {heavy!r} if m in sys.modules])"
    )
    assert python(code) == "[]"


@pytest.mark.parametrize("name", cnnspec.__all__)
def test_every_name_is_there_and_documented(name: str) -> None:
    assert (inspect.getdoc(getattr(cnnspec, name)) or "").strip()
    assert name in dir(cnnspec)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="lod"):
        cnnspec.lod  # type: ignore[attr-defined]  # noqa: B018


def test_names_for_programs_are_names_for_type_checkers() -> None:
    tree = ast.parse((ROOT / "cnnspec" / "__init__.py").read_text(encoding="utf-8"))
    branch = next(node for node in tree.body if isinstance(node, ast.If))
    seen = [alias.asname for node in branch.body if isinstance(node, ast.ImportFrom) for alias in node.names]
    assert seen == sorted(cnnspec.__all__, key=seen.index) and len(seen) == len(cnnspec.__all__)
    assert cnnspec.__all__ == sorted(cnnspec.__all__)


def test_train_is_a_function_and_a_folder() -> None:
    code = (
        "import cnnspec, inspect; from cnnspec.train import reporter; import cnnspec.train.errors as e; "
        "print(callable(cnnspec.train), list(inspect.signature(cnnspec.train).parameters)[:2], e.NoData.code)"
    )
    assert python(code) == "True ['spec', 'data'] no-data"


PROGRAM = """
import numpy as np
from tinygrad import Tensor
import cnnspec

network: cnnspec.Network = cnnspec.load("lenet5", classes=3, settings={"optimizer.lr": 0.1})
table: str = str(network.summary(depth=1))
picture: str = network.draw().svg
module: cnnspec.Module = network.lower(device="CPU")
images, labels = np.zeros((6, 32, 32), np.uint8), ["a", "b"] * 3


class Mine(cnnspec.Callback):
    def step(self, progress: cnnspec.Progress) -> None:
        raise cnnspec.StopTraining


run: cnnspec.Run = cnnspec.train(network, (images, labels), callbacks=[Mine(), print], epochs=1)
value: float | None = run.evaluate({"train": (images, labels)}, split="test")["accuracy"]
label: str = run.predict(images)[0].label
"""


def test_a_typed_program(tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    (tmp_path / "program.py").write_text(PROGRAM)
    (tmp_path / "wrong.py").write_text("import cnnspec\ncnnspec.train(3)\ncnnspec.load('a').sumary()\n")
    command = [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", "--no-error-summary"]
    command += ["--config-file", str(ROOT / "pyproject.toml"), "program.py", "wrong.py"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    lines = ran.stdout.splitlines()
    assert len(lines) == 2 and all(line.startswith("wrong.py") for line in lines), ran.stdout + ran.stderr
    assert "arg-type" in lines[0] and 'no attribute "sumary"' in lines[1]


def test_the_types_are_shipped() -> None:
    assert (ROOT / "cnnspec" / "py.typed").is_file()
