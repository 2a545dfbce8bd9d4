"""NumPy's archives: arrays are checked against the archive before memory is taken for them."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from cnnspec.source import SpecError
from cnnspec.train.weights import open_file

from .making import only


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_arrays_by_their_keys(tmp_path: Path, save: object) -> None:
    values = {
        "b.weight": np.arange(6.0).reshape(2, 3),
        "a": np.asfortranarray(np.ones((2, 2), ">f4")),
        "c": np.float32(2),
    }
    save(tmp_path / "w.npz", **values)  # type: ignore[operator]
    file = open_file(tmp_path / "w.npz")
    assert list(file.tensors) == ["b.weight", "a", "c"] and file.ordered
    for name, value in file.read(file.tensors).items():
        np.testing.assert_array_equal(value, np.asarray(values[name], np.float32))


def header(shape: str, kind: str = "'<f4'") -> bytes:
    text = f"{{'descr': {kind}, 'fortran_order': False, 'shape': {shape}, }}".encode()
    text += b" " * (63 - (len(text) + 10) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (header("(2,)") + bytes(4), "needs 8 bytes, and 4 are there"),
        (header("(100000000000,)") + bytes(4), "needs 400000000000 bytes"),
        (header("(-2,)") + bytes(8), "no proper"),
        (header("(1,)", "'|O'") + bytes(8), "type object"),
        (header("(1,)", "[('a', '<f4')]") + bytes(4), "type"),
        (header("(1,)", "'<U4'") + bytes(16), "type <U4"),
        (b"not numpy", "no proper header"),
        (b"\x93NUMPY\x01\x00\xff\xff{", "no proper header"),
        (b"\x93NUMPY\x01\x00\x50\x00" + b"[" * 80, "no proper header"),
        (b"", "no proper header"),
    ],
)
def test_what_a_header_says_is_checked(tmp_path: Path, data: bytes, problem: str) -> None:
    with zipfile.ZipFile(tmp_path / "w.npz", "w") as archive:
        archive.writestr("w.npy", data)
    with pytest.raises(SpecError) as caught:
        open_file(tmp_path / "w.npz")
    assert only(caught.value).code == "broken-weights" and problem in only(caught.value).text


def test_objects_are_not_unpickled(tmp_path: Path) -> None:
    np.savez(tmp_path / "w.npz", a=np.array([{}], object))
    with pytest.raises(SpecError) as caught:
        open_file(tmp_path / "w.npz")
    assert "type object" in only(caught.value).text


def test_a_member_that_unpacks_to_more_than_it_says(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("w.npy", header("(2500,)") + bytes(10_000))
    data = buffer.getvalue()
    size = (len(header("(2500,)")) + 10_000).to_bytes(4, "little")
    assert data.count(size) == 2
    (tmp_path / "w.npz").write_bytes(data.replace(size, (10**9).to_bytes(4, "little")))
    with pytest.raises(SpecError) as caught:
        open_file(tmp_path / "w.npz")
    assert "not possible" in only(caught.value).text
