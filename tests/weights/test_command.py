"""``cnnspec weights``: what a file holds, what of it goes with a network, and what would make it fit."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from cnnspec.cli.main import main
from cnnspec.elaborate import elaborate, open_target
from cnnspec.elaborate.renaming import parameter_names

from .making import NET, dictionary, spec, state_zip, storage, tensor, torch_zip, weights, whole
from .test_sources import run_folder

GOLDEN = Path(__file__).parent / "golden"
TINY = "resnet(depths = [1, 1, 1, 1], classes = 10, size = 64)"


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.cnn").write_text(NET)


def filled(names: dict[str, str] | None = None, **more: Any) -> dict[str, np.ndarray]:
    """Weights of the small network, layers renamed; what is None in ``more`` is left out."""
    graph, _ = spec()
    values = {name: np.full_like(value, 0.5) for name, value in weights(graph).items()} | more
    called = {}
    for name, value in values.items():
        layer, _, last = name.rpartition(".")
        called[f"{(names or {}).get(layer, layer)}.{last}"] = value
    return {name: value for name, value in called.items() if value is not None}


def own() -> list[str]:
    save_file(filled(), "w.safetensors")
    return ["w.safetensors", "--for", "net.cnn"]


def listing() -> list[str]:
    more = {"stem.bn1.num_batches_tracked": np.array(3), "head.weight": np.ones((5, 256), np.float16)}
    save_file(filled(**more), "w.safetensors")
    return ["w.safetensors"]


def checkpoint() -> list[str]:
    w = tensor(storage("0", 6), (2, 3), (3, 1))
    inside = dictionary({"module.fc.weight": w, "module.fc.bias": tensor(storage("0", 6), (2,), (1,))})
    torch_zip(
        Path("w.pth"), whole(dictionary({"model": inside, "epoch": w[:0] + b"K\x03"})), {"0": bytes(24)}
    )
    return ["w.pth"]


def other_head() -> list[str]:
    head = {"head.weight": np.ones((7, 256), np.float32), "head.bias": np.ones(7, np.float32)}
    state_zip(Path("w.pth"), filled(**head))
    return ["w.pth", "--for", "net.cnn"]


def other_names() -> list[str]:
    names = {"stem.conv1": "features.0", "stem.bn1": "features.1", "body": "features.3", "head": "fc"}
    state_zip(Path("w.pth"), filled(names) | {"aux.fc.weight": np.ones((2, 2), np.float32)})
    return ["w.pth", "--for", "net.cnn"]


def missing() -> list[str]:
    save_file(filled(**{"body.bias": None, "head.weight": None, "head.bias": None}), "w.safetensors")  # type: ignore[arg-type]
    return ["w.safetensors", "--for", "net.cnn"]


def apart() -> list[str]:
    values = filled()
    del values["body.weight"], values["body.bias"]
    state_zip(Path("w.pth"), values)
    return ["w.pth", "--for", "net.cnn", "--names", "order"]


def something_else() -> list[str]:
    state_zip(Path("w.pth"), {"other.weight": np.ones((3, 3), np.float32)})
    return ["w.pth", "--for", "net.cnn"]


def only_order() -> list[str]:
    names = {"stem.conv1": "a", "stem.bn1": "b", "body": "c", "head": "d"}
    state_zip(Path("w.pth"), filled(names))
    return ["w.pth", "--for", "net.cnn"]


def tuned() -> list[str]:
    steps = 'finetune { from("w.pth")  replace(head)  ignore("aux")  freeze(stem) }\nloss cross_entropy\n'
    Path("net.cnn").write_text(NET + steps)
    head = {"head.weight": np.ones((7, 256), np.float32), "head.bias": np.ones(7, np.float32)}
    state_zip(Path("w.pth"), filled(**head) | {"aux.fc.weight": np.ones((2, 2), np.float32)})
    return ["w.pth", "--for", "net.cnn"]


def run() -> list[str]:
    run_folder(Path("runs/net-1"))
    return ["runs/net-1", "--for", "net.cnn"]


def library() -> list[str]:
    module = open_target(TINY)
    graph = elaborate(module)
    names = parameter_names(graph, module, "torchvision")
    values = {names[name]: np.full_like(value, 0.5) for name, value in weights(graph).items()}
    values |= {"fc.weight": np.ones((3, 512), np.float32), "fc.bias": np.ones(3, np.float32)}
    state_zip(Path("w.pth"), values)
    return ["w.pth", "--for", TINY, "--set", "classes=10"]


def many_rows() -> list[str]:
    module = open_target("densenet(depths = [6, 6, 6, 6], growth = 12, classes = 10, size = 64)")
    graph = elaborate(module)
    names = parameter_names(graph, module, "torchvision")
    values = {names[name]: np.full_like(value, 0.5) for name, value in weights(graph).items()}
    del values["classifier.bias"]
    state_zip(Path("w.pth"), values)
    return ["w.pth", "--for", "densenet(depths = [6, 6, 6, 6], growth = 12, classes = 10, size = 64)"]


def nan() -> list[str]:
    save_file(filled(**{"head.bias": np.full(5, np.nan, np.float32)}), "w.safetensors")
    return ["w.safetensors", "--for", "net.cnn"]


CASES = [
    own,
    listing,
    checkpoint,
    other_head,
    other_names,
    missing,
    apart,
    something_else,
    only_order,
    tuned,
    run,
    library,
    many_rows,
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_output(case: Any, regenerate: bool, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["weights", *case()])
    shown = capsys.readouterr()
    text = re.sub(r"(?m)^sha256 \w{64}$", "sha256 …", f"{shown.out}--- {code}\n{shown.err}")
    golden = GOLDEN / f"{case.__name__}.txt"
    if regenerate:
        golden.write_text(text, encoding="utf-8")
    assert golden.exists(), f"no golden file {golden.name}: run pytest --regenerate"
    assert text == golden.read_text(encoding="utf-8")


def test_json_of_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["weights", *listing(), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["format"] == "safetensors" and len(found["sha256"]) == 64
    assert {"name": "head.weight", "shape": [5, 256], "dtype": "float16"} in found["tensors"]


def test_json_of_a_pairing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["weights", *own(), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["names"] == "own" and len(found["pairs"]) == 9 and found["problems"] == []
    assert main(["weights", *other_names(), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert ["body", "features.3"] in found["rules"] and found["ignore"] == ["aux"] and found["replace"] == []
    assert {problem["code"] for problem in found["problems"]} == {"nothing-pairs"}


def test_all_rows_are_shown_on_demand(capsys: pytest.CaptureFixture[str]) -> None:
    command = many_rows()
    main(["weights", *command])
    assert len([line for line in capsys.readouterr().out.splitlines() if "denselayer" in line]) <= 40
    main(["weights", *command, "--all"])
    assert len([line for line in capsys.readouterr().out.splitlines() if "denselayer" in line]) == 96


def damaged() -> list[str]:
    data = state_zip(Path("w.pth"), filled(**{"head.bias": np.full(5, 0.123, np.float32)})).read_bytes()
    value = np.full(5, 0.123, "<f4").tobytes()
    Path("w.pth").write_bytes(data.replace(value, value[:-1] + b"\0"))
    return ["w.pth", "--for", "net.cnn"]


def whole_numbers() -> list[str]:
    save_file(filled(**{"head.bias": np.ones(5, np.int32)}), "w.safetensors")
    return ["w.safetensors", "--for", "net.cnn"]


@pytest.mark.parametrize(
    ("case", "code"), [(nan, "bad-tensor"), (whole_numbers, "bad-tensor"), (damaged, "broken-weights")]
)
def test_values_are_looked_at_for_a_network(case: Any, code: str, capsys: pytest.CaptureFixture[str]) -> None:
    command = case()
    assert main(["weights", *command]) == 1
    assert f"error[{code}]" in capsys.readouterr().err
    assert main(["weights", *command, "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert [problem["code"] for problem in found["problems"]] == [code] and "rules" not in found
    assert main(["weights", command[0]]) == 0  # the listing is of the header


def test_values_of_what_starts_anew_do_not_matter() -> None:
    command = nan()
    Path("net.cnn").write_text(
        NET + 'finetune { from("w.safetensors")  replace(head) }\nloss cross_entropy\n'
    )
    assert main(["weights", *command]) == 0


def test_what_is_ignored_and_pairs_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    command = own()
    Path("net.cnn").write_text(
        NET + 'finetune { from("w.safetensors")  ignore("head") }\nloss cross_entropy\n'
    )
    assert main(["weights", *command]) == 1
    assert "error[ignored-loaded]" in capsys.readouterr().err


@pytest.mark.parametrize("argument", ["nothing.pth", "net.cnn", "."])
def test_it_fails_with_a_diagnostic(argument: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "cnnspec", "weights", argument]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 1 and "error[" in done.stderr and "Traceback" not in done.stderr


def test_control_characters_do_not_reach_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    state_zip(Path("w.pth"), {"a\x1b[31m.weight": np.ones(2, np.float32)})
    main(["weights", "w.pth", "--for", "net.cnn"])
    main(["weights", "w.pth"])
    shown = capsys.readouterr()
    assert "\x1b" not in shown.out + shown.err
