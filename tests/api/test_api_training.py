"""Training on arrays, callbacks, and the runs that come of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from api_blobs import TEXT, blobs

import cnnspec
from cnnspec.cli.main import main


def network() -> cnnspec.Network:
    return cnnspec.loads(TEXT)


def test_a_run_on_arrays(run: cnnspec.Run) -> None:
    assert run.status == "finished"
    assert [record["epoch"] for record in run.history] == [1, 2, 3]
    assert run.best and run.test and run.test["images"] == 18
    assert "data memory(validation = 0.2" in (run.path / "spec" / "spec.cnn").read_text()
    assert "3 epochs" in repr(run)


def test_arrays_are_needed_again(run: cnnspec.Run) -> None:
    with pytest.raises(cnnspec.SpecError, match="arrays in the memory"):
        run.evaluate()
    same = run.evaluate(blobs(), split="test")
    assert run.test and dict(same.measures.summary()).items() >= dict(run.test).items()
    whole = run.evaluate(blobs())
    assert whole.images == 60 and whole.confusion_matrix is not None
    assert whole.confusion_matrix.sum() == 60 and len(whole.classes) == 3
    assert whole.to_dict()["images"] == 60 and "accuracy" in str(whole)
    assert "<table>" in whole._repr_html_()


def test_the_command_line_says_so_too(run: cnnspec.Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", str(run.path)]) == 1
    assert "data-in-memory" in capsys.readouterr().err


def test_predictions(run: cnnspec.Run, tmp_path: Path) -> None:
    from PIL import Image

    images, labels = blobs(6, seed=1)
    for given in (images, images[..., None], images[:, None], images / 255, images.tolist()):
        found = run.predict(given, top=2)
        assert [p.label for p in found] == [str(label) for label in labels]
        assert len(found[0].values) == 2 and found[3].name == "image 3"
    for place, image in enumerate(images):
        Image.fromarray(image).save(tmp_path / f"{place}.png")
    files = run.predict(tmp_path)
    assert [Path(p.name).name for p in files] == [f"{place}.png" for place in range(6)]
    assert [p.label for p in files] == [str(label) for label in labels]
    (tmp_path / "x.png").write_bytes(b"no image")
    with pytest.raises(cnnspec.SpecError, match=r"x\.png"):
        run.predict([tmp_path])
    assert len(run.predict([tmp_path], skip_broken=True)) == 6


def test_the_network_of_a_run(cpu: str, run: cnnspec.Run) -> None:
    assert run.network.name == "net" and run.network.outputs == {"output": (3,)}
    assert set(run.weights()) == set(run.weights("last"))
    module = run.lower(cpu)
    from tinygrad import Tensor

    images, labels = blobs(12, seed=2)
    (mean,), (std,) = run.normalization
    x = Tensor(((images[:, None] / 255 - mean) / std).astype(np.float32), device=cpu)
    assert isinstance(output := module(x), Tensor)
    assert (output.argmax(1).numpy() == labels).all()


def test_a_page_and_a_notebook(run: cnnspec.Run, tmp_path: Path) -> None:
    page = run.report(tmp_path / "report", blobs(), "test")
    assert page.name == "report.html" and "<html" in page.read_text()
    html = run._repr_html_()
    assert "best epoch: val_loss" in html and "data:image/png;base64," in html


def test_a_notebook_escapes_the_names_of_runs(run: cnnspec.Run) -> None:
    from dataclasses import replace

    info = replace(run.stored.info, model="<script>x</script>", best={"<b>": 1.0}, test=None)
    html = cnnspec.Run(replace(run.stored, info=info, records=()))._repr_html_()
    assert "<script" not in html and "<b>:" not in html


def test_a_resolved_run_can_be_opened_by_its_path(run: cnnspec.Run) -> None:
    assert cnnspec.open_run(str(run.path)).history == run.history


def test_names_as_labels_and_splits_as_given(cpu: str, tmp_path: Path) -> None:
    images, labels = blobs()
    names = np.array(["pear", "apple", "fig"])[labels]
    data = {"train": (images, list(names)), "test": (images[:9], names[:9].astype(object))}
    heard: list[Mapping[str, Any]] = []
    run = cnnspec.train(network(), data, out=tmp_path / "run", device=cpu, callbacks=heard.append, quiet=True)
    assert run.test and run.test["images"] == 9
    assert heard == list(run.history)
    assert {row.name for row in run.evaluate((images, names)).classes} == {"pear", "apple", "fig"}
    assert [p.label for p in run.predict(images[:3])] == ["pear", "apple", "fig"]
    with pytest.raises(cnnspec.SpecError, match="plum"):
        run.evaluate((images[:3], ["pear", "plum", "fig"]))


def test_classes_follow_from_the_data_unless_given(cpu: str, tmp_path: Path) -> None:
    images, labels = blobs(24)
    options: dict[str, Any] = {"device": cpu, "epochs": 1, "quiet": True}
    free = cnnspec.train(
        cnnspec.loads(TEXT, settings={"train.batch": 8}), (images, labels % 2), out=tmp_path / "a", **options
    )
    assert free.network.outputs == {"output": (2,)} and free.stored.info.batch == 8
    given = cnnspec.train(cnnspec.loads(TEXT, classes=5), (images, labels), out=tmp_path / "b", **options)
    assert given.network.outputs == {"output": (5,)}


def test_data_takes_the_place_of_the_spec_s_own(cpu: str, tmp_path: Path) -> None:
    net = cnnspec.loads(TEXT, settings={"data": "digits", "data.test": 0.3})
    run = cnnspec.train(net, blobs(), out=tmp_path / "run", device=cpu, epochs=1, quiet=True)
    assert run.test and run.test["images"] == 6
    own = cnnspec.loads("model n { input 1 x 8 x 8  flatten  linear(10) }  data digits")
    trained = cnnspec.train(own, out=tmp_path / "own", device=cpu, epochs=1, quiet=True)
    with pytest.raises(cnnspec.SpecError, match="its own, 'digits'"):
        trained.resume(blobs(), epochs=2, quiet=True)


def test_callbacks_hear_of_everything(cpu: str, tmp_path: Path) -> None:
    class Ears(cnnspec.Callback):
        def __init__(self) -> None:
            self.heard: list[str] = []

        def plan(self, plan: cnnspec.Plan) -> None:
            self.heard.append(f"plan {plan.model}")

        def epoch(self, record: Mapping[str, Any], best: bool) -> None:
            self.heard.append(f"epoch {record['epoch']}")
            if record["epoch"] == 2:
                raise cnnspec.StopTraining

        def close(self) -> None:
            self.heard.append("close")

    ears = Ears()
    run = cnnspec.train(network(), blobs(), out=tmp_path / "run", device=cpu, callbacks=[ears], quiet=True)
    assert ears.heard == ["plan net", "epoch 1", "epoch 2", "close"]
    assert run.status == "finished" and len(run.history) == 2 and run.test


def test_what_a_callback_raises_comes_out(cpu: str, tmp_path: Path) -> None:
    def wrong(record: Mapping[str, Any]) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        cnnspec.train(network(), blobs(), out=tmp_path / "run", device=cpu, callbacks=wrong, quiet=True)
    assert cnnspec.open_run(tmp_path / "run").status == "failed"


def test_lines_are_shown_unless_quiet(cpu: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for quiet in (True, False):
        out = tmp_path / str(quiet)
        cnnspec.train(network(), blobs(), out=out, device=cpu, epochs=1, quiet=quiet)
        assert ("epoch 1/1" in capsys.readouterr().out) is not quiet


def test_the_spec_s_own_data(cpu: str, tmp_path: Path) -> None:
    net = cnnspec.loads("model n { input 1 x 8 x 8  flatten  linear(10) }  data digits")
    run = cnnspec.train(net, out=tmp_path / "run", device=cpu, epochs=1, quiet=True)
    assert run.test and run.evaluate()["accuracy"] == pytest.approx(run.test["accuracy"])
    by_source = cnnspec.train(
        "lenet5",
        "shapes(size = 32, images = 60, mode = gray)",
        out=tmp_path / "b",
        device=cpu,
        epochs=1,
        quiet=True,
    )
    assert by_source.status == "finished"


X, Y = blobs(30)
WRONG: list[tuple[Any, str]] = [
    ((X, Y[:5]), "30 images in 'images', but 5 labels in 'labels'"),
    ((X, Y * 0.5), "not class numbers"),
    ((X, Y - 1), "not class numbers"),
    ((X, Y * 0), "one class"),
    ((X, ["a"] * 30), "one class, 'a'"),
    ((X, np.eye(3)[Y]), "argmax"),
    ((X * 1000.0, Y), "values go from"),
    ((X[0], Y), "not N x H x W"),
    ((X[:0], Y[:0]), "is empty"),
    (([X[0], X[1][:3]], [0, 1]), "different sizes"),
    ((np.array([{}, {}]), [0, 1]), "Python objects"),
    ({"trian": (X, Y)}, "did you mean 'train'?"),
    ({"test": (X, Y)}, "'train' is missing"),
    ({"train": (X, Y), "test": (X, Y + 1)}, "'labels' of 'test'"),
    ({"train": (X, Y.astype(str)), "test": (X[:1], ["cat"])}, "no training image is of the class 'cat'"),
    ({"train": X}, "'train' is one array"),
    (X, "it is one array, not a pair"),
    ((X, Y, X), "a sequence of 3"),
    (3, "type 'int'"),
    ("nodigits", "did you mean 'digits'?"),
    (Path("no/such/folder"), "does not exist"),
]


@pytest.mark.parametrize(("data", "said"), WRONG, ids=range(len(WRONG)))
def test_wrong_data_is_explained(cpu: str, data: Any, said: str, tmp_path: Path) -> None:
    with pytest.raises(cnnspec.SpecError) as caught:
        cnnspec.train(network(), data, out=tmp_path / "run", device=cpu, quiet=True)
    assert said in str(caught.value)
    assert not (tmp_path / "run").exists()


OTHERS: list[tuple[Callable[[cnnspec.Run], object], str]] = [
    (lambda run: run.evaluate(blobs(), split="tst"), "did you mean 'test'?"),
    (lambda run: run.evaluate(blobs(), checkpoint="bst"), "did you mean 'best'?"),  # type: ignore[arg-type]
    (lambda run: run.predict(X, fit="resise"), "did you mean 'resize'?"),
    (lambda run: run.predict(X, top=0), "at least 1"),
    (lambda run: run.predict(X[:, :4]), "4 x 6"),
    (lambda run: run.predict("none.png"), "does not exist"),
    (lambda run: run.weights("worst"), "one of best, last"),  # type: ignore[arg-type]
    (lambda run: run.report(layers=["conv9"], data=blobs()), "conv9"),
    (lambda run: cnnspec.train(network(), blobs(), epochs=0), "train.epochs=0"),
    (lambda run: cnnspec.train(network(), blobs(), device="GPU", quiet=True), "no such device"),
    (lambda run: cnnspec.train(network(), blobs(), out=run.path, device="CPU", quiet=True), "exists already"),
    (lambda run: cnnspec.train(network(), quiet=True), "no section 'data'"),
    (lambda run: cnnspec.train(network(), blobs(), settings={"data": "digits"}), "settings name other data"),
    (
        lambda run: cnnspec.train(network(), blobs(), settings={"data.valdation": 0.1}),
        "did you mean 'validation'?",
    ),
    (lambda run: cnnspec.train(network(), blobs(), devices=0), "at least 1"),
]


@pytest.mark.parametrize(("call", "said"), OTHERS, ids=range(len(OTHERS)))
def test_wrong_arguments_are_explained(
    run: cnnspec.Run, call: Callable[[cnnspec.Run], object], said: str
) -> None:
    with pytest.raises(cnnspec.SpecError) as caught:
        call(run)
    assert said in str(caught.value)


@pytest.mark.parametrize("callbacks", [3, [3], [cnnspec.Callback]])
def test_what_is_no_callback_is_refused(callbacks: Any) -> None:
    with pytest.raises(TypeError, match="callback"):
        cnnspec.train(network(), blobs(), callbacks=callbacks, quiet=True)


def test_arrays_of_other_libraries(run: cnnspec.Run, cpu: str) -> None:
    from tinygrad import Tensor

    images, labels = blobs(6, seed=1)
    assert [p.label for p in run.predict(Tensor(images, device=cpu))] == [str(label) for label in labels]


def test_a_run_is_gone_on_with(cpu: str, tmp_path: Path) -> None:
    def stop(record: Mapping[str, Any]) -> None:
        raise KeyboardInterrupt

    def fails(call: Callable[[], object], said: str) -> None:
        with pytest.raises(cnnspec.SpecError) as caught:
            call()
        assert said in str(caught.value)

    out, options = tmp_path / "run", {"device": cpu, "quiet": True}
    whole = cnnspec.train(network(), blobs(), out=tmp_path / "whole", **options)
    with pytest.raises(cnnspec.Interrupted):
        cnnspec.train(network(), blobs(), out=out, callbacks=stop, **options)
    run = cnnspec.open_run(out)
    assert run.status == "interrupted"
    fails(lambda: run.resume(quiet=True), "arrays in the memory")
    fails(lambda: run.resume(blobs(seed=1), quiet=True), "data")
    fails(lambda: run.resume("digits", quiet=True), "the arrays that it was trained on")
    fails(lambda: cnnspec.train(network(), blobs(), out=out, resume=run, quiet=True), "'out'")
    other = cnnspec.loads(TEXT, settings={"optimizer.lr": 1})
    fails(lambda: cnnspec.train(other, blobs(), resume=run, quiet=True), "lr")
    done = cnnspec.train(network(), blobs(), resume=out, **options)
    assert done.status == "finished" and len(done.history) == 3
    for name, weights in done.weights("last").items():
        np.testing.assert_array_equal(weights, whole.weights("last")[name])
    longer = done.resume(blobs(), epochs=4, quiet=True)
    assert [record["epoch"] for record in longer.history] == [1, 2, 3, 4]
