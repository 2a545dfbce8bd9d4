"""Safetensors: what the library writes is read, and nothing is believed that the file's size does not bear out."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from cnnspec.source import SpecError
from cnnspec.train.weights import open_file

from .making import codes, only, safetensors

ENTRY = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}


def error(path: Path, data: bytes) -> SpecError:
    path = path / "w.safetensors"
    path.write_bytes(data)
    with pytest.raises(SpecError) as caught:
        file = open_file(path)
        file.read(file.tensors)
    return caught.value


@pytest.mark.parametrize("kind", ["float64", "float32", "float16"])
def test_floats_are_read_as_float32(tmp_path: Path, kind: str) -> None:
    value = np.linspace(-2, 2, 12).reshape(3, 4).astype(kind)
    save_file({"b.weight": value, "a": value[0, 0, ...]}, tmp_path / "w.safetensors")
    file = open_file(tmp_path / "w.safetensors")
    assert file.format == "safetensors" and not file.ordered
    stored = file.tensors["b.weight"]
    assert (stored.shape, stored.dtype) == ((3, 4), kind)
    read = file.read(["b.weight", "a"])
    assert read["b.weight"].dtype == np.float32 and read["a"].shape == ()
    np.testing.assert_array_equal(read["b.weight"], value.astype(np.float32))


def test_bfloat16_is_read_by_its_bits(tmp_path: Path) -> None:
    values = np.array([1.0, -2.5, 0.0078125, 3.0e38], np.float32)
    bits = (values.view(np.uint32) >> 16).astype("<u2").tobytes()
    entry = {"dtype": "BF16", "shape": [2, 2], "data_offsets": [0, 8]}
    (tmp_path / "w.safetensors").write_bytes(safetensors({"w": entry}, bits))
    read = open_file(tmp_path / "w.safetensors").read(["w"])["w"]
    np.testing.assert_allclose(read, values.reshape(2, 2), rtol=2**-8)


@pytest.mark.parametrize(
    "kind", ["int64", "int32", "int16", "int8", "uint8", "uint16", "uint32", "uint64", "bool"]
)
def test_whole_numbers_are_no_weights(tmp_path: Path, kind: str) -> None:
    save_file({"w": np.ones(3, kind)}, tmp_path / "w.safetensors")
    file = open_file(tmp_path / "w.safetensors")
    assert file.tensors["w"].dtype == kind
    with pytest.raises(SpecError) as caught:
        file.read(["w"])
    assert codes(caught.value) == ["bad-tensor"] and kind in only(caught.value).text


def test_counters_of_pytorch_may_be_whole_numbers(tmp_path: Path) -> None:
    save_file({"bn.num_batches_tracked": np.array(7)}, tmp_path / "w.safetensors")
    assert (
        open_file(tmp_path / "w.safetensors").read(["bn.num_batches_tracked"])["bn.num_batches_tracked"] == 7
    )


@pytest.mark.parametrize("kind", ["F8_E4M3", "F8_E5M2", "C64"])
def test_other_numbers_are_no_weights(tmp_path: Path, kind: str) -> None:
    size = 8 if kind == "C64" else 1
    entry = {"dtype": kind, "shape": [1], "data_offsets": [0, size]}
    found = only(error(tmp_path, safetensors({"w": entry}, b"\x01" * size)))
    assert found.code == "bad-tensor"


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (safetensors({"w": ENTRY}, bytes(8), length=10**11), "header is said to take 100000000000 bytes"),
        (safetensors({"w": ENTRY}, bytes(8), length=2**63), "header is said to take"),
        (safetensors({"w": ENTRY}, bytes(8), length=0), "header is said to take 0 bytes"),
        (safetensors(b"[1]"), "no JSON object"),
        (safetensors(b"{]"), "no proper JSON"),
        (safetensors(b'{"\xff": 1}'), "no proper JSON"),
        (safetensors(b'{"a": ' + b"[" * 100_000), "no proper JSON"),
        (safetensors(b'{"a": ' + b'{"a": ' * 100_000), "no proper JSON"),
        (safetensors(b'{"w": 1, "w": 2}'), "'w' twice"),
        (safetensors({"w": 1}), "not described"),
        (safetensors({"w": {**ENTRY, "more": 1}}, bytes(8)), "not described"),
        (safetensors({"w": {**ENTRY, "dtype": "F31"}}, bytes(8)), "'F31', which is unknown"),
        (safetensors({"w": {**ENTRY, "dtype": []}}, bytes(8)), "which is unknown"),
        (safetensors({"w": {**ENTRY, "shape": [-2]}}, bytes(8)), "no proper shape"),
        (safetensors({"w": {**ENTRY, "shape": [True, 2]}}, bytes(8)), "no proper shape"),
        (safetensors({"w": {**ENTRY, "shape": [2.0]}}, bytes(8)), "no proper shape"),
        (safetensors({"w": {**ENTRY, "shape": "2"}}, bytes(8)), "no proper shape"),
        (safetensors({"w": {**ENTRY, "shape": [1] * 40}}, bytes(8)), "no proper shape"),
        (
            safetensors({"w": {**ENTRY, "shape": [10**11]}}, bytes(8)),
            "takes 400000000000 bytes, and is given 8",
        ),
        (safetensors({"w": {**ENTRY, "shape": [2**62, 2**62]}}, bytes(8)), "and is given 8"),
        (safetensors({"w": {**ENTRY, "data_offsets": [8, 0]}}, bytes(8)), "is given -8"),
        (safetensors({"w": {**ENTRY, "data_offsets": [0]}}, bytes(8)), "no proper shape or place"),
        (safetensors({"w": {**ENTRY, "data_offsets": [2**62, 2**62 + 8]}}, bytes(8)), "cut short"),
        (safetensors({"w": {**ENTRY, "data_offsets": [8, 16]}}, bytes(16)), "belong to no tensor"),
        (safetensors({"w": ENTRY}, bytes(9)), "belong to no tensor"),
        (safetensors({"v": ENTRY, "w": ENTRY}, bytes(8)), "lie over each other"),
        (
            safetensors({"v": ENTRY, "w": {**ENTRY, "data_offsets": [4, 12]}}, bytes(12)),
            "lie over each other",
        ),
        (safetensors({"__metadata__": {"a": 1}, "w": ENTRY}, bytes(8)), "metadata"),
        (safetensors({"__metadata__": [], "w": ENTRY}, bytes(8)), "metadata"),
    ],
)
def test_what_a_header_says_is_checked(tmp_path: Path, data: bytes, problem: str) -> None:
    found = only(error(tmp_path, data))
    assert found.code == "broken-weights" and problem in found.text, found.text


def test_a_file_cut_short_anywhere(tmp_path: Path) -> None:
    tensors: dict[str, Any] = {"a": np.ones((2, 3), np.float32), "b": np.ones(4, np.float16)}
    save_file(tensors, tmp_path / "w.safetensors")
    data = (tmp_path / "w.safetensors").read_bytes()
    for end in range(len(data)):
        found = error(tmp_path, data[:end])
        assert codes(found) in (["broken-weights"], ["not-weights"]), end
    assert codes(error(tmp_path, b"")) == ["not-weights"]


def test_a_header_longer_than_any_network_needs(tmp_path: Path) -> None:
    data = safetensors(b'{"__metadata__": {"a": "' + b"x" * (9 * 2**20) + b'"}}')
    assert "more than any file needs" in error(tmp_path, data).line


def test_the_name_of_the_file_does_not_matter(tmp_path: Path) -> None:
    save_file({"w": np.ones(2, np.float32)}, tmp_path / "w.pth")
    assert open_file(tmp_path / "w.pth").format == "safetensors"
