"""Where weights come from: files, run folders, and networks that are known by name."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from cnnspec.source import SpecError
from cnnspec.train.data.normalization import Normalization
from cnnspec.train.weights import load, open_source, registry

from .making import NET, codes, only, spec, state_zip, weights

TASK = {
    "learns": "classes",
    "output": "output",
    "names": ["a", "b", "c", "d", "e"],
    "classes": 5,
    "single": False,
    "positive": 1,
}


def run_folder(path: Path) -> Path:
    """A finished run's folder, as training leaves it, without what is not read here."""
    (path / "spec").mkdir(parents=True)
    (path / "spec" / "net.cnn").write_text(NET)
    info = {
        "model": "net", "spec": "net.cnn", "base": ".", "device": "CPU", "seed": 0, "epochs": 1, "batch": 8,
        "tasks": [TASK], "input_shape": [3, 8, 8], "mean": [0.1, 0.2, 0.3], "std": [0.4, 0.5, 0.6],
        "parameters": 1, "images": {"train": 8}, "versions": {}, "status": "finished", "best": None, "test": None,
        "format": 2,
    }  # fmt: skip
    (path / "run.json").write_text(json.dumps(info))
    graph, _ = spec()
    for name in ("best", "last"):
        save_file(weights(graph, seed=len(name)), path / f"{name}.safetensors")
    return path


def test_a_file(tmp_path: Path) -> None:
    save_file({"w": np.ones(3, np.float32)}, tmp_path / "w.safetensors")
    source = open_source("w.safetensors", tmp_path)
    assert source.file.path == tmp_path / "w.safetensors" and source.text == "w.safetensors"
    assert source.sha256 == hashlib.sha256((tmp_path / "w.safetensors").read_bytes()).hexdigest()
    assert source.normalization is None and source.names is None and source.classes == ()
    assert open_source(str(tmp_path / "w.safetensors"), Path("elsewhere")).sha256 == source.sha256


def test_a_run_is_its_best_epoch_and_what_is_known_of_it(tmp_path: Path) -> None:
    run_folder(tmp_path / "runs" / "net-1")
    source = open_source("runs/net-1", tmp_path)
    assert source.file.path.name == "best.safetensors" and source.names == "own"
    assert source.normalization == Normalization((0.1, 0.2, 0.3), (0.4, 0.5, 0.6))
    assert source.classes == ("a", "b", "c", "d", "e")
    last = open_source("runs/net-1/last.safetensors", tmp_path)
    assert last.file.path.name == "last.safetensors" and last.normalization == source.normalization
    graph, module = spec()
    assert load(graph, module, source).arrays.keys() == weights(graph).keys()


def test_a_run_without_weights_or_damaged(tmp_path: Path) -> None:
    path = run_folder(tmp_path / "run")
    (path / "best.safetensors").unlink()
    with pytest.raises(SpecError) as caught:
        open_source("run", tmp_path)
    assert "last.safetensors" in only(caught.value).hints[0] or only(caught.value).code == "unknown-weights"
    (path / "run.json").write_text("{")
    with pytest.raises(SpecError) as caught:
        open_source("run", tmp_path)
    assert codes(caught.value) == ["run-damaged"]


def test_one_of_several_networks_in_a_file(tmp_path: Path) -> None:
    from .making import dictionary, storage, tensor, torch_zip, whole

    one = dictionary({"w": tensor(storage("0", 2), (2,), (1,))})
    torch_zip(tmp_path / "w.pth", whole(dictionary({"model": one, "ema": one})), {"0": bytes(8)})
    assert open_source("w.pth#ema", tmp_path).file.part == "ema"
    with pytest.raises(SpecError) as caught:
        open_source("w.pth#eam", tmp_path)
    assert only(caught.value).hints == ("did you mean 'ema'?",)


def test_a_file_with_such_a_name_is_meant_itself(tmp_path: Path) -> None:
    save_file({"w": np.ones(3, np.float32)}, tmp_path / "w#1.safetensors")
    assert open_source("w#1.safetensors", tmp_path).file.part == ""


@dataclass(frozen=True)
class Entry:
    normalization: Normalization
    names: str
    classes: tuple[str, ...]


def test_a_network_that_is_known_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = Entry(Normalization((0.5,) * 3, (0.5,) * 3), "own", ("x", "y"))
    graph, _ = spec()
    path = state_zip(tmp_path / "known.pth", weights(graph))
    monkeypatch.setattr(registry, "find", lambda name: entry if name == "known" else None)
    monkeypatch.setattr(registry, "checked", lambda _: (path, "0" * 64))
    source = open_source("known", tmp_path / "elsewhere")
    assert (source.normalization, source.names, source.classes) == (entry.normalization, "own", ("x", "y"))
    assert source.file.path == path and source.text == "known"


def test_a_run_as_a_part_of_another_network(tmp_path: Path) -> None:
    """What a source is known to have for names is tried first, and rules are still followed."""
    run_folder(tmp_path / "run")
    (tmp_path / "net.cnn").write_text(NET)
    text = """
    use net
    model pets { input 3 x 8 x 8  old: net  old.body -> flatten  head: linear(2) }
    names { rename("old.stem.<part>1", "stem.{part}1")  rename("old.body", "body") }
    """
    graph, module = spec(text, tmp_path / "pets.cnn")
    source = open_source("run", tmp_path)
    found = load(graph, module, source, fresh=("head.weight", "head.bias"), ignored=("head",))
    assert "old.stem.bn1.running_var" in found.arrays and found.pairing.names != "own"


def test_a_run_has_no_parts(tmp_path: Path) -> None:
    run_folder(tmp_path / "runs" / "net-1")
    for text in ("runs/net-1#x", "runs/net-1/last.safetensors#x"):
        with pytest.raises(SpecError) as caught:
            open_source(text, tmp_path)
        assert only(caught.value).code == "unknown-weights" and "has no parts" in only(caught.value).text


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("runs/base13", "did you mean 'runs/base12'?"),
        ("../specs/runs/base13", "did you mean '../specs/runs/base12'?"),
        ("runs/base12/bst.safetensors", "did you mean 'runs/base12/best.safetensors'?"),
        ("run/base12", "there is no folder 'run' either"),
        ("rnus", "did you mean 'runs'?"),
    ],
)
def test_suggestions_are_written_as_they_would_have_to_be(tmp_path: Path, written: str, hint: str) -> None:
    run_folder(tmp_path / "specs" / "runs" / "base12")
    with pytest.raises(SpecError) as caught:
        open_source(written, tmp_path / "specs")
    assert only(caught.value).hints == (hint,)
    absolute = tmp_path / "specs" / "runs" / "base13"
    with pytest.raises(SpecError) as caught:
        open_source(str(absolute), Path("elsewhere"))
    assert only(caught.value).hints == (f"did you mean '{absolute.with_name('base12')}'?",)


@pytest.mark.parametrize("name", ["efficientnet_lit", "efficientnet_lite7", "efficientnet_lite9"])
def test_all_names_that_are_as_near_are_suggested(tmp_path: Path, name: str) -> None:
    hint = "did you mean 'efficientnet_lite0', 'efficientnet_lite1' or 'efficientnet_lite2'?"
    with pytest.raises(SpecError) as caught:
        open_source(name, tmp_path)
    assert only(caught.value).hints == (hint,)
    with pytest.raises(SpecError) as caught:
        registry.known(name)
    assert only(caught.value).hints == (hint,)
    with pytest.raises(SpecError) as caught:
        open_source("resnt18", tmp_path)
    assert only(caught.value).hints == ("did you mean 'resnet18'?",)
