"""Files that are no weights are named for what they are."""

import os
import zipfile
from pathlib import Path

import pytest

from cnnspec.source import SpecError
from cnnspec.train.weights import open_file, open_source

from .making import only

KINDS = {
    b"": "empty",
    b"<!DOCTYPE html>\n<html><head><title>404</title>": "a web page",
    b"\xef\xbb\xbf\n<html>": "a web page",
    b"<?xml version='1.0'?><Error/>": "a web page or XML",
    b"version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 10\n": "a pointer of Git LFS",
    b"just a few words\n": "text",
    "Grüße an alle, die dies lesen\n".encode(): "text",
    b'{"layers": {"conv1": 3}}': "text",
    b"\x1f\x8b\x08\x00rest": "gzip",
    b"BZh91AY": "bzip2",
    b"\xfd7zXZ\x00\x00": "xz",
    b"\x93NUMPY\x01\x00": "a single NumPy array",
    b"GGUF\x03\x00\x00\x00": "GGUF",
    b"\x89PNG\r\n\x1a\n\x00\x00": "a picture",
    b"\xff\xd8\xff\xe0\x00\x10JFIF": "a picture",
    b"%PDF-1.7\n\xff": "a PDF",
    b"\x08\x07\x12\x07pytorch\x1a\x051.9.0": "an ONNX model",
    b"\x1c\x00\x00\x00TFL3\x00\x00": "TensorFlow Lite",
    bytes(257) + b"ustar  \x00": "a tar archive",
    bytes(range(200)): "of no known kind",
}


@pytest.mark.parametrize("data", KINDS)
@pytest.mark.parametrize("name", ["w.pth", "w.h5", "w"])
def test_it_is_told_what_a_file_is(tmp_path: Path, data: bytes, name: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(SpecError) as caught:
        open_file(tmp_path / name)
    assert only(caught.value).code == "not-weights" and KINDS[data] in only(caught.value).text


@pytest.mark.parametrize("name", ["w.safetensors", "w.npz", "w.keras"])
def test_text_is_text_whatever_its_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("<html>not found</html>")
    with pytest.raises(SpecError) as caught:
        open_file(tmp_path / name)
    assert "a web page" in only(caught.value).text


def test_an_archive_of_something_else(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "w.zip", "w") as archive:
        archive.writestr("readme.txt", "nothing")
    with pytest.raises(SpecError) as caught:
        open_file(tmp_path / "w.zip")
    assert "zip archive without tensors" in only(caught.value).text


def problem(text: str, base: Path) -> tuple[str, tuple[str, ...]]:
    with pytest.raises(SpecError) as caught:
        open_source(text, base)
    found = only(caught.value)
    assert found.code == "unknown-weights"
    return found.text, found.hints


def test_missing_files(tmp_path: Path) -> None:
    (tmp_path / "resnet18.pth").write_bytes(b"x")
    assert problem("resnet81.pth", tmp_path)[1] == ("did you mean 'resnet18.pth'?",)
    assert "neither a file nor a pretrained network" in problem("resnet1888", tmp_path)[0]
    assert "did you mean 'resnet18" in problem("resnet188", tmp_path)[1][0]
    assert "there is no folder" in problem("nowhere/w.pth", tmp_path)[1][0]
    assert "neither a file nor" in problem("a\0b", tmp_path)[0]


def test_folders(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    text, hints = problem("folder", tmp_path)
    assert "it is a folder, and not one of a run" in text and hints == ()
    (tmp_path / "folder" / "w.pth").write_bytes(b"x")
    assert "w.pth" in problem("folder", tmp_path)[1][0]


def test_unreadable_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "w.pth").write_bytes(b"x")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", refuse)
    assert "Permission denied" in problem("w.pth", tmp_path)[0]


def test_pipes_are_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "w.pth")
    assert "no file that can be read twice" in problem("w.pth", tmp_path)[0]
    assert "no file that can be read twice" in problem("/dev/zero", tmp_path)[0]
