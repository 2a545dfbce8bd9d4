"""Source ``webdataset``: how samples say which class they are of."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from data_files import load
from test_data_webdataset import SHAPE, found, image, samples, write_tar

from cnnspec.ir import OpError


@pytest.mark.parametrize(
    "write",
    [
        lambda i: ("json", json.dumps({"label": i % 2, "width": 4}).encode()),
        lambda i: ("json", json.dumps({"class": ("cat", "dog")[i % 2]}).encode()),
        lambda i: ("json", json.dumps(i % 2).encode()),
        lambda i: ("txt", ("cat\n", " dog ")[i % 2].encode()),
        lambda i: ("cls", ("cat", "dog")[i % 2].encode()),
        lambda i: ("cls", (" 0\n", "01")[i % 2].encode()),
    ],
)
def test_ways_to_label(tmp_path: Path, write: object) -> None:
    entries = []
    for i in range(20):
        extension, data = write(i)  # type: ignore[operator]
        entries += [(f"{i}.{extension}", data), (f"{i}.png", image(i))]
    splits = load("webdataset", SHAPE, path=write_tar(tmp_path / "a.tar", entries), validation=0.0, test=0.0)
    assert splits.class_names in [("0", "1"), ("cat", "dog")]
    assert splits.train.labels.tolist() == [i % 2 for i in range(20)]


def test_json_without_a_class_leaves_it_to_the_text(tmp_path: Path) -> None:
    entries = [
        *samples(classes=("cat", "dog"), label="txt"),
        *((f"{i:04}.json", b'{"url": 3}') for i in range(20)),
    ]
    path = write_tar(tmp_path / "a.tar", entries)
    assert load("webdataset", SHAPE, path=path).class_names == ("cat", "dog")
    none = found(path, label="json").diagnostic
    assert "no label: it holds .png" in none.text
    assert "say which extensions" in none.hints[0]


def test_listed_classes(tmp_path: Path) -> None:
    numbers = write_tar(tmp_path / "n.tar", samples())
    words = write_tar(tmp_path / "w.tar", samples(classes=("dog", "cat")))

    def classes(path: str, names: Sequence[str]) -> list[int]:
        splits = load("webdataset", SHAPE, path=path, classes=tuple(names), validation=0.0, test=0.0)
        assert splits.class_names == tuple(names)
        return splits.train.labels[:2].tolist()

    assert classes(numbers, ("cat", "dog", "fox")) == [0, 1]
    assert classes(numbers, ("1", "0")) == [1, 0]
    assert classes(words, ("fox", "cat", "dog")) == [2, 1]
    few = found(numbers, classes=("cat",))
    assert few.diagnostic.code == "bad-labels"
    unknown = found(words, classes=("cat", "dgo"))
    assert (unknown.diagnostic.code, unknown.diagnostic.hints) == ("unknown-label", ("did you mean 'dgo'?",))
    twice = found(words, classes=("cat", "dog", "cat"))
    assert (twice.diagnostic.code, twice.argument) == ("bad-value", "classes")


def test_numbers_among_names(tmp_path: Path) -> None:
    path = write_tar(tmp_path / "a.tar", samples(classes=("7", "B", "C")))
    assert found(path).diagnostic.code == "mixed-labels"
    splits = load("webdataset", SHAPE, path=path, classes=("7", "B", "C"), validation=0.0, test=0.0)
    assert splits.train.labels[:3].tolist() == [0, 1, 2]


def test_labels_of_other_parts_must_be_known(tmp_path: Path) -> None:
    train = write_tar(tmp_path / "a.tar", samples())
    words = write_tar(tmp_path / "w.tar", samples(classes=("dog", "cat")))
    more = write_tar(tmp_path / "m.tar", samples(classes=("0", "2")))
    assert found(train, test_shards=words).diagnostic.code == "mixed-labels"
    assert found(words, test_shards=train).diagnostic.code == "unknown-label"
    assert found(train, test_shards=more).diagnostic.code == "bad-labels"


@pytest.mark.parametrize(
    ("classes", "code"),
    [
        (("0",), "single-class"),
        (("cat",), "single-class"),
        (("0", "1000"), "bad-labels"),
        (("0", "-1"), "broken-sample"),
        (("0", "99999999999999999999999"), "broken-sample"),
        (("a", ""), "broken-sample"),
        (("a", "b\nc"), "broken-sample"),
        (("a", "b" * 201), "broken-sample"),
    ],
)
def test_wrong_labels(tmp_path: Path, classes: tuple[str, ...], code: str) -> None:
    assert found(write_tar(tmp_path / "a.tar", samples(classes=classes))).diagnostic.code == code


def test_captions_are_no_classes(tmp_path: Path) -> None:
    path = write_tar(
        tmp_path / "a.tar", samples(120, [f"a dog and {i} birds" for i in range(120)], label="txt")
    )
    assert found(path).diagnostic.code == "not-classes"


@pytest.mark.parametrize(
    ("extension", "data", "text"),
    [
        ("json", b"{", "damaged"),
        ("json", b"[" * 100_000, "damaged"),
        ("json", b'{"label": true}', "neither a number nor a name"),
        ("json", b'{"label": 1.5}', "neither a number nor a name"),
        ("json", b'{"label": ' + b"9" * 5000 + b"}", "damaged"),
        ("cls", b"\xff\xfe", "no text"),
        ("cls", b"1" * (2**20 + 1), "no label"),
        ("json", b'{"caption": 1}', "no label: it holds .png, .json"),
        ("npy", b"?", "no label: it holds .png, .npy"),
    ],
)
def test_labels_that_cannot_be_read(tmp_path: Path, extension: str, data: bytes, text: str) -> None:
    path = write_tar(tmp_path / "a.tar", [*samples(), ("last.png", image(0)), (f"last.{extension}", data)])
    with pytest.raises(OpError) as raised:
        load("webdataset", SHAPE, path=path)
    assert raised.value.diagnostic.code == "broken-sample"
    assert "a.tar: last'" in raised.value.diagnostic.text
    assert text in raised.value.diagnostic.text
    splits = load("webdataset", SHAPE, path=path, skip_broken=True)
    assert sum(map(len, splits)) == 20
    assert [p.place.rpartition(": ")[2] for p in splits.skipped] == ["last"]
