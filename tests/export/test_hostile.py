"""Names from outside stay data: class names in both formats, names in the spec and of files in Python."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cnnspec.backends.onnx import run_onnx, to_onnx
from cnnspec.backends.python import to_python
from cnnspec.cli.main import main
from cnnspec.train.exporting import computed
from cnnspec.train.tasks import BoxTask, ClassTask, LabelTask

from .folders import CONV, make_run
from .running import difference, exported, images, python_outputs

HOSTILE = (
    'a"b',
    "it's",
    '"""',
    "'''",
    "back\\slash\\",
    "new\nline",
    "\\N{DIGIT ONE} \\u0041 \\x41",
    "{braces} {0} %s",
    "ключ 猫 é",
    "bidi \u202e end",
    "nul \0 bell \a",
    "half \udc80 pair",
    "\N{GRINNING FACE}",
    "",
    '"); import os; os.abort(); ("',
)
NASTY = """
model Tensor(width = 4) {
  input 3 x 8 x 8
  lambda: conv(width, 3, padding = 1)
  class: { relu  w: conv(width, 1)  x: relu }
  let kept = here
  print: load(width)
  for k in [1, 2, 3, 4] { name: load(width) }
  repeat 3 { None: x(width) }
  add { | | kept -> upsample(1) | kept -> identity }
  output forward: identity
  let m = here
  output both: m -> dropout(0.3)
  def: { global_avgpool  flatten }
  layer_norm
  y: linear(5, bias = false)
  output a: here -> softmax
  output output_: here -> relu
  z: linear(1)
  output final: bn
}
block load(c) { let s = here  conv(c, 3, padding = same)  bn  let t = here  relu6  add { | | s | t } }
block x(c) {
  concat { | split(2, 0) | split(2, 1)  conv(c // 2, (1, 3), padding = (0, 1), bias = false) }
  shuffle(2)
  multiply { | | global_avgpool  conv(c, 1)  sigmoid }
}
"""


def module_of(text: str) -> dict[str, object]:
    """The constants of a module."""
    found = {}
    for statement in ast.parse(text).body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            try:
                found[statement.targets[0].id] = ast.literal_eval(statement.value)
            except ValueError:
                continue
    return found


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    spec = CONV.replace("linear(3)", f"linear({len(HOSTILE)})")
    return make_run(Path("run"), spec, ClassTask("output", HOSTILE, len(HOSTILE)))


def test_class_names_in_python(run: Path, cpu: str) -> None:
    assert main(["export", "run", "--to", "python", "-o", "net.py"]) == 0
    text = Path("net.py").read_text(encoding="utf-8")
    assert module_of(text)["CLASSES"] == HOSTILE
    assert "\u202e" not in text and "\0" not in text
    ran = subprocess.run([sys.executable, "net.py"], capture_output=True, text=True, encoding="utf-8")
    assert ran.returncode == 0, ran.stderr
    assert len(ran.stdout.splitlines()) == 5


def test_class_names_in_metadata(run: Path) -> None:
    onnx = pytest.importorskip("onnx")
    assert main(["export", "run", "--to", "onnx", "--no-check"]) == 0
    told = {p.key: p.value for p in onnx.load("net.onnx").metadata_props}
    assert tuple(json.loads(told["classes"])) == HOSTILE
    assert tuple(json.loads(told["outputs"])[0]["names"]) == HOSTILE


def test_names_in_a_spec(tmp_path: Path, cpu: str) -> None:
    pytest.importorskip("onnxruntime")
    (tmp_path / "nasty.cnn").write_text(NASTY)
    network = exported(str(tmp_path / "nasty.cnn"))
    x = images(network.graph, 2)
    ours = computed(network, x, cpu)
    assert difference(ours, run_onnx(to_onnx(network.graph, network.weights, network.about), x)) < 1e-5
    text = to_python(network.graph, network.about, "net.safetensors")
    assert difference(ours, python_outputs(network, text, x, tmp_path)) < 1e-5


@pytest.mark.parametrize("name", ['we"ird', "it's \\n", "line\nbreak", '"""; x = 1', "ключ", "bad \udc80"])
def test_names_of_files(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    try:
        Path(f"{name}.cnn").write_text("use lenet5(classes = 3)\n")
    except OSError:
        pytest.skip("no such name here")
    assert main(["export", f"{name}.cnn", "--to", "python", "-o", f"{name}.py"]) == 0
    text = Path(f"{name}.py").read_bytes().decode()
    names = [n.value for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Constant)]
    assert f"{name}.safetensors" in names
    Path(f"{name}.safetensors").unlink()
    made = {path.name for path in Path().iterdir()}
    assert main(["export", f"{name}.cnn", "--to", "safetensors"]) == 0
    (default,) = {path.name for path in Path().iterdir()} - made
    assert default.endswith(".safetensors") and "\n" not in default and '"' not in default


def test_a_picture_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cpu: str) -> None:
    """What ``main`` prints of a picture, for outputs that learn classes, labels and places."""
    from PIL import Image

    monkeypatch.chdir(tmp_path)
    spec = "model net { input 3 x 4 x 4  flatten  let x = here  output kind: linear(1)  %s }\n"
    spec %= "output tags: x -> linear(2)  output box: x -> linear(4)"
    box = BoxTask("box", ("left", "top", "right", "bottom"), (0.0,) * 4, (4.0,) * 4)
    kind = ClassTask("kind", ("no", "yes"), 2, 1, single=True)
    make_run(Path("run"), spec, kind, LabelTask("tags", ("red", "round")), box)
    assert main(["export", "run", "--to", "python", "-o", "net.py"]) == 0
    Image.fromarray(np.full((9, 7, 3), 128, np.uint8)).save("grey.png")
    ran = subprocess.run(
        [sys.executable, "net.py", "grey.png"], capture_output=True, text=True, env=dict(os.environ)
    )
    assert ran.returncode == 0, ran.stderr
    lines = ran.stdout.splitlines()
    assert [lines[0], lines[3], lines[6]] == ["kind:", "tags:", "box:"] and len(lines) == 11
    shares = [float(line.split()[0]) for line in lines[1:3]]
    assert abs(sum(shares) - 1) < 0.002 and lines[1].endswith("'no'")
