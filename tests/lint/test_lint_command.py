"""The command, what ``check`` says of lints, and the section ``allow`` on both surfaces."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cnnspec.cli.main import main
from cnnspec.elaborate import Loader, elaborate
from cnnspec.train.resolve import resolved_files
from cnnspec.train.sections import bind_experiment

LOSING = """model net {
  input 3 x 7 x 7
  stem: { conv(8, 3, padding = 1)  relu  maxpool(2) }
  flatten
  linear(10)
}
"""
ALLOWED = "\nallow { pixels_lost(stem) }  # as in the paper\n"


@pytest.fixture
def net(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("net.cnn").write_text(LOSING)
    return Path("net.cnn")


def test_lint_and_check(net: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", "net.cnn"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("net.cnn: 1 lint\n\nwarning[pixels-lost]: 'stem.maxpool1' leaves")
    assert printed.endswith("spec\nor only there:  allow { pixels_lost(stem.maxpool1) }\n\n")
    assert main(["lint", "--strict", "net.cnn", "lenet5"]) == 1
    assert main(["check", "net.cnn", "lenet5"]) == 0
    printed = capsys.readouterr().out
    assert printed.endswith("net.cnn: fine, 1 lint (cnnspec lint net.cnn)\nlenet5: fine\n")
    net.write_text(LOSING.replace("model net", "model net(size = 8)").replace("7 x 7", "size x size"))
    assert main(["check", "net.cnn", "--set", "size=7"]) == 0
    assert "(cnnspec lint net.cnn --set size=7)" in capsys.readouterr().out
    net.write_text(LOSING + ALLOWED)
    assert main(["lint", "--strict", "net.cnn"]) == 0
    assert main(["check", "net.cnn"]) == 0
    assert capsys.readouterr().out == "net.cnn: no lints\nnet.cnn: fine\n"


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("net.yaml", ["allow: [pixels_lost]  in the spec", "allow: [pixels_lost(stem.maxpool1)]"]),
        (
            "silent.cnn",
            ["allow { narrow_field  pixels_lost }", "allow { narrow_field  pixels_lost(stem.maxpool1) }"],
        ),
        (
            "vgg11_bn(classes = 2)",
            ["use vgg11_bn(classes = 2)  allow { bias_before_norm }  as a spec of your own"],
        ),
    ],
)
def test_how_to_silence(net: Path, target: str, said: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    Path("silent.cnn").write_text(LOSING + "allow { narrow_field }\n")
    assert main(["convert", "net.cnn"]) == 0
    Path("net.yaml").write_text(capsys.readouterr().out)
    assert main(["lint", target]) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith(("to sil", "or only"))]
    assert [line.partition(":  ")[2] for line in lines] == said


@pytest.mark.parametrize("size", [[], ["--object-size", "20"], ["--object-size", "32"]])
@pytest.mark.parametrize("last", ["", "global_avgpool"])
def test_what_options_decide_stays_silenced(tmp_path: Path, size: list[str], last: str) -> None:
    """Whatever size is asked for, and where none is."""
    spec = tmp_path / "net.cnn"
    text = f"model net {{ input 3 x 64 x 64  repeat 8 {{ conv(4, 3)  relu }}  {last}  flatten  linear(2) }}"
    spec.write_text(text + "  allow { narrow_field }")
    assert main(["lint", str(spec), "--strict", *size]) == 0


def test_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", "--list"]) == 0
    lines = [line.split("  ") for line in capsys.readouterr().out.splitlines()]
    assert ("bias_before_norm", "A bias that a norm takes away again.") in [
        (each[0], each[-1].strip()) for each in lines
    ]
    with pytest.raises(SystemExit) as ended:
        main(["lint"])
    assert ended.value.code == 2


def test_list_takes_no_spec(net: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["lint", "--list", str(net)])
    assert ended.value.code == 2
    assert "takes no SPEC" in capsys.readouterr().err


def test_list_has_what_can_be_silenced(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", "--list", "--json"]) == 0
    listed = {each["name"]: each for each in json.loads(capsys.readouterr().out)}
    assert listed["pixels_lost"] == {
        "name": "pixels_lost",
        "code": "pixels-lost",
        "finds": "Pixels that strides and poolings pass over.",
    }
    assert "nothing_silenced" not in listed and len(listed) > 20


def test_list_is_folded_to_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cnnspec.cli.output.width_of", lambda stream: 80)
    assert main(["lint", "--list"]) == 0
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 80


def test_what_is_no_layer_is_named(net: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In a silence, and by --json."""
    net.write_text(
        "model net(a = 1, b = 2) { input 1 x 8 x 8  flatten  linear(10) }\nblock p { relu }\nblock q { relu }\n"
        "data digits\naugment { flip  flip }\nschedule step(9)\ntrain (epochs = 2, patience = 5)\n"
        "allow { unused_parameter(a)  unused_block(p)  undone_step(augment.flip)  late_schedule(step)  "
        "long_patience(train.patience) }\n"
    )
    assert main(["lint", "--json", "net.cnn"]) == 0
    found = {each["code"]: each["subjects"] for each in json.loads(capsys.readouterr().out)}
    assert found == {"unused-parameter": ["b", "net.b"], "unused-block": ["q"]}


def test_json(net: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("wrong.cnn").write_text("model net { input 3 x 7 x 7  covn(8, 3) }")
    assert main(["lint", "--json", "net.cnn", "wrong.cnn"]) == 1
    lost, wrong = json.loads(capsys.readouterr().out)
    assert (lost["code"], lost["severity"], lost["line"], lost["layers"]) == (
        "pixels-lost",
        "warning",
        3,
        ["stem.maxpool1"],
    )
    assert (wrong["spec"], wrong["code"], wrong["severity"]) == ("wrong.cnn", "unknown-layer", "error")


@pytest.mark.parametrize(("size", "code"), [("212", 0), ("213", 1)])
def test_object_size(size: str, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    """The last map of VGG-16 sees 212 x 212 pixels."""
    assert main(["lint", "vgg16", "--strict", "--object-size", size]) == code


def test_a_wrong_size_is_a_wrong_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["lint", "vgg16", "--object-size", "0"])
    assert ended.value.code == 2


def test_an_object_larger_than_the_image(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", "lenet5", "--object-size", "33"]) == 1
    assert "error[object-too-large]: an object of 33 pixels" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["lint", "check"])
@pytest.mark.parametrize("sections", ["", "data digits\n"])
def test_all_that_is_wrong_is_told_at_once(
    net: Path, command: str, sections: str, capsys: pytest.CaptureFixture[str]
) -> None:
    net.write_text(LOSING.replace("conv", "covn") + sections + "allow { pixel_lost }\n")
    assert main([command, "net.cnn"]) == 1
    error = capsys.readouterr().err
    assert "'conv'" in error and "'pixels_lost'" in error and error.endswith("2 errors\n")
    net.write_text("block down { maxpol(2) }\nallow { pixel_lost }\n")
    assert main([command, "net.cnn"]) == 1
    assert capsys.readouterr().err.endswith("2 errors\n")


@pytest.mark.parametrize("name", ["pixels-lost", "pixels_lost"])
def test_explain_says_how_to_silence(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", name]) == 0
    page = capsys.readouterr().out
    assert page.startswith("warning[pixels-lost]\n")
    assert all(
        part in page for part in ("'allow { pixels_lost }'", "'allow: [pixels_lost]'", "Wrong:", "Right:")
    )


def test_both_surfaces_silence(net: Path, capsys: pytest.CaptureFixture[str]) -> None:
    net.write_text(LOSING + ALLOWED)
    assert main(["fmt", "--check", "net.cnn"]) == 0
    capsys.readouterr()
    assert main(["convert", "net.cnn"]) == 0
    Path("net.yaml").write_text(capsys.readouterr().out)
    assert "allow" in Path("net.yaml").read_text()
    assert main(["lint", "--strict", "net.yaml"]) == 0
    assert main(["fmt", "--check", "net.yaml"]) == 0
    capsys.readouterr()
    assert main(["convert", "net.yaml"]) == 0
    assert ALLOWED in capsys.readouterr().out


def test_a_used_spec_silences_in_its_own_text_alone(net: Path, capsys: pytest.CaptureFixture[str]) -> None:
    net.write_text(LOSING + "\nallow { pixels_lost  bias_before_norm }\n")
    Path("tuned.cnn").write_text("use net\n")
    assert main(["lint", "--strict", "tuned.cnn"]) == 0
    Path("net.cnn").write_text("block down { maxpool(2) }\n\nallow { pixels_lost }\n")
    Path("other.cnn").write_text(
        LOSING.replace("maxpool(2)", "down  conv(8, 2, stride = 2)") + '\nuse "net.cnn"\n'
    )
    capsys.readouterr()
    assert main(["lint", "--strict", "other.cnn"]) == 1
    assert "'stem.conv2' leaves" in capsys.readouterr().out


def test_wrong_names_are_found_before_training(net: Path, capsys: pytest.CaptureFixture[str]) -> None:
    net.write_text(
        LOSING.replace("3 x 7 x 7", "1 x 8 x 8") + "\ndata digits\nallow { pixel_lost }\nlos mse\n"
    )
    for command in ("check", "lint", "train"):
        assert main([command, "net.cnn"]) == 1
        error = capsys.readouterr().err
        assert "did you mean 'pixels_lost'?" in error and "error[unknown-section]" in error


def test_a_run_keeps_what_is_silenced(net: Path) -> None:
    net.write_text(LOSING.replace("3 x 7 x 7", "1 x 7 x 7") + "\nallow { pixels_lost }\n")
    module = Loader().load(net)
    files = resolved_files(module, bind_experiment(module, elaborate(module)))
    assert "allow { pixels_lost }" in files["spec.cnn"]
