"""The commands as a person or a program uses them: what they print, write and exit with."""

import json
import shutil
from pathlib import Path

import pytest

from cnnspec.cli.main import COMMANDS, build_parser, main

NET = "# A net\nmodel net(classes = 10) {\n  input 1 x 8 x 8 # digits\n  flatten   linear( classes )\n}\ndata digits\n"


@pytest.fixture
def net(tmp_path: Path) -> Path:
    path = tmp_path / "net.cnn"
    path.write_text(NET)
    return path


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from cnnspec.backends import toolchain

    if toolchain.find_compiler() is None:
        pytest.skip("no C compiler")
    folder = tmp_path_factory.mktemp("cli")
    (folder / "net.cnn").write_text(NET)
    assert main(["train", str(folder / "net.cnn"), "--epochs", "2", "--out", str(folder / "run")]) == 0
    return folder / "run"


@pytest.mark.parametrize("command", COMMANDS)
def test_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main([command, "--help"])
    assert end.value.code == 0
    assert "usage: cnnspec" in capsys.readouterr().out


@pytest.mark.parametrize("command", COMMANDS)
def test_help_is_folded(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit):
        main([command, "--help"])
    long = [line for line in capsys.readouterr().out.splitlines() if len(line) > 80]
    # Examples are there to be copied, and lists of choices cannot be folded.
    assert [line for line in long if not line.startswith(("cnnspec ", "  "))] == []


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["fits", "lenet5", "--memry", "8GB"], "unrecognized arguments: --memry 8GB; did you mean --memory?"),
        (["fits", "lenet5", "--memry=8GB"], "did you mean --memory?"),
        (["cost", "lenet5", "vgg16"], "unrecognized arguments: vgg16\n"),
        (["cost", "lenet5", "--xyzzy"], "unrecognized arguments: --xyzzy\n"),
    ],
)
def test_an_unknown_option_is_told_by_its_command(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    err = capsys.readouterr().err
    assert end.value.code == 2
    assert said in err and err.startswith(f"usage: cnnspec {arguments[0]} ")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["chek"],
        ["check"],
        ["summary"],
        ["draw", "lenet5"],
        ["draw", "lenet5", "-o", "a.gif"],
        ["summary", "lenet5", "--depth", "0"],
        ["check", "lenet5", "--set", "classes"],
        ["train", "lenet5", "--nope"],
    ],
)
def test_a_wrong_command_line_exits_with_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2


def test_the_parser_knows_every_command() -> None:
    for command in COMMANDS:
        build_parser(command)


def test_check(net: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(net), "vgg16"]) == 0
    assert main(["check", str(net), "--set", "classes=5", "--json"]) == 1
    found = json.loads(capsys.readouterr().out.partition("\n[")[2].join(["[", ""]) or "[]")
    assert [d["code"] for d in found] == ["too-few-outputs"]
    assert found[0]["file"] == str(net) and found[0]["line"] == 4


def test_check_prints_all_errors_of_all_specs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a.cnn", "b.cnn"):
        (tmp_path / name).write_text("model m { input 3 x 8 x 8  rleu  maxpol(2) }")
    assert main(["check", str(tmp_path / "a.cnn"), str(tmp_path / "b.cnn")]) == 1
    assert "4 errors" in capsys.readouterr().err


def test_fmt_keeps_comments_and_is_stable(net: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fmt", "--check", str(net)]) == 1
    assert net.read_text() == NET
    assert main(["fmt", str(net)]) == 0
    text = net.read_text()
    assert "# A net" in text and "# digits" in text and "linear(classes)" in text
    assert main(["fmt", "--check", str(net)]) == 0


def test_fmt_leaves_a_broken_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "broken.cnn"
    path.write_text("model m { input 3 x 8 x 8  relu")
    assert main(["fmt", str(path)]) == 1
    assert path.read_text() == "model m { input 3 x 8 x 8  relu"


def test_convert_there_and_back(net: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    yaml, back = tmp_path / "net.yaml", tmp_path / "back.cnn"
    assert main(["convert", str(net), "-o", str(yaml)]) == 0
    assert main(["convert", str(yaml), "-o", str(back)]) == 0
    assert "# A net" in yaml.read_text() and "# digits" in back.read_text()
    trees = []
    for path in (net, back):
        capsys.readouterr()
        assert main(["check", "--emit", "tree", str(path)]) == 0
        trees.append(capsys.readouterr().out)
    assert trees[0] == trees[1]


def test_summary_folds(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["summary", "vgg16(classes = 2)", "--depth", "1"]) == 0
    printed = capsys.readouterr().out
    assert "vgg_block(3, 512)" in printed and "stage1" in printed and "134,268,738" in printed
    assert "  conv1" not in printed


@pytest.mark.parametrize("suffix", ["dot", "svg", "png"])
def test_draw(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"net.{suffix}"
    assert main(["draw", "lenet5", "-o", str(path)]) == 0
    start = {"dot": b"digraph", "svg": b"<?xml", "png": b"\x89PNG"}[suffix]
    assert start in path.read_bytes()[:200]


def test_draw_into_a_folder_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["draw", "lenet5", "-o", str(tmp_path / "no" / "net.svg")]) == 1
    assert "error[cannot-write]" in capsys.readouterr().err


def test_zoo(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["zoo"]) == 0
    assert "vgg16_bn" in capsys.readouterr().out
    assert main(["zoo", "--show", "lenet5"]) == 0
    assert "model lenet5(classes = 10)" in capsys.readouterr().out
    assert main(["zoo", "--show", "lenet6"]) == 1
    assert "did you mean 'lenet5'?" in capsys.readouterr().err


def test_explain(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "shape-mismatch"]) == 0
    assert "Wrong:" in capsys.readouterr().out
    assert main(["explain", "shape-mismach"]) == 1
    assert "did you mean the code 'shape-mismatch'?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("override", "code"),
    [
        ("clases=3", "bad-override"),
        ("optimizer.lrr=3", "unknown-argument"),
        ("optimizer.lr=fast", "unknown-name"),
        ("optimizer.lr=-1", "out-of-range"),
        ("data=folder(photos)", "unknown-name"),
        ("seed=1", "bad-override"),
        ("optimizer=sdg", "unknown-entry"),
        ("train.epochs=1.5", "wrong-type"),
        ("train.epochs=(", "unclosed-bracket"),
        ("classes=[1]", "wrong-type"),
        ("train=3", "bad-override"),
    ],
)
def test_set(override: str, code: str, net: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(net), "--set", override]) == 1
    assert f"error[{code}]" in capsys.readouterr().err


def test_a_run_is_whole(run: Path) -> None:
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    keys = {"epoch", "step", "train_loss", "val_loss", "val_accuracy", "images_per_second", "seconds"}
    assert len(lines) == 2 and all(keys <= set(line) for line in lines)
    for name in ("last.safetensors", "best.safetensors", "curves.png", "confusion_matrix.png", "report.md"):
        assert (run / name).stat().st_size > 0
    assert main(["check", str(run / "spec" / "spec.cnn")]) == 0


def test_evaluate(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", str(run), "--json"]) == 0
    measured = json.loads(capsys.readouterr().out)
    assert measured["images"] == 359 and 0 <= measured["accuracy"] <= 1
    assert main(["evaluate", str(run), "--split", "validation"]) == 0
    assert "accuracy" in capsys.readouterr().out


def test_predict_goes_on_after_a_broken_image(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from PIL import Image

    good, broken, large = tmp_path / "good.png", tmp_path / "broken.png", tmp_path / "large.png"
    Image.new("L", (8, 8), 128).save(good)
    Image.new("L", (30, 20), 128).save(large)
    broken.write_bytes(good.read_bytes()[:40])
    assert main(["predict", str(run), str(good)]) == 0
    assert main(["predict", str(run), str(large), "--fit", "resize", "--top", "2"]) == 0
    capsys.readouterr()
    assert (
        main(["predict", str(run), "--json", str(broken), str(good), str(large), str(tmp_path / "no.png")])
        == 1
    )
    printed = capsys.readouterr()
    assert [p["file"] for p in json.loads(printed.out)] == [str(good)]
    assert "broken.png" in printed.err and "no.png" in printed.err and "3 errors" in printed.err


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (lambda r: (r / "best.safetensors").unlink(), "run-damaged"),
        (lambda r: (r / "best.safetensors").write_bytes(b"1234"), "run-damaged"),
        (lambda r: (r / "run.json").write_text("{"), "run-damaged"),
        (lambda r: (r / "run.json").unlink(), "not-a-run"),
        (lambda r: shutil.rmtree(r / "spec"), "run-damaged"),
        (
            lambda r: (r / "spec" / "spec.cnn").write_text(NET.replace("flatten", "flatten linear(3)")),
            "weights-do-not-fit",
        ),
    ],
)
def test_a_damaged_run(
    damage, code: str, run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:  # type: ignore[no-untyped-def]
    copy = tmp_path / "run"
    shutil.copytree(run, copy)
    damage(copy)
    assert main(["evaluate", str(copy)]) == 1
    assert f"error[{code}]" in capsys.readouterr().err


def test_train_refuses(net: Path, run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", str(net), "--out", str(run)]) == 1
    assert "error[run-exists]" in capsys.readouterr().err
    assert main(["train", str(net), "--device", "GPUU", "--out", str(net.parent / "new")]) == 1
    assert "error[unknown-device]" in capsys.readouterr().err
    assert main(["train", "vgg16", "--out", str(net.parent / "new")]) == 1
    assert "error[no-data]" in capsys.readouterr().err
    assert not (net.parent / "new").exists()


def test_check_shows_the_lowering(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "resnet20", "--emit", "lowered"]) == 0
    out = capsys.readouterr().out
    assert "fold_norm        on " in out and "channels_last    off" in out
    training, inference = out.split("training\n")[1].split("inference\n")
    assert "norm           stem.bn1: bn" in training
    assert "convolution    stem.conv1: conv 3x3, 16\n    with it      stem.bn1: bn" in inference


def test_a_pass_that_does_not_exist(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["train", "lenet5", "--without", "nrom"])
    assert stopped.value.code == 2
    assert "did you mean 'norm'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["lenet5(classes=0)"], "note: classes = 0, given here (<command line>:1:16)"),
        (["lenet5", "--set", "classes=0"], "note: classes = 0, given here (--set:1:9)"),
        (["resnet50(classes = 0)"], "note: classes = 0, given here (<command line>:1:20)"),
        (["lenet5(classes=0)", "--set", "classes=-1"], "note: classes = -1, given here (--set:1:9)"),
    ],
)
def test_what_was_given_with_the_command_is_said(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["summary", *arguments]) == 1
    text = capsys.readouterr().err
    assert said in text and text.count("given here") == 1


def test_what_was_given_and_is_not_at_fault_is_not_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (file := tmp_path / "m.cnn").write_text(
        "model m(classes = 2) { input 1 x 9 x 9  conv(2, 99)  flatten  linear(classes) }", encoding="utf-8"
    )
    assert main(["check", str(file), "--set", "classes=3"]) == 1
    assert "given here" not in capsys.readouterr().err


@pytest.mark.parametrize(
    "spec", ["model m { input 1 x 9 x 9  Übung: relu }", "model m { input 1 x 9 x 9  b(é) }"]
)
def test_letters_of_names(spec: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (file := tmp_path / "m.cnn").write_text(spec, encoding="utf-8")
    assert main(["check", str(file)]) == 1
    assert "names are of the letters a to z" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["fitz", "vgg16"], "invalid choice: 'fitz'; did you mean 'fits'?"),
        (["diff", "vgg16", "vgg19", "--level", "blok"], "invalid choice: 'blok'; did you mean 'block'?"),
        (["diff", "vgg16", "vgg19", "--level", "xyz"], "choose from"),
    ],
)
def test_the_nearest_command_or_choice(
    given: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main(given)
    assert end.value.code == 2 and said in capsys.readouterr().err
