"""Files are whole or not there; nothing is overwritten."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from cnnspec.source import SpecError, write_atomically
from cnnspec.train.files import check_free, new_folder


def code(error: pytest.ExceptionInfo[SpecError]) -> str:
    return error.value.diagnostics[0].code


def test_write_atomically_replaces(tmp_path: Path) -> None:
    target = tmp_path / "a"
    write_atomically(target, b"old")
    write_atomically(target, b"new")
    assert target.read_bytes() == b"new" and os.listdir(tmp_path) == ["a"]


def test_full_disk_leaves_the_old_file_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "a"
    write_atomically(target, b"old")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SpecError, match="No space left") as error:
        write_atomically(target, b"new")
    assert code(error) == "cannot-write"
    assert target.read_bytes() == b"old" and os.listdir(tmp_path) == ["a"]


def test_default_folders_count_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert [new_folder(None, "net").name for _ in range(2)] == ["net-1", "net-2"]
    (tmp_path / "runs" / "net-7").mkdir()
    assert new_folder(None, "net").name == "net-8"
    assert new_folder(None, "../x y").parent == Path("runs")


def test_a_folder_that_holds_something_is_refused(tmp_path: Path) -> None:
    check_free(tmp_path)
    (tmp_path / "a").write_text("x")
    for taken in (tmp_path, tmp_path / "a"):
        with pytest.raises(SpecError) as error:
            new_folder(taken, "net")
        assert code(error) == "run-exists"


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    with pytest.raises(SpecError) as error:
        new_folder(tmp_path / "a" / "run", "net")
    assert code(error) == "cannot-write"
