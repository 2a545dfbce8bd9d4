"""Files are whole or not there; nothing is overwritten."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from cnnspec.source import SpecError, remove_leftovers, replacing, write_atomically
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


def test_a_link_is_followed_and_stays(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    target, link = tmp_path / "there" / "a", tmp_path / "link"
    target.write_bytes(b"old")
    target.chmod(0o640)
    link.symlink_to("there/a")
    (tmp_path / "again").symlink_to("link")
    write_atomically(tmp_path / "again", b"new")
    assert link.is_symlink() and (tmp_path / "again").is_symlink()
    assert target.read_bytes() == b"new" and target.stat().st_mode & 0o777 == 0o640
    assert os.listdir(target.parent) == ["a"]


def test_a_link_to_what_is_not_there_makes_it(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("a")
    write_atomically(tmp_path / "link", b"new")
    assert (tmp_path / "a").read_bytes() == b"new" and (tmp_path / "link").is_symlink()


def test_a_link_to_itself_is_refused(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("link")
    with pytest.raises(SpecError) as error:
        write_atomically(tmp_path / "link", b"new")
    assert code(error) == "cannot-write" and (tmp_path / "link").is_symlink()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_atomically(pipe, b"new")
        assert os.read(reader, 10) == b"new"
    finally:
        os.close(reader)
    assert pipe.is_fifo() and os.listdir(tmp_path) == ["pipe"]


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="no terminals as files here")
def test_a_device_is_written_to() -> None:
    """A terminal, in whose folder nothing can be put: a fault here could take /dev/null from the machine."""
    reader, terminal = os.openpty()
    try:
        path = Path(os.ttyname(terminal))
        write_atomically(path, b"new")
        assert os.read(reader, 10) == b"new" and path.is_char_device()
    finally:
        os.close(reader)
        os.close(terminal)


@pytest.mark.parametrize("name", ["a" * 255, "é" * 127], ids=["letters", "bytes"])
def test_a_name_as_long_as_can_be(tmp_path: Path, name: str) -> None:
    write_atomically(tmp_path / name, b"new")
    assert (tmp_path / name).read_bytes() == b"new" and len(os.listdir(tmp_path)) == 1


def test_leftovers_of_long_names_are_known(tmp_path: Path) -> None:
    with pytest.raises(KeyError), replacing(tmp_path / ("a" * 200)):
        (left,) = tmp_path.iterdir()
        (tmp_path / "kept").hardlink_to(left)
        raise KeyError
    (tmp_path / "kept").rename(tmp_path / left.name)
    remove_leftovers(tmp_path)
    assert not os.listdir(tmp_path)
