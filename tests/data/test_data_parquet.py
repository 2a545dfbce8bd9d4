"""Source ``parquet``: tables of images as on the Hugging Face Hub."""

import io
import json
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from data_files import error, load
from PIL import Image
from test_data_fuzz import attempt, damage

from cnnspec.ir import OpError
from cnnspec.source import render
from cnnspec.train.data import arrays
from cnnspec.train.data.parquet_file import class_label

arrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")

SHAPE = (3, 4, 4)
NAMES = ("cat", "dog")


def pixels(seed: int) -> np.ndarray:
    return np.random.RandomState(seed).randint(0, 256, (4, 4, 3), np.uint8)


def image(seed: int) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels(seed)).save(stream, "PNG")
    return stream.getvalue()


def cells(count: int, first: int = 0) -> list[object]:
    return [{"bytes": image(first + i), "path": f"{i}.png"} for i in range(count)]


def described(label: str, names: Sequence[str]) -> dict[str, str]:
    """The schema's metadata as ``datasets`` writes it."""
    features = {"image": {"_type": "Image"}, label: {"names": list(names), "_type": "ClassLabel"}}
    return {"huggingface": json.dumps({"info": {"features": features}})}


def write(
    path: Path,
    count: int = 20,
    labels: object = None,
    names: Sequence[str] | None = NAMES,
    first: int = 0,
    images: object = None,
    columns: tuple[str, str] = ("image", "label"),
    **options: object,
) -> str:
    """Row i has the image of seed ``first`` + i and, unless told, label i % 2."""
    path.parent.mkdir(parents=True, exist_ok=True)
    values = [i % 2 for i in range(count)] if labels is None else labels
    values = values if isinstance(values, arrow.Array) else arrow.array(values)
    pictures = cells(count, first) if images is None else images
    pictures = pictures if isinstance(pictures, arrow.Array) else arrow.array(pictures)
    table = arrow.table({columns[0]: pictures, columns[1]: values, "more": [0.5] * len(values)})
    if names is not None:
        table = table.replace_schema_metadata(described(columns[1], names))
    parquet.write_table(table, path, **options)
    return str(path)


def found(path: str | Path, **values: object) -> OpError:
    return error("parquet", SHAPE, path=str(path), **values)


@pytest.mark.parametrize(
    "options", [{}, {"row_group_size": 7}, {"compression": "zstd"}, {"use_dictionary": False}]
)
def test_a_file(tmp_path: Path, options: dict[str, object]) -> None:
    path = write(tmp_path / "pets.parquet", 600, **options)
    splits = load("parquet", SHAPE, path=path)
    assert splits.class_names == NAMES
    assert [len(part) for part in splits] == [480, 60, 60]
    for part in splits:
        rows = [int(part.names(i).removeprefix("pets.parquet row ")) for i in range(len(part))]
        assert (part.batch(range(len(part))) == [pixels(row) for row in rows]).all()
        assert part.labels.tolist() == [row % 2 for row in rows]


def test_parts_by_names(tmp_path: Path) -> None:
    write(tmp_path / "data" / "train-00000-of-00002-abc.parquet", 10)
    write(tmp_path / "data" / "train-00001-of-00002-def.parquet", 8, first=10)
    write(tmp_path / "data" / "validation-00000-of-00001.parquet", 6, first=50)
    write(tmp_path / "data" / "test-00000-of-00001.parquet", 4, first=70)
    (tmp_path / "README.md").write_text("pets")
    for path in (tmp_path, tmp_path / "data", tmp_path / "data" / "*.parquet"):
        splits = load("parquet", SHAPE, path=str(path))
        assert [len(part) for part in splits] == [18, 6, 4]
    assert splits.train.names(12) == "train-00001-of-00002-def.parquet row 2"
    assert (splits.train.batch(range(18)) == [pixels(i) for i in range(18)]).all()
    assert (splits.test.batch([3]) == pixels(73)).all()
    shares = load("parquet", SHAPE, path=str(tmp_path / "data" / "train-*.parquet"), test=0.0)
    assert [len(part) for part in shares] == [16, 2, 0]


def test_parts_by_folders(tmp_path: Path) -> None:
    write(tmp_path / "default" / "train" / "0000.parquet", 10)
    write(tmp_path / "default" / "test" / "0000.parquet", 4)
    assert [len(part) for part in load("parquet", SHAPE, path=str(tmp_path / "default"))] == [8, 2, 4]


def test_parts_by_arguments(tmp_path: Path) -> None:
    train, test = write(tmp_path / "pets_train.parquet", 10), write(tmp_path / "pets_test.parquet", 4)
    splits = load(
        "parquet", SHAPE, path=train, test_files=test, validation_files=write(tmp_path / "v.parquet", 6)
    )
    assert [len(part) for part in splits] == [10, 6, 4]
    assert found(train, test_files=train).diagnostic.code == "bad-shards"


def test_nothing_to_read(tmp_path: Path) -> None:
    assert found(tmp_path / "no").diagnostic.code == "data-not-found"
    assert found(tmp_path).diagnostic.code == "data-empty"
    (tmp_path / "README.md").write_text("pets")
    assert found(tmp_path).diagnostic.code == "data-not-found"
    assert (
        found(
            write(
                tmp_path / "a.parquet",
                0,
                arrow.array([], arrow.int64()),
                images=arrow.array([], arrow.binary()),
            )
        ).diagnostic.code
        == "data-empty"
    )


@pytest.mark.parametrize(
    "kind",
    [
        arrow.int8(),
        arrow.uint64(),
        arrow.float32(),
        arrow.bool_(),
        arrow.dictionary(arrow.int32(), arrow.int64()),
    ],
)
def test_types_of_numbers(tmp_path: Path, kind: object) -> None:
    values = [i % 2 for i in range(20)]
    labels = (
        arrow.array(values).dictionary_encode()
        if arrow.types.is_dictionary(kind)
        else arrow.array(values).cast(kind)
    )
    splits = load(
        "parquet",
        SHAPE,
        path=write(tmp_path / "a.parquet", labels=labels, names=None),
        validation=0.0,
        test=0.0,
    )
    assert splits.class_names == ("0", "1")
    assert splits.train.labels.tolist() == values


@pytest.mark.parametrize("kind", ["string", "large_string", "dictionary"])
def test_text_as_labels(tmp_path: Path, kind: str) -> None:
    values = arrow.array([("fox", "cat", "dog")[i % 3] for i in range(20)])
    labels = values.dictionary_encode() if kind == "dictionary" else values.cast(getattr(arrow, kind)())
    write(tmp_path / "train-0.parquet", labels=labels, names=None)
    write(tmp_path / "train-1.parquet", 4, labels=labels[1:5], names=None)
    write(tmp_path / "test-0.parquet", 2, labels=labels[2:4], names=None)
    splits = load("parquet", SHAPE, path=str(tmp_path), validation=0.0)
    assert splits.class_names == ("cat", "dog", "fox")
    assert splits.train.labels.tolist() == [(2, 0, 1)[i % 3] for i in (*range(20), *range(1, 5))]
    assert splits.test.labels.tolist() == [1, 2]
    write(tmp_path / "test-0.parquet", 2, labels=["cta", "dog"], names=None)
    diagnostic = found(tmp_path).diagnostic
    assert (diagnostic.code, diagnostic.hints) == ("unknown-label", ("did you mean 'cat'?",))


@pytest.mark.parametrize("kind", [arrow.binary(), arrow.large_binary()])
def test_bare_bytes(tmp_path: Path, kind: object) -> None:
    images = arrow.array([image(i) for i in range(20)], kind)
    splits = load(
        "parquet", SHAPE, path=write(tmp_path / "a.parquet", images=images), validation=0.0, test=0.0
    )
    assert (splits.train.batch(range(20)) == [pixels(i) for i in range(20)]).all()


def test_other_columns(tmp_path: Path) -> None:
    path = write(tmp_path / "a.parquet", columns=("img", "fine_label"))
    assert load("parquet", SHAPE, path=path, image="img", label="fine_label").class_names == NAMES
    missing = found(path)
    assert (missing.diagnostic.code, missing.argument) == ("column-missing", "image")
    assert "it has 'img', 'fine_label', 'more'" in missing.diagnostic.text
    assert missing.diagnostic.hints == ("did you mean 'img'?",)
    assert found(path, image="img", label="fine_labl").diagnostic.hints == ("did you mean 'fine_label'?",)
    assert found(path, image="img", label="zzz").argument == "label"


def test_types_of_columns(tmp_path: Path) -> None:
    lists = arrow.array([[1, 2]] * 20)
    for values, argument in (
        ({"images": lists}, "image"),
        ({"labels": lists}, "label"),
        ({"images": ["a.png"] * 20}, "image"),
    ):
        wrong = found(write(tmp_path / "a.parquet", **values))
        assert (wrong.diagnostic.code, wrong.argument) == ("column-type", argument)
    struct = arrow.array([{"path": "a.png"}] * 20)
    assert found(write(tmp_path / "a.parquet", images=struct)).diagnostic.code == "column-type"
    assert found(tmp_path / "a.parquet", image="label").diagnostic.code == "column-type"


def test_names_of_classes(tmp_path: Path) -> None:
    assert load("parquet", SHAPE, path=write(tmp_path / "a.parquet", names=("b", "a", "c"))).class_names == (
        "b",
        "a",
        "c",
    )
    few = found(write(tmp_path / "a.parquet", names=("cat",)))
    assert (few.diagnostic.code, few.argument) == ("bad-labels", "label")
    write(tmp_path / "p" / "train-0.parquet")
    write(tmp_path / "p" / "test-0.parquet", names=("dog", "cat"))
    diagnostic = found(tmp_path / "p").diagnostic
    assert diagnostic.code == "mixed-labels"
    assert "numbers of the classes dog, cat" in diagnostic.text
    write(tmp_path / "p" / "test-0.parquet", names=None, labels=["cat", "dog"] * 10)
    assert found(tmp_path / "p").diagnostic.code == "mixed-labels"


@pytest.mark.parametrize(
    "data",
    [
        None,
        b"{",
        b"[]",
        b"3",
        b"[" * 100_000,
        b'{"info": {"features": {"label": {"dtype": "int64"}}}}',
        b'{"info": {"features": {"label": {"names": "ab"}}}}',
        b'{"info": {"features": {"label": {"names": [1, 2]}}}}',
        b'{"info": {"features": {"label": {"names": ["a", "a"]}}}}',
        b'{"info": {"features": []}}',
    ],
)
def test_metadata_without_names(data: bytes | None) -> None:
    assert class_label(None if data is None else {b"huggingface": data}, "label") is None


@pytest.mark.parametrize(
    ("labels", "code", "text"),
    [
        ([0, 1, None] * 5, "bad-labels", "row 2 has none"),
        (["a", None, "b"] * 5, "bad-labels", "row 1 has none"),
        ([0, 1, -1] * 5, "bad-labels", "number 2 is -1"),
        ([-1] * 15, "bad-labels", "number 0 is -1"),
        ([0, 1, 0.5] * 5, "bad-labels", "number 2 is 0.5"),
        ([0] * 15, "single-class", "'cat'"),
        (["a"] * 15, "single-class", "'a'"),
        ([0, 1, 2] * 5, "bad-labels", "number 2 is 2"),
    ],
)
def test_wrong_labels(tmp_path: Path, labels: list[object], code: str, text: str) -> None:
    diagnostic = found(write(tmp_path / "a.parquet", 15, labels)).diagnostic
    assert diagnostic.code == code
    assert text in diagnostic.text


@pytest.mark.parametrize("labels", [[-1] * 6, arrow.array([None] * 6, arrow.int64())])
def test_a_test_set_without_labels(tmp_path: Path, labels: object) -> None:
    write(tmp_path / "train-0.parquet")
    write(tmp_path / "test-0.parquet", 6, labels)
    diagnostic = found(tmp_path).diagnostic
    assert diagnostic.code == "unlabelled"
    assert "test-0.parquet' is published without labels" in diagnostic.text
    assert "test = 0.1" in diagnostic.hints[0]
    write(tmp_path / "test-0.parquet", 6, [0, -1, 1, -1, -1, 0])
    assert "number 1 is -1" in found(tmp_path).diagnostic.text


def test_images_elsewhere(tmp_path: Path) -> None:
    outside = tmp_path / "outside.png"
    outside.write_bytes(image(0))
    kind = arrow.struct({"bytes": arrow.binary(), "path": arrow.string()})
    paths = arrow.array([*cells(300), {"bytes": None, "path": str(outside)}], kind)
    diagnostic = found(write(tmp_path / "a.parquet", 301, images=paths)).diagnostic
    assert diagnostic.code == "image-elsewhere"
    assert (
        f"row 300 of '{tmp_path / 'a.parquet'}' holds only the path of an image, '{outside}'"
        in diagnostic.text
    )
    missing = arrow.array([*cells(3), None, *cells(16)], kind)
    diagnostic = found(write(tmp_path / "a.parquet", images=missing)).diagnostic
    assert "row 3" in diagnostic.text
    assert "no image" in diagnostic.text
    splits = load("parquet", SHAPE, path=str(tmp_path / "a.parquet"), skip_broken=True)
    assert [sum(map(len, splits)), len(splits.skipped)] == [19, 1]
    assert splits.skipped[0].reason == "it holds no image"


def test_broken_images(tmp_path: Path) -> None:
    images = [*cells(19), {"bytes": image(0)[:50], "path": "x"}]
    path = write(tmp_path / "a.parquet", images=images)
    diagnostic = found(path).diagnostic
    assert diagnostic.code == "broken-image"
    assert "a.parquet: row 19" in diagnostic.text
    assert len(load("parquet", SHAPE, path=path, skip_broken=True).skipped) == 1


def test_too_much_for_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A value that is written once and referred to a million times is small in the file only."""
    labels = arrow.array(np.arange(10_000) % 2)
    images = arrow.array([b"x" * 10_000] * 10_000, arrow.binary())
    path = write(tmp_path / "a.parquet", 10_000, labels, images=images)
    assert Path(path).stat().st_size < 100_000
    monkeypatch.setattr(arrays, "MAX_BYTES", 2**24)
    assert found(path).diagnostic.code == "data-too-large"


def test_files_that_are_no_tables(tmp_path: Path) -> None:
    path = Path(write(tmp_path / "a.parquet"))
    whole = path.read_bytes()
    for data in (
        b"PAR1",
        whole[:-1],
        whole[: len(whole) // 2],
        b"<html>" * 99,
        b"PAR1" + bytes(100) + b"PAR1",
    ):
        path.write_bytes(data)
        assert found(path).diagnostic.code == "broken-parquet"
    path.write_bytes(b"")
    assert found(path).diagnostic.code == "data-empty"


@pytest.mark.parametrize("text", [False, True])
@pytest.mark.parametrize("compression", ["none", "snappy"])
def test_damage(tmp_path: Path, compression: str, text: bool) -> None:
    path = tmp_path / "a.parquet"
    labels = ["cat", "dog"] * 4 if text else None
    write(path, 8, labels, compression=compression, write_page_checksum=False)
    whole = path.read_bytes()
    source = random.Random(0)
    for turn in range(300):
        path.write_bytes(damage(whole, source))
        try:
            attempt("parquet", shape=SHAPE, path=str(path), skip_broken=bool(turn % 2))
        except OpError as problem:  # of an image that is broken behind its header
            render(problem.diagnostic)
