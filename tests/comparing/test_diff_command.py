"""``diff`` as a person uses it: golden texts at 100 columns, specs that differ a little, what of a checkpoint fits."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path

import pytest
from diffing import NEW, OLD, printed, written

from cnnspec.analyses.alignment import align
from cnnspec.cli.main import main
from cnnspec.elaborate import elaborate, open_target
from cnnspec.train.resolve import resolved_files
from cnnspec.train.run import RunInfo
from cnnspec.train.sections import bind_experiment
from cnnspec.train.weights import pair
from cnnspec.train.weights.files import open_file
from cnnspec.train.weights.transfer import transfer

GOLDENS = Path(__file__).parent / "goldens"
CASES = [
    ("resnet50", "resnext50_32x4d"),
    ("resnet50", "resnext50_32x4d", "--level", "layer"),
    ("resnet18", "resnet34"),
    ("vgg16", "vgg16_bn"),
    ("lenet5", "alexnet"),
    ("densenet121", "densenet169"),
    ("nasnet_a_mobile", "nasnet_a_large"),
    ("vgg16", "vgg16(classes = 10)"),
    ("old.cnn", "new.cnn"),
]

pytestmark = pytest.mark.usefixtures("two_specs")


@pytest.mark.parametrize("case", CASES, ids=" ".join)
def test_goldens(case: tuple[str, ...], regenerate: bool, capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, *case)
    assert max(map(len, text.splitlines())) <= 100
    golden = GOLDENS / f"{re.sub(r'[^a-z0-9_.]+', '-', ' '.join(case)).strip('-')}.txt"
    if regenerate:
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


def test_colours_on_a_terminal_only(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = printed(capsys, "resnet18", "resnet34")
    assert "\x1b" not in plain
    monkeypatch.setattr("cnnspec.cli.diff.use_color", lambda stream: True)
    coloured = printed(capsys, "resnet18", "resnet34")
    assert "\x1b[32m  + residual3" in coloured
    assert coloured.replace("\x1b[0m", "").count("\x1b") == coloured.count("\x1b[0m")


def test_the_same_network(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, "vgg16", "vgg16", "--exit-code")
    assert text.startswith("vgg16: the same network.\n") and "all 32 tensors fit" in text and "≠" not in text


def test_only_names_differ(capsys: pytest.CaptureFixture[str]) -> None:
    new = written("named.cnn", OLD.replace("stage1:", "body:").replace("head:", "fc:"))
    text = printed(capsys, "old.cnn", new, "--exit-code")
    assert "the same network; 10 layers under other names: stage1 → body, head → fc." in text
    assert "10 of 27 tensors fit by name and shape" in text
    assert "17 would fit if renamed: stage1 → body, head → fc" in text


def test_only_what_layers_start_with_differs(capsys: pytest.CaptureFixture[str]) -> None:
    new = written("init.cnn", OLD.replace("(bias = false)", "(bias = false, init = xavier_normal)"))
    text = printed(capsys, "old.cnn", new)
    assert "Layers: 14 the same, 5 the same but for how they start." in text
    assert "≠ conv1…3 ×3            init kaiming_uniform → xavier_normal" in text
    assert "all 27 tensors fit" in text


def test_what_is_asserted_otherwise(capsys: pytest.CaptureFixture[str]) -> None:
    """Told, and no difference of the networks."""
    one = written("one.cnn", "use lenet5\nassert params <= 1M\nassert depth == 5\n")
    other = written("other.cnn", "use lenet5\nassert depth  ==  5\nassert params <= 2M\n")
    text = printed(capsys, one, other, "--exit-code")
    assert text.endswith("\n\nAsserted: − params <= 1M; + params <= 2M\n")
    told = json.loads(printed(capsys, one, other, "--json"))["assertions"]
    assert told == {"removed": ["params <= 1M"], "added": ["params <= 2M"]}
    assert "Asserted" not in printed(capsys, one, one)


def test_assertions_that_mean_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    one = written(
        "one.cnn", "use lenet5\nassert params < 3k\nassert memory(batch = 2) <= 8GB\nassert parms > 3\n"
    )
    other = written(
        "other.cnn", "use lenet5\nassert memory(2) <= 8000MB\nassert params <   3000\nassert pars > 3\n"
    )
    assert "Asserted: − parms > 3; + pars > 3\n" in printed(capsys, one, other)


def test_what_is_frozen(capsys: pytest.CaptureFixture[str]) -> None:
    text = 'use lenet5\nfinetune { from("x.pth") freeze(c1) }\n'
    one, other = written("one.cnn", text), written("other.cnn", text.replace("c1", "c1, c3"))
    found = printed(capsys, one, other)
    assert "1 the same but for whether they are trained." in found and "trained → frozen" in found


def test_small_numbers_and_paths(capsys: pytest.CaptureFixture[str]) -> None:
    bn = "model m { input 3 x 8 x 8 bn(eps = 1e-5) }"
    one, other = written("one.cnn", bn), written("other.cnn", bn.replace("1e-5", "2e-6"))
    assert "eps 1e-5 → 2e-6" in printed(capsys, one, other)
    assert main(["diff", "../runs/nope", "vgg16"]) == 1
    assert "there is no file '../runs/nope'" in capsys.readouterr().err


def test_only_the_experiment_differs(capsys: pytest.CaptureFixture[str]) -> None:
    changed = OLD.replace("sgd(lr = 0.1)", "adam(0.01)").replace("64", "32").replace("flip", "flip(p = 0.3)")
    text = printed(capsys, "old.cnn", written("adam.cnn", changed), "--exit-code", code=1)
    assert "the same network" in text
    assert text.endswith(
        "Experiment:\n  augment flip → flip(p = 0.3)\n  optimizer sgd(lr = 0.1) → adam(0.01)\n"
        "  train batch = 64 → batch = 32\n"
    )
    plain = written("plain.cnn", OLD.partition("data")[0])
    assert "Experiment, only in old.cnn:\n  data shapes\n  augment flip, rotate(10)\n" in printed(
        capsys, plain, "old.cnn"
    )


def test_what_is_left_out_is_filled_in(capsys: pytest.CaptureFixture[str]) -> None:
    same = OLD.replace("cosine", "cosine(warmup = 0)").replace("sgd(lr = 0.1)", "sgd(0.1, momentum = 0.0)")
    assert "Experiment" not in printed(capsys, "old.cnn", written("same.cnn", same), "--exit-code")


def test_arguments_of_blocks_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    """Also those that one of the calls leaves out, and those that only one of the blocks has."""
    text = "block b(width, kernel = 3) { conv(width, kernel) relu }\nmodel m { input 3 x 8 x 8 b(4) }"
    one, other = written("one.cnn", text), written("other.cnn", text.replace("b(4)", "b(8, 1)"))
    assert "≠ b1               width 4 → 8," in printed(capsys, one, other, "--columns", "params")
    assert "width 4 → 8, kernel 3 → 1  " in printed(capsys, one, other, "--columns", "params")
    more = text.replace("(width, kernel = 3)", "(width, kernel = 3, act = 2)").replace(
        "b(4)", "b(8, act = 1)"
    )
    assert "width 4 → 8, + act 1  " in printed(capsys, one, written("more.cnn", more), "--columns", "params")


def test_weights_by_the_rules_of_loading(tmp_path: Path) -> None:
    """What is told beforehand is what comes of a file with these tensors."""
    import numpy as np
    from safetensors.numpy import save_file

    for first, second in (("resnet18", "resnet34"), ("old.cnn", "new.cnn"), ("vgg11_bn", "vgg11")):
        one, module = elaborate(open_target(first)), open_target(second)
        other, path = elaborate(module), tmp_path / "weights.safetensors"
        save_file({n: np.zeros(spec.shape, np.float32) for n, spec in one.named_parameters()}, path)
        told, found = transfer(align(one, other), module), pair(other, module, open_file(path))
        assert {p.ours for p in told.fits} == {p.ours for p in found.pairs}
        renamed = {p.ours for p in told.renamed}
        assert {m.ours for m in found.misfits} == {m.ours for m in told.misfits} | (
            renamed & {m.ours for m in found.misfits}
        )
        assert set(told.missing) == set(found.missing) - renamed


def test_layers_that_fit_by_accident(capsys: pytest.CaptureFixture[str]) -> None:
    """A layer in front shifts the numbers of those after it."""
    text = (
        "model m { input 4 x 8 x 8  conv(4, 3, padding = 1) relu  conv(4, 3, padding = 1) tanh  conv(4, 1) }"
    )
    one = written("one.cnn", text)
    other = written("other.cnn", text.replace("8  conv", "8  conv(4, 3, padding = 1) tanh  conv", 1))
    said = "3 of these by accident, as they are of layers called otherwise now: conv2 → conv3, conv3.bias → conv4.bias"
    text = printed(capsys, one, other)
    assert said in " ".join(text.split()) and "only in one.cnn" not in text


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(printed(capsys, "resnet18", "resnet34", "--json"))
    assert found["same"] is False and found["second"]["depth"] == 34
    stage = next(part for part in found["parts"] if part["second"]["path"] == "stage1")
    assert [part["state"] for part in stage["parts"]] == ["same", "same", "added"]
    assert found["weights"]["tensors"] == len(found["weights"]["fits"]) == 102
    assert found["sections"] == []


def test_figures_are_those_of_summary(capsys: pytest.CaptureFixture[str]) -> None:
    first, second = "densenet121", "nasnet_a_mobile"
    found = json.loads(printed(capsys, first, second, "--json"))
    for side, name in (("first", first), ("second", second)):
        assert main(["summary", name, "--json"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert found[side]["memory"] == told["memory"]
        parts = [part[side] for part in found["parts"] if part[side]]
        sums = {key: sum(part[key] for part in parts) for key in ("params", "macs", "memory", "layers")}
        assert sums == {
            "params": told["params"]["total"],
            "macs": told["macs"],
            "memory": told["memory"]["activations_training"],
            "layers": len(told["layers"]),
        }


def test_two_files_of_one_name(capsys: pytest.CaptureFixture[str]) -> None:
    for folder, text in (("a", OLD), ("b", NEW)):
        Path(folder).mkdir()
        written(f"{folder}/net.cnn", text)
    assert "Weights of a/net.cnn in b/net.cnn" in printed(capsys, "a/net.cnn", "b/net.cnn")


def test_a_run_is_the_spec_that_it_was_trained_by(capsys: pytest.CaptureFixture[str]) -> None:
    spec = Path(__file__).parents[2] / "examples" / "digits.cnn"
    module = open_target(str(spec))
    experiment = bind_experiment(module, elaborate(module))
    for name, text in resolved_files(module, experiment).items():
        Path("run/spec").mkdir(parents=True, exist_ok=True)
        written(f"run/spec/{name}", text)
    info = RunInfo(
        model="net", spec="spec.cnn", base=".", device="CPU", seed=0, epochs=1, batch=1, tasks=(), input_shape=(1, 8, 8),
        mean=(0.0,), std=(1.0,), parameters=1, images={}, versions={},
    )  # fmt: skip
    written("run/run.json", json.dumps(asdict(info)))
    written("run/metrics.jsonl", "")
    assert "Experiment" not in printed(capsys, str(spec), "run", "--exit-code")
    written("run/run.json", "{")
    assert main(["diff", "run", "missing.cnn"]) == 1
    assert re.findall(r"error\[([a-z-]+)\]", capsys.readouterr().err) == ["file-missing", "run-damaged"]


def with_outputs(*labels: str) -> str:
    """A network with a linear layer for each."""
    layers = " ".join(f"{label}: linear(4)" for label in labels)
    return f"model m {{ input 3 x 8 x 8 conv(4, 3) relu flatten {layers} }}"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("output a, output b", "output b, output a", "order a, b → b, a"),
        ("output a, output b", "output a, output c", "b → c"),
        ("output a, output b", "auxiliary a, output b", "a became auxiliary"),
        ("auxiliary a, output b", "output a, output b", "a is auxiliary no longer"),
        ("output a, output b", "output a", "− b"),
        ("output a", "output a, output b", "+ b"),
    ],
)
def test_outputs(before: str, after: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Their names and order are what losses and programs go by: not the same network."""
    one, other = (
        written(f"{n}.cnn", with_outputs(*labels.split(", "))) for n, labels in enumerate((before, after))
    )
    assert f"\nOutputs: {said}.\n" in printed(capsys, one, other, "--exit-code", code=1)
    assert json.loads(printed(capsys, one, other, "--json"))["outputs"]
