"""Source ``webdataset``: samples in tar shards."""

import bz2
import gzip
import io
import lzma
import random
import tarfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from data_files import error, load
from PIL import Image
from test_data_fuzz import attempt, damage

from cnnspec.ir import OpError
from cnnspec.source import render
from cnnspec.train.data import relative_to
from cnnspec.train.data.shards import expanded
from cnnspec.train.data.tar_file import Window
from cnnspec.train.data.tar_samples import split_name

SHAPE = (3, 4, 4)
Entries = Sequence[tuple[str, bytes]]


def pixels(seed: int) -> np.ndarray:
    return np.random.RandomState(seed).randint(0, 256, (4, 4, 3), np.uint8)


def image(seed: int, kind: str = "PNG") -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels(seed)).save(stream, kind)
    return stream.getvalue()


def samples(
    count: int = 20, classes: Sequence[str] = ("0", "1"), first: int = 0, label: str = "cls"
) -> Entries:
    """Sample i has the image of seed i and the i-th of the classes, in turns."""
    pairs = [
        [(f"{i:04}.png", image(i)), (f"{i:04}.{label}", classes[i % len(classes)].encode())]
        for i in range(first, first + count)
    ]
    return [entry for pair in pairs for entry in pair]


def write_tar(path: Path, entries: Entries, format: int = tarfile.PAX_FORMAT) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w", format=format) as archive:
        for name, data in entries:
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return str(path)


def write_member(path: Path, **values: object) -> str:
    """An archive of good samples and one odd member."""
    write_tar(path, samples())
    with tarfile.open(path, "a") as archive:
        member = tarfile.TarInfo()
        for key, value in values.items():
            setattr(member, key, value)
        archive.addfile(member)
    return str(path)


def found(path: str | Path, **values: object) -> OpError:
    return error("webdataset", SHAPE, path=str(path), **values)


@pytest.mark.parametrize("format", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_images_are_read_where_they_lie(tmp_path: Path, format: int) -> None:
    entries = [(f"{'long/' * 15}dogs.d/{name}", data) for name, data in samples()]
    path = write_tar(tmp_path / "a.tar", entries, format)
    splits = load("webdataset", SHAPE, path=path)
    assert [len(part) for part in splits] == [16, 2, 2]
    assert splits.class_names == ("0", "1")
    for part in splits:
        seeds = [int(Path(part.names(i)).stem) for i in range(len(part))]
        assert (part.batch(range(len(part))) == [pixels(seed) for seed in seeds]).all()
        assert part.labels.tolist() == [seed % 2 for seed in seeds]
        backwards = part.batch(range(len(part) - 1, -1, -1))
        assert (backwards == [pixels(seed) for seed in reversed(seeds)]).all()


def test_the_library_writes_such_shards(tmp_path: Path) -> None:
    webdataset = pytest.importorskip("webdataset")
    with webdataset.ShardWriter(str(tmp_path / "train-%06d.tar"), maxcount=7, verbose=0) as writer:
        for i in range(20):
            writer.write({"__key__": f"cats/{i:04}", "png": pixels(i), "cls": i % 3})
    splits = load(
        "webdataset", SHAPE, path=str(tmp_path / "train-{000000..000002}.tar"), validation=0.0, test=0.0
    )
    assert splits.class_names == ("0", "1", "2")
    assert splits.train.labels.tolist() == [i % 3 for i in range(20)]
    assert (splits.train.batch(range(20)) == [pixels(i) for i in range(20)]).all()
    assert splits.train.names(8) == "train-000001.tar/cats/0008.png"


def test_large_images(tmp_path: Path) -> None:
    large = np.random.RandomState(0).randint(0, 256, (300, 400, 3), np.uint8)
    stream = io.BytesIO()
    Image.fromarray(large).save(stream, "PNG")
    assert len(stream.getvalue()) > 2**18
    entries = [
        (f"{i}.{e}", data) for i in range(2) for e, data in (("png", stream.getvalue()), ("cls", b"%d" % i))
    ]
    path = write_tar(tmp_path / "a.tar", entries)
    splits = load("webdataset", (3, 300, 400), path=path, validation=0.0, test=0.0)
    assert (splits.train.batch([1, 0]) == large).all()
    cut = write_tar(tmp_path / "b.tar", [(name, data[: 2**18 + 99]) for name, data in entries])
    assert error("webdataset", (3, 300, 400), path=cut).diagnostic.code == "broken-image"


def test_ways_to_name_shards(tmp_path: Path) -> None:
    for shard in range(3):
        write_tar(tmp_path / "shards" / f"a-{shard:03}.tar", samples(10, first=10 * shard))
    (tmp_path / "shards" / "a-index.json").write_text("{}")
    for path in (
        "shards",
        "shards/",
        "shards/*.tar",
        "shards/a-{000..002}.tar",
        "shards/a-{000,001,002}.tar",
    ):
        with relative_to(tmp_path):
            splits = load("webdataset", SHAPE, path=path, validation=0.0, test=0.0)
        assert [splits.train.names(i)[:9] for i in (0, 10, 29)] == ["a-000.tar", "a-001.tar", "a-002.tar"]
    with relative_to(tmp_path):
        assert len(load("webdataset", SHAPE, path="shards/a-{000..001}.tar", test=0.0).train) == 18
        assert found("shards/a-{000..003}.tar").diagnostic.code == "data-not-found"
        assert found("shards/b-*.tar").diagnostic.code == "data-not-found"
        assert found("shards/a-000.tra").diagnostic.hints == ("did you mean 'a-000.tar'?",)


def test_braces() -> None:
    assert expanded("a-{8..11}", "path") == ["a-8", "a-9", "a-10", "a-11"]
    assert expanded("a-{08..11}.{x,}", "path")[:3] == ["a-08.x", "a-08.", "a-09.x"]
    assert expanded("{1..2}{1..2}", "path") == ["11", "12", "21", "22"]
    for wrong in ("{3..1}", "{abc}", "{}", "{0..999999999}", "{0..9999}{0..9999}", "{a..c}"):
        with pytest.raises(OpError) as raised:
            expanded(wrong, "path")
        assert raised.value.diagnostic.code == "bad-shards"


def test_addresses_are_not_read(tmp_path: Path) -> None:
    for path in ("https://example.org/train-0000.tar", "pipe:cat train.tar"):
        assert found(path).diagnostic.code == "bad-shards"
    assert found("a\0.tar").diagnostic.code == "data-not-found"


def test_parts_by_names(tmp_path: Path) -> None:
    for part, count in (("train-0", 10), ("train-1", 8), ("val-0", 6), ("test", 4)):
        write_tar(tmp_path / f"{part}.tar", samples(count))
    splits = load("webdataset", SHAPE, path=str(tmp_path))
    assert [len(part) for part in splits] == [18, 6, 4]
    assert splits.test.names(0) == "test.tar/0000.png"
    only = load("webdataset", SHAPE, path=str(tmp_path / "val-*.tar"), validation=0.5, test=0.0)
    assert [len(part) for part in only] == [2, 4, 0] or [len(part) for part in only] == [4, 2, 0]
    write_tar(tmp_path / "more.tar", samples(4))
    unclear = found(tmp_path)
    assert (unclear.diagnostic.code, unclear.argument) == ("mixed-parts", "path")
    assert "more.tar" in unclear.diagnostic.text


def test_parts_by_arguments(tmp_path: Path) -> None:
    for name, count in (("birds-0", 10), ("birds-1", 8), ("extra", 6), ("test-0", 4)):
        write_tar(tmp_path / f"{name}.tar", samples(count))
    given = {"validation_shards": str(tmp_path / "extra.tar"), "test_shards": str(tmp_path / "test-*.tar")}
    splits = load("webdataset", SHAPE, path=str(tmp_path), **given)
    assert [len(part) for part in splits] == [18, 6, 4]
    same = {"validation_shards": given["test_shards"], "test_shards": given["test_shards"]}
    assert found(tmp_path, **same).diagnostic.code == "bad-shards"
    assert found(tmp_path / "extra.tar", **given).diagnostic.code == "bad-shards"
    missing = found(tmp_path / "birds-0.tar", test_shards=str(tmp_path / "no.tar"))
    assert (missing.diagnostic.code, missing.argument) == ("data-not-found", "test_shards")


def test_names_of_samples() -> None:
    assert split_name("a/b.c/0001.left.PNG") == ("a/b.c/0001", "left.png")
    assert split_name("./0001.jpg") == ("0001", "jpg")
    for none in ("README", "._0001.jpg", "a/.hidden", "__meta__/0.jpg", "__info__", "0001."):
        assert split_name(none) is None


def test_extensions(tmp_path: Path) -> None:
    entries = [
        entry
        for i in range(20)
        for entry in (
            (f"{i}.mask.png", image(100 + i)),
            (f"{i}.JPG", image(200 + i, "PNG")),
            (f"{i}.png", image(i)),
            (f"{i}.cls", b"%d" % (i % 2)),
            (f"{i}.group", b"%d\n" % (i % 4)),
        )
    ]
    path = write_tar(tmp_path / "a.tar", [("LICENSE", b"free"), ("__meta__", b"?"), *entries])

    def first(**values: object) -> tuple[np.ndarray, int]:
        splits = load("webdataset", SHAPE, path=path, validation=0.0, test=0.0, **values)
        return splits.train.batch([3])[0], splits.classes

    assert (first()[0] == pixels(203)).all()
    assert (first(image="png")[0] == pixels(3)).all()
    assert (first(image=".mask.png")[0] == pixels(103)).all()
    assert (first(image="webp;png")[0] == pixels(3)).all()
    assert [first()[1], first(label="group")[1]] == [2, 4]


def test_samples_without_images(tmp_path: Path) -> None:
    lost = [(f"x{i}.cls", b"1") for i in range(7)]
    path = write_tar(tmp_path / "a.tar", [*samples(), *lost])
    diagnostic = found(path).diagnostic
    assert "7 samples" in diagnostic.text
    assert "x4' (no image: it holds .cls) and 2 more" in diagnostic.text
    assert len(load("webdataset", SHAPE, path=path, skip_broken=True).skipped) == 7
    assert found(write_tar(tmp_path / "b.tar", lost), skip_broken=True).diagnostic.code == "broken-sample"
    assert found(write_tar(tmp_path / "c.tar", [("README", b"hello")])).diagnostic.code == "data-empty"
    assert found(write_tar(tmp_path / "d.tar", [])).diagnostic.code == "data-empty"


def test_broken_images(tmp_path: Path) -> None:
    broken = [("x.png", image(0)[:40]), ("x.cls", b"0"), ("y.png", b""), ("y.cls", b"1")]
    path = write_tar(tmp_path / "a.tar", [*samples(), *broken])
    diagnostic = found(path).diagnostic
    assert diagnostic.code == "broken-image"
    assert "a.tar: x.png'" in diagnostic.text
    splits = load("webdataset", SHAPE, path=path, skip_broken=True)
    assert (sum(map(len, splits)), len(splits.skipped)) == (20, 2)


def test_archives_that_change_after_reading(tmp_path: Path) -> None:
    path = Path(write_tar(tmp_path / "a.tar", samples()))
    splits = load("webdataset", SHAPE, path=str(path), validation=0.0, test=0.0)
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(OpError):
        splits.train.batch([19])
    path.unlink()
    with pytest.raises(OpError) as raised:
        splits.train.batch([0])
    assert "it is gone" in raised.value.diagnostic.text


@pytest.mark.parametrize(("method", "packed"), [("gzip", gzip), ("bzip2", bz2), ("xz", lzma)])
def test_compressed_archives(tmp_path: Path, method: str, packed: object) -> None:
    data = Path(write_tar(tmp_path / "a.tar", samples())).read_bytes()
    (tmp_path / "a.tar.x").write_bytes(packed.compress(data))  # type: ignore[attr-defined]
    diagnostic = found(tmp_path / "a.tar.x").diagnostic
    assert (diagnostic.code, method in diagnostic.text) == ("compressed-tar", True)
    assert "unpack" in diagnostic.hints[0]


def test_truncated_archives(tmp_path: Path) -> None:
    path = Path(write_tar(tmp_path / "a.tar", samples()))
    whole = path.read_bytes()
    with tarfile.open(path) as archive:
        end = archive.getmembers()[-1].offset_data + 512
    for length in (1, 300, 512, 700, 1024, 1100, 5000, 5120, end - 100, end):
        path.write_bytes(whole[:length])
        assert found(path).diagnostic.code == "broken-tar", length
    path.write_bytes(whole[: end + 512])
    assert load("webdataset", SHAPE, path=str(path))
    path.write_bytes(b"")
    assert found(path).diagnostic.code == "data-empty"
    path.write_bytes(b"<html>" * 500)
    assert found(path).diagnostic.code == "broken-tar"


def test_a_damaged_header_in_the_middle(tmp_path: Path) -> None:
    path = Path(write_tar(tmp_path / "a.tar", samples()))
    with tarfile.open(path) as archive:
        offset = archive.getmembers()[10].offset
    data = bytearray(path.read_bytes())
    data[offset + 3] ^= 1
    path.write_bytes(data)
    diagnostic = found(path).diagnostic
    assert (diagnostic.code, f"byte {offset}" in diagnostic.text) == ("broken-tar", True)


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"name": "../0001.jpg"}, "out of the archive"),
        ({"name": "a/../../0001.jpg"}, "out of the archive"),
        ({"name": "a\\..\\0001.jpg"}, "out of the archive"),
        ({"name": "/etc/0001.jpg"}, "out of the archive"),
        ({"name": "C:\\0001.jpg"}, "out of the archive"),
        ({"name": "x.jpg", "type": tarfile.SYMTYPE, "linkname": "/etc/passwd"}, "a link to '/etc/passwd'"),
        ({"name": "x.jpg", "type": tarfile.LNKTYPE, "linkname": "0000.png"}, "a link to '0000.png'"),
        ({"name": "x.jpg", "type": tarfile.CHRTYPE}, "a device"),
        ({"name": "x.jpg", "type": tarfile.FIFOTYPE}, "a device"),
        ({"name": "x.jpg", "type": b"Q"}, "no plain file"),
    ],
)
def test_odd_members(tmp_path: Path, values: dict[str, object], text: str) -> None:
    diagnostic = found(write_member(tmp_path / "a.tar", **values)).diagnostic
    assert diagnostic.code == "unsafe-member"
    assert str(values["name"]) in diagnostic.text
    assert text in diagnostic.text


def test_sizes_that_lead_backwards(tmp_path: Path) -> None:
    """A negative size would have a reader go round in circles."""
    for pax in ({"size": "-3072"}, {"size": "-1"}, {"size": "99999999999999"}):
        path = tmp_path / "a.tar"
        write_tar(path, samples())
        with tarfile.open(path, "a") as archive:
            member = tarfile.TarInfo("x.png")
            member.pax_headers = pax
            archive.addfile(member)
        assert found(path).diagnostic.code == "broken-tar"


def test_folders_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w") as archive:
        member = tarfile.TarInfo("./")
        member.type = tarfile.DIRTYPE
        archive.addfile(member)
        for name, data in samples():
            member = tarfile.TarInfo(f"./{name}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    assert sum(map(len, load("webdataset", SHAPE, path=str(path)))) == 20


def test_duplicate_samples(tmp_path: Path) -> None:
    path = write_tar(tmp_path / "a.tar", [*samples(), ("./0003.PNG", image(1))])
    diagnostic = found(path).diagnostic
    assert diagnostic.code == "duplicate-sample"
    assert "'png' of the sample '0003' twice" in diagnostic.text


def test_keys_may_start_anew_in_each_shard(tmp_path: Path) -> None:
    for shard in "ab":
        write_tar(tmp_path / f"{shard}.tar", samples())
    splits = load("webdataset", SHAPE, path=str(tmp_path), validation=0.0, test=0.0)
    assert (splits.train.names(0), splits.train.names(20)) == ("a.tar/0000.png", "b.tar/0000.png")


def test_a_window_is_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(bytes(range(100)))
    with io.BufferedReader(Window(path, 10, 20)) as stream:
        assert stream.read() == bytes(range(10, 30))
        assert stream.read() == b""
        assert (stream.seek(-3, 2), stream.read(9)) == (17, bytes(range(27, 30)))
        stream.seek(5)
        assert (stream.read(2), stream.tell()) == (bytes((15, 16)), 7)
        assert (stream.seek(40), stream.read(1)) == (40, b"")


@pytest.mark.parametrize("format", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_damage(tmp_path: Path, format: int) -> None:
    path = tmp_path / "a.tar"
    write_tar(path, [("é" * 120 + ".png", image(99)), ("é" * 120 + ".cls", b"1"), *samples(8)], format)
    whole = path.read_bytes()
    source = random.Random(0)
    for turn in range(400):
        path.write_bytes(damage(whole, source))
        try:
            attempt("webdataset", shape=SHAPE, path=str(path), skip_broken=bool(turn % 2))
        except OpError as problem:  # of an image that is broken behind its header
            render(problem.diagnostic)
