"""``diff`` with what is wrong, and with what is large."""

from __future__ import annotations

from pathlib import Path

import pytest
from counting import calls

from cnnspec.cli.main import main
from cnnspec.elaborate import elaborate, open_target


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "vgg16", "vgg19"]) == 0
    assert main(["diff", "vgg16", "vgg19", "--exit-code"]) == 1
    assert main(["diff", "vgg61", "vgg91"]) == 1
    assert capsys.readouterr().err.count("did you mean") == 2
    assert main(["diff", "vgg16", "vgg91", "--exit-code"]) == 2


def test_what_is_wrong_in_both_experiments_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    net = "model net { input 1 x 8 x 8  flatten  linear(10) }\n"
    Path("slow.cnn").write_text(net + "data digits\noptimizer sgd(lr = -1)\n")
    Path("misspelt.cnn").write_text(net + "data digits\nshedule cosine\n")
    assert main(["diff", "slow.cnn", "misspelt.cnn"]) == 1
    said = capsys.readouterr().err
    assert "error[out-of-range]" in said and "did you mean 'schedule'" in said


def test_weights_are_no_network(capsys: pytest.CaptureFixture[str]) -> None:
    Path("w.safetensors").write_bytes(b"\x08\0\0\0\0\0\0\0{}      ")
    for command in ("diff", "compare"):
        assert main([command, "w.safetensors", "vgg16"]) == 1
        said = capsys.readouterr().err
        assert "error[weights-alone]" in said and "'cnnspec weights w.safetensors --for SPEC'" in said


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (["vgg19", "--columns", "parms"], "did you mean 'params'?"),
        (["vgg19", "--columns", ","], "it names no column"),
        (["vgg19", "--level", "blok"], "invalid choice: 'blok'"),
        ([], "the following arguments are required: B"),
        (["vgg19", "vgg13"], "unrecognized arguments: vgg13"),
    ],
)
def test_a_wrong_command_line(wrong: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["diff", "vgg16", *wrong])
    assert end.value.code == 2 and said in capsys.readouterr().err


def test_work_grows_with_the_layers() -> None:
    """Of a network without blocks, where all layers are parts of one."""

    def compared(number: int) -> int:
        for name, widths in (("flat.cnn", (8, 8)), ("other.cnn", (8, 12))):
            layers = "".join(f"  conv({widths[i % 3 == 0]}, 3, padding = 1)  relu\n" for i in range(number))
            Path(name).write_text(f"model flat {{\n  input 8 x 8 x 8\n{layers}}}\n")
        return calls(lambda: main(["diff", "flat.cnn", "other.cnn"]))

    compared(10)  # the first imports
    assert compared(800) < 4.4 * compared(200)


def test_large_networks_are_quick() -> None:
    """No more work than a few times that of building both."""
    specs = "nasnet_a_mobile", "nasnet_a_large"
    compare, build = (lambda: main(["diff", *specs])), (lambda: [elaborate(open_target(s)) for s in specs])
    compare(), build()  # the first time imports
    assert calls(compare) < 12 * calls(build)
