"""Keras' files: layers under their names, axes in our order, and nothing that leads out of the file."""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnspec.source import SpecError
from cnnspec.train.weights import load, open_file, open_source

from .keras_files import archived, listed, numbered
from .making import only, spec

h5py = pytest.importorskip("h5py")

NET = """
model net {
  input 3 x 6 x 8
  c1: conv(4, 3, padding = 1)
  b1: bn(eps = 1e-3)
  d1: conv(8, 3, padding = 1, groups = 4, bias = false)
  g1: conv(6, 3, padding = 1, groups = 2)
  relu
  flatten
  f1: linear(7)
  dropout(0.5)
  head: linear(5)
}
"""
SHAPES = {
    "c1": {"kernel": (3, 3, 3, 4), "bias": (4,)},
    "b1": {"gamma": (4,), "beta": (4,), "moving_mean": (4,), "moving_variance": (4,)},
    "d1": {"depthwise_kernel": (3, 3, 4, 2)},
    "g1": {"kernel": (3, 3, 4, 6), "bias": (6,)},
    "f1": {"kernel": (6 * 8 * 6, 7), "bias": (7,)},
    "head": {"kernel": (7, 5), "bias": (5,)},
}
CLASSES = {
    "c1": "conv2d", "b1": "batch_normalization", "d1": "depthwise_conv2d",
    "g1": "conv2d_1", "f1": "dense", "head": "dense_1",
}  # fmt: skip


def layers() -> dict[str, dict[str, np.ndarray]]:
    rng = np.random.default_rng(0)
    return {
        layer: {name: rng.uniform(0.2, 1, shape).astype(np.float32) for name, shape in shapes.items()}
        for layer, shapes in SHAPES.items()
    }


def convolved(x: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """x (N, H, W, C) with a kernel (3, 3, C, O), zeros around, as Keras defines it."""
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    n, h, w, _ = x.shape
    out = np.zeros((n, h, w, kernel.shape[3]))
    for i in range(3):
        for j in range(3):
            out += np.einsum("nhwc,co->nhwo", padded[:, i : i + h, j : j + w], kernel[i, j])
    return out


def computed(x: np.ndarray, values: dict[str, dict[str, np.ndarray]]) -> np.ndarray:
    """The network on x (N, H, W, C), channels last, from Keras' documentation of its layers."""
    x = convolved(x, values["c1"]["kernel"]) + values["c1"]["bias"]
    b = values["b1"]
    x = b["gamma"] * (x - b["moving_mean"]) / np.sqrt(b["moving_variance"] + 1e-3) + b["beta"]
    depthwise = values["d1"]["depthwise_kernel"]
    x = np.concatenate([convolved(x[..., c : c + 1], depthwise[:, :, c : c + 1]) for c in range(4)], -1)
    kernel = values["g1"]["kernel"]
    halves = [convolved(x[..., 4 * g : 4 * g + 4], kernel[..., 3 * g : 3 * g + 3]) for g in range(2)]
    x = np.maximum(np.concatenate(halves, -1) + values["g1"]["bias"], 0)
    x = x.reshape(len(x), -1) @ values["f1"]["kernel"] + values["f1"]["bias"]
    return x @ values["head"]["kernel"] + values["head"]["bias"]


def write(path: Path, form: str, values: dict[str, dict[str, np.ndarray]]) -> Path:
    if form.startswith("listed"):
        return listed(path / "w.h5", values, "model_weights" if form == "listed model" else "")
    by_class = {CLASSES[name]: list(weights.values()) for name, weights in values.items()}
    made = numbered(path / "w.weights.h5", by_class, {group: name for name, group in CLASSES.items()})
    return archived(path / "w.keras", made, list(values)) if form == "archive" else made


@pytest.mark.parametrize("form", ["listed", "listed model", "numbered", "archive"])
def test_the_network_computes_what_keras_would(tmp_path: Path, form: str, cpu: str) -> None:
    from tinygrad import Tensor

    from cnnspec.backends.tinygrad import lower

    graph, module = spec(NET)
    values = layers()
    path = write(tmp_path, form, values)
    file = open_file(path)
    assert file.format == "Keras HDF5" and file.ordered == (form != "numbered")
    assert set(file.tensors) == {f"{layer}.{name}" for layer, named in SHAPES.items() for name in named}
    loaded = load(graph, module, open_source(path.name, tmp_path))
    assert loaded.pairing.names == "own"
    net = lower(graph, 0, cpu)
    net.load_state(loaded.arrays)
    x = np.random.default_rng(1).normal(size=(2, 6, 8, 3)).astype(np.float32)
    images = Tensor(np.ascontiguousarray(x.transpose(0, 3, 1, 2)), device=cpu)
    got = net.forward(images, training=False)["output"].numpy()
    expected = computed(x, values)
    assert np.abs(got - expected).max() <= 1e-5 * np.abs(expected).max()
    if file.ordered:
        by_order = load(graph, module, open_source(path.name, tmp_path), "order")
        assert all((by_order.arrays[name] == value).all() for name, value in loaded.arrays.items())


def test_layers_without_names_are_called_by_their_classes(tmp_path: Path) -> None:
    numbered(tmp_path / "w.h5", {"dense": [np.ones((2, 3), "f4")], "dense_1": [np.ones((3, 3), "f4")] * 2})
    tensors = open_file(tmp_path / "w.h5").tensors
    assert list(tensors) == ["dense.kernel", "dense_1.kernel", "dense_1.bias"]
    assert tensors["dense_1.bias"].alias == "dense_1.bias" and tensors["dense.kernel"].alias == "dense.weight"


def test_norms_of_three_tensors_are_unclear(tmp_path: Path) -> None:
    numbered(tmp_path / "w.h5", {"batch_normalization": [np.ones(3, "f4")] * 3})
    tensors = open_file(tmp_path / "w.h5").tensors
    assert list(tensors) == ["batch_normalization.0", "batch_normalization.1", "batch_normalization.2"]


def test_a_flattened_map_that_was_joined_does_not_fit(tmp_path: Path) -> None:
    text = """
    model net {
      input 2 x 3 x 3
      concat { | flatten | c: conv(2, 1, bias = false)  flatten }
      head: linear(4, bias = false)
    }
    """
    graph, module = spec(text)
    values = {"c": {"kernel": np.ones((1, 1, 2, 2), "f4")}, "head": {"kernel": np.ones((36, 4), "f4")}}
    listed(tmp_path / "w.h5", values)
    with pytest.raises(SpecError) as caught:
        load(graph, module, open_source("w.h5", tmp_path))
    assert "in which order cannot be told" in only(caught.value).text


def test_without_the_library_it_is_said_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, "listed", layers())
    monkeypatch.setattr("cnnspec.train.weights.formats.hdf5.find_spec", lambda name: None)
    with pytest.raises(SpecError) as caught:
        open_file(path)
    assert only(caught.value).code == "reader-missing" and "cnnspec[keras]" in only(caught.value).hints[0]


def _external(group: Any, other: Path) -> None:
    group["0"] = h5py.ExternalLink(str(other), "/secret")


def _soft(group: Any, other: Path) -> None:
    group["0"] = h5py.SoftLink("/layers/dense/vars/0")


def _circle(group: Any, other: Path) -> None:
    group["again"] = group.file["/layers"]


def _virtual(group: Any, other: Path) -> None:
    layout = h5py.VirtualLayout((3, 3), "f4")
    layout[:] = h5py.VirtualSource(str(other), "secret", (3, 3))
    group.create_virtual_dataset("0", layout)


def _raw(group: Any, other: Path) -> None:
    group.create_dataset("0", (9,), "f4", external=[(str(other), 0, 36)])


@pytest.mark.parametrize("link", [_external, _soft, _circle, _virtual, _raw])
def test_nothing_is_read_from_elsewhere(tmp_path: Path, link: Any) -> None:
    secret = tmp_path / "secret.h5"
    with h5py.File(secret, "w") as file:
        file["secret"] = np.full((3, 3), 42, "f4")
    with h5py.File(tmp_path / "w.h5", "w") as file:
        link(file.create_group("layers/dense/vars"), secret)
    with pytest.raises(SpecError) as caught:
        file = open_file(tmp_path / "w.h5")
        file.read(file.tensors)
    assert only(caught.value).code == "weights-elsewhere", only(caught.value).text


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (np.zeros(2, "i4"), "whole numbers"),
        (np.array([b"ab"]), "another kind"),
        ("text", "another kind"),
        (np.zeros(2, "c8"), "complex"),
        (np.zeros(2, "bool"), "truth values"),
    ],
)
def test_other_types(tmp_path: Path, value: Any, problem: str) -> None:
    with h5py.File(tmp_path / "w.h5", "w") as file:
        file.create_group("layers/dense/vars")["0"] = value
    with pytest.raises(SpecError) as caught:
        file = open_file(tmp_path / "w.h5")
        file.read(file.tensors)
    assert problem in only(caught.value).text


def test_datasets_without_values(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "w.h5", "w") as file:
        group = file.create_group("layers/dense/vars")
        group.create_dataset("0", (4, 4), "f4")
    with pytest.raises(SpecError) as caught:
        file = open_file(tmp_path / "w.h5")
        file.read(file.tensors)
    assert "a shape, and no values" in only(caught.value).text


@pytest.mark.parametrize(
    ("names", "problem"),
    [
        ([b"nothing"], "its layer 'nothing' is not in it"),
        ([b"c1", b"c1"], "twice"),
        ([1, 2], "other than names"),
    ],
)
def test_lists_of_layers_are_checked(tmp_path: Path, names: list[Any], problem: str) -> None:
    path = write(tmp_path, "listed", layers())
    with h5py.File(path, "a") as file:
        file.attrs["layer_names"] = names
    with pytest.raises(SpecError) as caught:
        open_file(path)
    assert problem in only(caught.value).text


def test_hdf5_of_something_else(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "w.h5", "w") as file:
        file["data"] = np.ones(3)
    with pytest.raises(SpecError) as caught:
        open_file(tmp_path / "w.h5")
    assert "not one that Keras wrote" in only(caught.value).text


def test_archives_that_are_compressed_or_lack_weights(tmp_path: Path) -> None:
    inside = write(tmp_path, "numbered", layers())
    with pytest.raises(SpecError) as caught:
        open_file(archived(tmp_path / "w.keras", inside, ["c1"], zipfile.ZIP_DEFLATED))
    assert "is compressed" in only(caught.value).text


def test_a_reader_that_crashes_takes_nobody_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    child = tmp_path / "child.py"
    child.write_text("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    monkeypatch.setattr("cnnspec.train.weights.formats.hdf5.hdf5_child.__file__", str(child))
    with pytest.raises(SpecError) as caught:
        open_file(write(tmp_path, "listed", layers()))
    assert "did not get to its end" in only(caught.value).text


def test_a_reader_that_does_not_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    child = tmp_path / "child.py"
    child.write_text("import time; time.sleep(60)")
    monkeypatch.setattr("cnnspec.train.weights.formats.hdf5.hdf5_child.__file__", str(child))
    monkeypatch.setattr("cnnspec.train.weights.formats.hdf5._SECONDS", 0.5)
    with pytest.raises(SpecError) as caught:
        open_file(write(tmp_path, "listed", layers()))
    assert "did not get to its end" in only(caught.value).text
