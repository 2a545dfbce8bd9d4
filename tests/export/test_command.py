"""The command: what it writes, what it says, what it refuses."""

from __future__ import annotations

import builtins
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file

from cnnspec.cli import export
from cnnspec.cli.main import main
from cnnspec.source import SpecError
from cnnspec.train.errors import ToolchainMissing
from cnnspec.train.tasks import BoxTask, ClassTask

from .folders import CONV, make_run

CLASSES = ClassTask("output", ("cat", "dog", "bird"), 3)
Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(here: Path) -> Path:
    return make_run(Path("run"), CONV, CLASSES)


def refused(code: str, capsys: Captured, *command: str) -> str:
    """The message of a command that must find nothing to write."""
    before = {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()}
    assert main(["export", *command]) == 1
    told = capsys.readouterr().err
    assert f"error[{code}]" in told, told
    assert {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()} == before
    return told


def test_safetensors_of_a_run(run: Path, capsys: Captured) -> None:
    assert main(["export", "run", "--to", "safetensors"]) == 0
    out, err = capsys.readouterr()
    assert out == "wrote net.safetensors\n" and not err
    written, ours = load_file("net.safetensors"), load_file("run/best.safetensors")
    assert written.keys() == ours.keys()
    assert all(np.array_equal(written[name], ours[name]) for name in ours)
    with safe_open("net.safetensors", "np") as file:
        told = file.metadata()
    assert json.loads(told["classes"]) == ["cat", "dog", "bird"]
    assert json.loads(told["mean"]) == [0.5, 0.25, 0.125] and json.loads(told["input_shape"]) == [3, 6, 5]
    assert (
        told["model"] == "net" and told["cnnspec"] and "trained, those of the best epoch" in told["weights"]
    )


def test_a_spec_has_fresh_weights_and_says_so(capsys: Captured) -> None:
    assert main(["export", "lenet5", "--to", "safetensors", "--set", "classes=3"]) == 0
    assert "not trained, freshly drawn with seed 0" in capsys.readouterr().err
    with safe_open("lenet5.safetensors", "np") as file:
        assert file.metadata()["weights"] == "not trained, freshly drawn with seed 0"
        assert "mean" not in file.metadata()


def test_names_of_other_libraries() -> None:
    assert (
        main(["export", "resnet18", "--to", "safetensors", "--names", "torchvision", "-o", "r.safetensors"])
        == 0
    )
    assert {"layer2.0.downsample.1.running_var", "fc.weight", "conv1.weight"} <= load_file(
        "r.safetensors"
    ).keys()


def test_names_that_there_are_not(capsys: Captured) -> None:
    refused("no-names", capsys, "lenet5", "--to", "safetensors", "--names", "timm")


def test_onnx_of_a_run(run: Path, capsys: Captured, cpu: str) -> None:
    onnx, onnxruntime = pytest.importorskip("onnx"), pytest.importorskip("onnxruntime")
    assert main(["export", "run", "--to", "onnx", "-o", "plain.onnx"]) == 0
    told = capsys.readouterr().out
    assert "onnxruntime agrees with the network" in told and "wrote plain.onnx" in told
    assert main(["export", "run", "--to", "onnx", "--with-normalization", "-o", "whole.onnx", "--check"]) == 0
    assert "onnxruntime agrees" in capsys.readouterr().out
    pixels = np.random.default_rng(1).random((2, 3, 6, 5), np.float32)
    mean, std = (np.array(v, np.float32).reshape(1, 3, 1, 1) for v in ((0.5, 0.25, 0.125), (0.25, 0.5, 0.3)))
    plain, whole = (onnxruntime.InferenceSession(f"{name}.onnx") for name in ("plain", "whole"))
    wanted = plain.run(["output"], {"input": (pixels - mean) / std})[0]
    np.testing.assert_allclose(whole.run(["output"], {"input": pixels})[0], wanted, rtol=1e-4, atol=1e-5)
    model = onnx.load("plain.onnx")
    assert [(n.name, n.op_type) for n in model.graph.node] == [
        ("conv1", "Conv"),
        ("bn1", "BatchNormalization"),
        ("relu1", "Relu"),
        ("global_avgpool1", "GlobalAveragePool"),
        ("flatten1", "Flatten"),
        ("head", "Gemm"),
    ]
    assert {i.name for i in model.graph.initializer} == load_file("run/best.safetensors").keys()
    told = {p.key: p.value for p in model.metadata_props}
    assert json.loads(told["classes"]) == ["cat", "dog", "bird"]
    assert told["input_values"] == "(pixels / 255 - mean) / std"
    first = model.graph.input[0].type.tensor_type.shape.dim
    assert [d.dim_param or d.dim_value for d in first] == ["N", 3, 6, 5]


def test_two_outputs(cpu: str) -> None:
    onnx = pytest.importorskip("onnx")
    spec = "model two { input 3 x 4 x 4  flatten  output kind: linear(2)  output box: linear(4) }\n"
    spec = spec.replace("flatten ", "flatten  let x = here ").replace("output box: ", "output box: x -> ")
    box = BoxTask("box", ("left", "top", "right", "bottom"), (0.0,) * 4, (4.0,) * 4)
    make_run(Path("run"), spec, ClassTask("kind", ("a", "b"), 2), box)
    assert main(["export", "run", "--to", "onnx"]) == 0
    model = onnx.load("two.onnx")
    assert [output.name for output in model.graph.output] == ["kind", "box"]
    outputs = json.loads({p.key: p.value for p in model.metadata_props}["outputs"])
    assert [o["learns"] for o in outputs] == ["classes", "boxes"] and outputs[1]["scale"] == [4.0] * 4


def test_outputs_may_share_a_value_or_be_the_input(cpu: str) -> None:
    pytest.importorskip("onnxruntime")
    Path("net.cnn").write_text(
        "model net { input 3 x 4 x 4  output same: identity  output one: relu  output again: dropout }\n"
    )
    assert main(["export", "net.cnn", "--to", "onnx", "--check"]) == 0


def test_files_are_overwritten(run: Path) -> None:
    Path("net.safetensors").write_text("old")
    assert main(["export", "run", "--to", "safetensors"]) == 0
    assert load_file("net.safetensors")


@pytest.mark.parametrize(
    ("code", "command"),
    [
        ("wrong-suffix", ["run", "--to", "onnx", "-o", "net.bin"]),
        ("wrong-suffix", ["run", "--to", "python", "-o", "net"]),
        ("cannot-write", ["run", "--to", "safetensors", "-o", "no/such/net.safetensors"]),
        ("export-into-run", ["run", "--to", "safetensors", "-o", "run/best.safetensors"]),
        ("export-into-run", ["run", "--to", "python", "-o", "run/last.py"]),
        ("option-of-format", ["run", "--to", "onnx", "--names", "timm"]),
        ("option-of-format", ["run", "--to", "python", "--with-normalization"]),
        ("option-of-format", ["run", "--to", "safetensors", "--check"]),
        ("nothing-to-set", ["run", "--to", "onnx", "--set", "classes=2"]),
        ("no-normalization", ["lenet5", "--to", "onnx", "--with-normalization"]),
        ("not-of-spec", ["lenet5", "--to", "onnx", "--checkpoint", "last"]),
        ("not-a-run", [".", "--to", "onnx"]),
        ("neither-run-nor-spec", ["runs/nothing", "--to", "onnx"]),
        ("run-damaged", ["run", "--to", "python", "--checkpoint", "last"]),
    ],
)
def test_what_is_refused(code: str, command: list[str], run: Path, capsys: Captured) -> None:
    if "onnx" in command:
        pytest.importorskip("onnx")
    refused(code, capsys, *command)


def test_an_unknown_format_is_an_error_of_the_command_line(run: Path) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["export", "run", "--to", "keras"])
    assert caught.value.code == 2


def test_a_folder_in_the_way(run: Path, capsys: Captured) -> None:
    Path("net.safetensors").mkdir()
    refused("cannot-write", capsys, "run", "--to", "safetensors")
    refused("cannot-write", capsys, "run", "--to", "python", "-o", "net.py")
    Path("other.py").mkdir()
    refused("cannot-write", capsys, "run", "--to", "python", "-o", "other.py")


def test_damaged_weights(run: Path, capsys: Captured) -> None:
    whole = Path("run/best.safetensors").read_bytes()
    Path("run/best.safetensors").write_bytes(whole[: len(whole) // 2])
    refused("run-damaged", capsys, "run", "--to", "python")


def test_weights_of_another_network(run: Path, capsys: Captured) -> None:
    make_run(Path("other"), CONV.replace("linear(3)", "linear(4)"), ClassTask("output", tuple("abcd"), 4))
    shutil.copy("other/best.safetensors", "run/best.safetensors")
    assert "'head.weight' is" in refused("weights-do-not-fit", capsys, "run", "--to", "python")


def test_a_normalization_that_does_not_fit(here: Path, capsys: Captured) -> None:
    make_run(Path("run"), CONV, CLASSES, mean=(0.5,), std=(0.5,))
    refused("run-damaged", capsys, "run", "--to", "python")


@pytest.mark.parametrize(("package", "extra"), [("onnx", "cnnspec[onnx]"), ("onnxruntime", "onnxruntime")])
def test_a_missing_package(
    package: str, extra: str, run: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = export.find_spec
    monkeypatch.setattr(export, "find_spec", lambda name: None if name == package else found(name))
    if package == "onnxruntime":
        pytest.importorskip("onnx")
    assert extra in refused("package-missing", capsys, "run", "--to", "onnx", "--check")


def test_without_onnxruntime_there_is_no_check(
    run: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("onnx")
    monkeypatch.setattr("cnnspec.backends.onnx.can_run", lambda: False)
    assert main(["export", "run", "--to", "onnx"]) == 0
    assert capsys.readouterr().out == "not checked, as onnxruntime is not installed\nwrote net.onnx\n"


def test_a_model_that_differs_is_not_written(
    run: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("onnxruntime")
    monkeypatch.setattr("cnnspec.train.exporting.greatest_difference", lambda *_: {"output": float("nan")})
    refused("onnx-differs", capsys, "run", "--to", "onnx")


def test_a_network_that_is_too_large(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("onnx")
    Path("huge.cnn").write_text("model huge { input 3 x 99 x 99  flatten  linear(20_000) }\n")
    assert "2.4 GB" in refused("too-large-for-onnx", capsys, "huge.cnn", "--to", "onnx")


def test_python_needs_no_onnx(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: object) -> object:
        if name.partition(".")[0] in ("onnx", "onnxruntime"):
            raise ImportError(name)
        return real(name, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", without)
    assert main(["export", "run", "--to", "python", "-o", "net.py"]) == 0
    assert Path("net.py").is_file() and Path("net.safetensors").is_file()


@pytest.mark.parametrize(("option", "code"), [([], 0), (["--check"], 1)])
def test_without_a_compiler_it_says_that_it_does_not_check(
    option: list[str], code: int, run: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("onnxruntime")

    def missing(name: str | None) -> str:
        raise SpecError([ToolchainMissing(reason="there is no compiler")])

    monkeypatch.setattr("cnnspec.train.devices.open_device", missing)
    assert main(["export", "run", "--to", "onnx", *option]) == code
    told = capsys.readouterr()
    assert "there is no compiler" in (told.err if code else told.out)
    assert Path("net.onnx").exists() == (code == 0)
