"""Fine-tuning from the command line and from Python."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from tuning_runs import DATA, MODEL, info, weights

import cnnspec
from cnnspec.cli.main import main

STEPS = 'finetune { from("w.safetensors")  replace(head)  freeze(low)  freeze(high)  unfreeze(high, epoch = 3) }\n'


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    path = tmp_path / "net.cnn"
    path.write_text(MODEL)
    return path


def test_train_from(
    spec: Path, before: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], cpu: str
) -> None:
    run = tmp_path / "run"
    arguments = [
        "train",
        str(spec),
        "--from",
        str(before),
        "--data",
        "digits(only = [0, 1, 2])",
        "--out",
        str(run),
    ]
    assert main([*arguments, "--epochs", "2", "--device", cpu]) == 0
    shown = capsys.readouterr().out
    assert "  finetune {\n" in shown and "    replace(head)\n" in shown and "lr(all, 0.1)" in shown
    assert "fresh: head" in shown
    after, begun = weights(run), weights(before, "best")
    assert after["head.weight"].shape[0] == 3
    # A tenth of the learning rate: what was loaded has hardly moved, compared with how it was drawn.
    assert np.abs(after["low.conv1.weight"] - begun["low.conv1.weight"]).max() < 0.1
    assert info(run)["weights"]["from"] == str(before)
    picture = tmp_path / "digit.png"
    from PIL import Image

    Image.fromarray(np.zeros((8, 8), np.uint8)).save(picture)
    assert main(["predict", str(run), str(picture), "--device", cpu]) == 0


def test_from_takes_the_place_of_the_spec_s_own_source(
    spec: Path, before: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec.write_text(MODEL + DATA + STEPS)
    assert main(["train", str(spec), "--from", str(before), "--emit", "spec"]) == 0
    shown = capsys.readouterr().out
    assert str(before) in shown and "w.safetensors" not in shown
    assert "unfreeze(high, epoch = 3)" in shown and "lr(" not in shown


def test_slow_norms_stay_in_a_short_training(
    spec: Path, before: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec.write_text(MODEL.replace("bn", "bn(momentum = 0.001)"))
    arguments = [
        "train",
        str(spec),
        "--from",
        str(before),
        "--data",
        "digits(per_class = 10)",
        "--emit",
        "spec",
    ]
    assert main(arguments) == 0
    assert 'freeze("**.bn*", statistics = true)' in capsys.readouterr().out
    spec.write_text(MODEL)
    assert main(arguments) == 0
    assert "freeze" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("given", "code"),
    [("nowhere.safetensors", "unknown-weights"), ("efficientnet_lite", "unknown-weights")],
)
def test_weights_that_are_not_there(
    given: str, code: str, spec: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        main(["train", str(spec), "--from", given, "--data", "digits", "--out", str(tmp_path / "run")]) == 1
    )
    told = capsys.readouterr().err
    assert f"error[{code}]" in told and "--> --from:1:1" in told
    assert not (tmp_path / "run").exists()


def test_summary_marks_what_is_frozen(spec: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec.write_text(MODEL + STEPS)
    assert main(["summary", str(spec)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert next(line for line in lines if "conv1" in line).endswith("frozen")
    assert any(line.split()[-3:] == ["from", "epoch", "3"] and "conv1" in line for line in lines)
    # head 8 * 10 + 10, high 4 * 8 * 9 + 8 + 16, low 36 + 4 + 8
    assert "trained     90 from epoch 1, 402 from epoch 3" in lines and "frozen      48 for good" in lines
    assert main(["summary", str(spec), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["params"]["trainable"] == 402 and found["params"]["total"] == 450
    assert {layer["name"]: layer.get("frozen") for layer in found["layers"]}["high.conv1"] == "from epoch 3"


def test_summary_and_draw_of_a_spec_without_finetune_say_nothing_of_it(
    spec: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["summary", str(spec)]) == 0
    assert "frozen" not in capsys.readouterr().out
    assert main(["draw", str(spec), "-o", str(tmp_path / "net.dot")]) == 0
    assert "frozen" not in (tmp_path / "net.dot").read_text()


@pytest.mark.parametrize("depth", [None, "1"])
def test_draw_shades_what_is_frozen(depth: str | None, spec: Path, tmp_path: Path) -> None:
    from cnnspec.backends.drawing.themes import GRAPH

    spec.write_text(MODEL + STEPS)
    dot = tmp_path / "net.dot"
    assert main(["draw", str(spec), "-o", str(dot), *(["--depth", depth] if depth else [])]) == 0
    text = dot.read_text()
    assert ">frozen<" in text and ">trained from epoch 3<" in text
    assert f'fillcolor="{GRAPH.frozen[0]}"' in text and f'fillcolor="{GRAPH.thawing}"' in text


def test_in_yaml_it_is_the_same(spec: Path, tmp_path: Path) -> None:
    spec.write_text(MODEL + DATA + STEPS)
    assert main(["convert", str(spec), "-o", str(tmp_path / "net.yaml")]) == 0
    one, other = (cnnspec.load(path) for path in (spec, tmp_path / "net.yaml"))
    assert one.graph == other.graph
    assert "frozen" in str(one.summary()) and one.summary().to_dict()["params"]["trainable"] == 402


def test_python(spec: Path, before: Path, tmp_path: Path, cpu: str) -> None:
    spec.write_text(MODEL)
    data = "digits(per_class = 10)"
    run = cnnspec.train(spec, data, weights=before, out=tmp_path / "run", epochs=1, device=cpu, quiet=True)
    assert info(run.path)["weights"]["names"] == "own"
    module = cnnspec.load(spec).lower(cpu, weights=before)
    np.testing.assert_array_equal(
        module.state()["low.conv1.weight"], weights(before, "best")["low.conv1.weight"]
    )
    with pytest.raises(TypeError, match="weights must be"):
        cnnspec.train(spec, data, weights=3, quiet=True)  # type: ignore[arg-type]
    with pytest.raises(cnnspec.SpecError, match="no weights"):
        cnnspec.train(spec, data, weights="nowhere.pth", quiet=True)


def test_a_notebook_shows_what_is_frozen(spec: Path) -> None:
    spec.write_text(MODEL + STEPS)
    shown = cnnspec.load(spec).summary()._repr_html_()
    assert ">frozen<" in shown and ">from epoch 3<" in shown
    spec.write_text(MODEL)
    assert "frozen" not in cnnspec.load(spec).summary()._repr_html_()


def test_compare_counts_all_parameters_and_those_that_are_trained(
    before: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], cpu: str
) -> None:
    text = f'{MODEL}{DATA}train (epochs = 1, batch = 48)\nfinetune {{ from("{before}")  replace(head)  freeze(low) }}\n'
    (tmp_path / "tuned.cnn").write_text(text)
    run = tmp_path / "run"
    assert main(["train", str(tmp_path / "tuned.cnn"), "--out", str(run), "--device", cpu]) == 0
    capsys.readouterr()
    assert main(["compare", str(before), str(run)]) == 0
    rows = {line[:20].strip(): line.split()[-2:] for line in capsys.readouterr().out.splitlines()}
    assert rows["parameters"] == ["450", "450"] and rows["trained parameters"] == ["450", "402"]
    assert main(["compare", str(before), str(before)]) == 0
    assert "trained parameters" not in capsys.readouterr().out


def test_an_empty_source_is_no_source(spec: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["train", str(spec), "--from", "", "--data", "digits"])
    assert left.value.code == 2 and "argument --from: it is empty" in capsys.readouterr().err


def test_tensors_that_nothing_is_made_of_are_named(
    spec: Path, before: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    step = 'ignore("hed", "nothing")'
    spec.write_text(f'{MODEL}{DATA}finetune {{ from("{before}")  replace(head)  {step} }}\n')
    assert main(["train", str(spec), "--out", str(tmp_path / "run")]) == 1
    told = capsys.readouterr().err
    assert "ignored-nothing" in told and '"hed"' in told and "^^^" in told
