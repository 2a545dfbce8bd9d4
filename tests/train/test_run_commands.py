"""What is asked of trained runs at the command line: evaluate, predict, report, compare; and measures of anything."""

from __future__ import annotations

import csv
import json
import re
import shutil
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path

import numpy as np
import pytest

from cnnspec.cli.main import main

HOSTILE = '<script>alert("1")</script> & $x_{ "q'
"""A class and a file may be called so, but for the slash that no file name holds."""


def folder_name(text: str) -> str:
    return text.replace("/", "\\")


def pictures(folder: Path, names: list[str], count: int) -> None:
    """A folder of pictures a class, which differ by a bright column; of different sizes."""
    from PIL import Image

    random = np.random.RandomState(0)
    for place, name in enumerate(names):
        (folder / name).mkdir(parents=True)
        for number in range(count):
            pixels = random.randint(0, 90, (10 + number % 3, 12, 3)).astype(np.uint8)
            pixels[:, 1 + 4 * place : 3 + 4 * place] += 150
            Image.fromarray(pixels).save(folder / name / f"{folder_name(HOSTILE)} {number}.png")


NET = """model net(classes = 3) {
  input 3 x 10 x 12
  conv(8, 3, padding = 1)  bn  relu  maxpool(2)
  conv(8, 3, padding = 1)  relu
  flatten  linear(classes)
}
data folder("photos", fit = resize)
optimizer adam(lr = 5e-3)
train (epochs = 6, batch = 16)
metrics { accuracy  f1(average = macro)  confusion_matrix(rows = actual) }
"""
CLASSES = [folder_name(HOSTILE), "=cmd|' C", "猫 שלום"]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, cpu: str) -> Path:
    base = tmp_path_factory.mktemp("reports")
    pictures(base / "photos", CLASSES, 30)
    (base / "net.cnn").write_text(NET)
    assert main(["train", str(base / "net.cnn"), "--out", str(base / "run"), "--device", cpu]) == 0
    return base / "run"


class Tags(HTMLParser):
    """Every tag with its attributes, and the text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_report_is_one_page_in_which_names_stay_text(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", str(run)]) == 0
    page = run / "report" / "report.html"
    assert capsys.readouterr().out.strip() == f"wrote {page}"
    found = Tags()
    found.feed(page.read_text(encoding="utf-8"))
    names = {tag for tag, _ in found.tags}
    assert "script" not in names and not names & {"link", "iframe", "object", "form", "a"}
    assert {key for _, attributes in found.tags for key in attributes if key.startswith("on")} == set()
    sources = [attributes["src"] for tag, attributes in found.tags if tag == "img"]
    assert len(sources) > 10 and all((src or "").startswith("data:image/") for src in sources)
    policy = next(a["content"] for t, a in found.tags if t == "meta" and a.get("http-equiv"))
    assert policy is not None and "default-src 'none'" in policy
    assert all(name in found.text for name in CLASSES) and "default-src" not in found.text
    for word in ("best epoch", "seed", "tinygrad", "model net", "precision", "The least sure"):
        assert word in found.text


def test_figures_lie_beside_the_page(run: Path) -> None:
    assert main(["report", str(run), "--rows", "predicted", "--layers", "conv1,relu2"]) == 0
    names = {path.name for path in (run / "report").iterdir()}
    assert {"report.html", "curves.png", "confusion_matrix.png", "roc.png", "precision_recall.png"} < names
    assert {"calibration.png", "filters.png", "feature_maps.png", "occlusion.png", "network.svg"} < names
    assert all((run / "report" / n).read_bytes()[:4] == b"\x89PNG" for n in names if n.endswith(".png"))


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--layers", "conv9"], "'conv9' is no layer"),
        (["--layers", "linear1"], "gives no map of several pixels"),
        (["--image", "nowhere.png"], "does not exist"),
        (["--data", "nowhere"], "does not exist"),
        (["--split", "validation", "--data", "shapes(images = 60)"], "but the network's input is"),
        (["--data", "shapes(images = 60, fit = resize)"], "run was trained on"),
    ],
)
def test_wrong_requests_write_no_report(
    arguments: list[str], expected: str, run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", str(run), *arguments, "-o", str(tmp_path / "out")]) == 1
    assert expected in capsys.readouterr().err and not (tmp_path / "out").exists()


def test_evaluation_of_other_images_goes_by_the_classes_names(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pictures(tmp_path / "some", CLASSES, 6)
    shutil.rmtree(tmp_path / "some" / CLASSES[0])
    assert main(["evaluate", str(run), "--data", str(tmp_path / "some"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["images"] == 12 and found["accuracy"] > 0.9
    assert {row["name"]: row["images"] for row in found["classes"]} == dict(
        zip(CLASSES, (0, 6, 6), strict=True)
    )
    (tmp_path / "some" / CLASSES[1]).rename(tmp_path / "some" / "tiger")
    assert main(["evaluate", str(run), "--data", str(tmp_path / "some")]) == 1
    assert "the data has the classes tiger" in capsys.readouterr().err


def test_images_of_one_class_can_be_measured(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pictures(tmp_path / "one", CLASSES, 5)
    for name in CLASSES[1:]:
        shutil.rmtree(tmp_path / "one" / name)
    assert main(["evaluate", str(run), "--data", str(tmp_path / "one"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["images"] == 5 and found["roc_auc"] is None and found["notes"] == []


def test_a_report_overwrites_reports_only(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(["report", str(run), "-o", str(out), "--checkpoint", "last"]) == 0
    page = (out / "report.html").read_text(encoding="utf-8")
    (out / "report.html").write_text(page.replace('content="network.svg', 'content="old.png network.svg'))
    for name in ("old.png", "mine.png"):
        (out / name).write_bytes(b"x")
    assert main(["report", str(run), "-o", str(out)]) == 0
    assert not (out / "old.png").exists() and (out / "mine.png").exists()
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "curves.png").write_bytes(b"x")
    assert main(["report", str(run), "-o", str(tmp_path / "photos")]) == 1
    assert "holds other things than a report" in capsys.readouterr().err
    assert (tmp_path / "photos" / "curves.png").read_bytes() == b"x"


def test_measures_are_scikit_learns_on_what_predict_says(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from sklearn.metrics import accuracy_score, confusion_matrix, f1_score

    pictures(tmp_path / "all", CLASSES, 9)
    assert main(["predict", str(run), str(tmp_path / "all"), "--csv", "--top", "3"]) == 0
    rows = list(csv.DictReader(StringIO(capsys.readouterr().out)))
    assert len(rows) == 27 and list(rows[0])[:3] == ["file", "class_1", "probability_1"]
    truth, said = [Path(row["file"]).parent.name for row in rows], [row["class_1"] for row in rows]
    assert sum(float(rows[0][f"probability_{rank}"]) for rank in (1, 2, 3)) == pytest.approx(1, abs=1e-5)
    assert main(["evaluate", str(run), "--data", str(tmp_path / "all"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["accuracy"] == pytest.approx(accuracy_score(truth, said))
    assert found["f1_macro"] == pytest.approx(f1_score(truth, said, average="macro"))
    names = [row["name"] for row in found["classes"]]
    assert found["confusion_matrix"] == confusion_matrix(truth, said, labels=names).T.tolist()


def test_rows_of_the_matrix_are_as_the_spec_says(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", str(run)]) == 0
    assert "each row is an actual class, each column a predicted one" in capsys.readouterr().out
    assert main(["evaluate", str(run), "--rows", "predicted"]) == 0
    assert "each row is a predicted class, each column an actual one" in capsys.readouterr().out
    assert (run / "confusion_matrix.csv").read_text().startswith("actual \\ predicted,")


def test_runs_are_compared(run: Path, tmp_path: Path, cpu: str, capsys: pytest.CaptureFixture[str]) -> None:
    other = tmp_path / "other"
    spec, change = str(run.parent / "net.cnn"), ["--set", "optimizer.lr=1e-5", "--epochs", "2"]
    assert main(["train", spec, *change, "--out", str(other), "--device", cpu]) == 0
    capsys.readouterr()
    assert main(["compare", str(run), str(other), "-o", str(tmp_path / "curves.png")]) == 0
    out = capsys.readouterr().out
    assert re.search(r"optimizer.lr +0.005 +1e-05", out) and re.search(r"train.epochs +6 +2", out)
    assert re.search(r"test accuracy +[\d.]+ \*", out) and "data.path" not in out
    assert (tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG")
    assert main(["compare", str(run), str(other), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [each["settings"]["optimizer.lr"] for each in found] == ["0.005", "1e-05"]
    assert main(["compare", str(run), "vgg16"]) == 1
    assert "is a run, and 'vgg16' is not" in capsys.readouterr().err
    assert main(["compare", "vgg11", "vgg16", "-o", str(tmp_path / "x.png")]) == 1
    assert "no curves" in capsys.readouterr().err


def test_event_files(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("tensorboardX")
    assert main(["report", str(run), "--tensorboard", "-o", str(tmp_path / "out")]) == 0
    (events,) = (tmp_path / "out" / "tensorboard").iterdir()
    assert b"accuracy/validation" in events.read_bytes() and b"loss/train" in events.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--confusion", "90,60,10"], "3 counts are not a matrix"),
        (["--confusion", "90,60,-10,940"], "'-10' is not a whole number"),
        (["--confusion", "0,0,0,0"], "there are no images"),
        (["--confusion", "1,2,3,4", "--names", "a"], "takes 2 different names"),
        (["--confusion", "1,2,3,4", "--names", "a,b", "--positive", "c"], "no such class"),
        ([], "there is nothing to measure"),
        (["nowhere.csv"], "nowhere.csv"),
    ],
)
def test_measures_of_nothing_sensible(
    arguments: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["measures", *arguments]) == 1
    assert expected in capsys.readouterr().err


def test_measures_of_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "said.csv"
    lines = ["cat,cat"] * 90 + ["other,cat"] * 60 + ["cat,other"] * 10 + ["other,other"] * 940
    table.write_text("truth,answer\n" + "\n".join(lines) + "\n")
    assert main(["measures", str(table), "--positive", "cat", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["counts"] == {"tp": 90, "fp": 60, "fn": 10, "tn": 940}
    assert (found["accuracy"], found["f1"]) == pytest.approx((1030 / 1100, 0.72))
    table.write_text("a,b\n1,2\n")
    assert main(["measures", str(table)]) == 1
    assert "has no column of predicted classes" in capsys.readouterr().err
