"""Sources ``idx``, ``npz`` and ``fashion_mnist``."""

import gzip
import http.server
import os
import struct
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from data_files import error, idx_bytes, images, labels, load, write_idx

from cnnspec.ir import OpError
from cnnspec.train.data import download, measure, relative_to
from cnnspec.train.data.sources import fashion_mnist


@pytest.fixture
def pair(tmp_path: Path) -> dict[str, str]:
    return {
        "images": write_idx(tmp_path / "images", images()),
        "labels": write_idx(tmp_path / "labels", labels()),
    }


def save(path: Path, **arrays: np.ndarray) -> str:
    np.savez(path, **arrays)
    return str(path)


@pytest.mark.parametrize("zipped", [False, True])
def test_idx(tmp_path: Path, zipped: bool) -> None:
    values = {
        "images": write_idx(tmp_path / "i", images(), zipped),
        "labels": write_idx(tmp_path / "l", labels(), zipped),
    }
    splits = load("idx", **values)
    assert [len(part) for part in splits] == [32, 4, 4]
    assert splits.class_names == ("0", "1")
    whole = images()
    for part in splits:
        rows = [int(part.names(i).removeprefix("train ")) for i in range(len(part))]
        assert (part.batch(range(len(part)))[..., 0] == whole[rows]).all()
        assert (part.labels == labels()[rows]).all()


def test_idx_with_test_files(pair: dict[str, str], tmp_path: Path) -> None:
    test = {
        "test_images": write_idx(tmp_path / "ti", images(6)),
        "test_labels": write_idx(tmp_path / "tl", labels(6)),
    }
    splits = load("idx", **pair, **test, validation=0.25)
    assert [len(part) for part in splits] == [30, 10, 6]
    assert splits.test.names(5) == "test 5"
    assert load("idx", **pair, **test, validation=0.0).validation.batch([]).shape == (0, 4, 4, 1)
    half = error("idx", **pair, test_images=test["test_images"])
    assert (half.diagnostic.code, half.argument) == ("bad-value", "test_images")
    write_idx(tmp_path / "tl", labels(6, 3))
    assert error("idx", **pair, **test).argument == "test_labels"


def test_relative_paths_start_at_the_base(pair: dict[str, str], tmp_path: Path) -> None:
    with relative_to(tmp_path):
        assert load("idx", images="images", labels="labels")
    missing = error("idx", images="images", labels="labels")
    assert missing.diagnostic.code == "data-not-found"


def test_missing_files_name_the_nearest(pair: dict[str, str], tmp_path: Path) -> None:
    found = error("idx", images=str(tmp_path / "imagse"), labels=pair["labels"])
    assert found.argument == "images"
    assert found.diagnostic.hints == ("did you mean 'images'?",)
    nowhere = error("idx", images=str(tmp_path / "no" / "images"), labels=pair["labels"])
    assert "either" in nowhere.diagnostic.hints[0]
    folder = error("idx", images=str(tmp_path), labels=pair["labels"])
    assert "it is a folder" in folder.diagnostic.hints[0]
    assert error("idx", images="a\0b", labels=pair["labels"]).diagnostic.code == "data-not-found"


def test_broken_idx(pair: dict[str, str], tmp_path: Path) -> None:
    path, whole = Path(pair["images"]), idx_bytes(images())

    def code(data: bytes) -> str:
        path.write_bytes(data)
        return error("idx", **pair).diagnostic.code

    assert code(b"") == "data-empty"
    assert code(whole[:-1]) == "idx-length"
    assert code(whole[:9]) == "idx-length"
    assert code(whole + b"!") == "idx-length"
    assert code(b"<html>" * 9) == "idx-magic"
    assert code(whole[:4] + struct.pack(">3I", 2**31, 2**31, 2**31)) == "idx-length"
    assert code(gzip.compress(whole)[:-9]) == "idx-length"
    assert code(gzip.compress(whole)[:-1]) == "broken-gzip"
    assert code(gzip.compress(whole[:4] + struct.pack(">3I", 2**31, 2**31, 2**31))) == "idx-length"
    assert code(whole[:4] + struct.pack(">3I", 0, 4, 4)) == "data-empty"
    swapped = error("idx", images=pair["labels"], labels=write_idx(path, images()))
    assert "swapped" in swapped.diagnostic.hints[0]


def test_truncated_idx_says_how_many_bytes(pair: dict[str, str]) -> None:
    path = Path(pair["images"])
    path.write_bytes(path.read_bytes()[:100])
    found = error("idx", **pair).diagnostic
    assert "656 bytes" in found.text
    assert "holds 100" in found.text


@pytest.mark.parametrize(
    ("values", "code"),
    [
        (labels(39), "count-mismatch"),
        (np.zeros(40, np.uint8), "single-class"),
        (labels().astype(np.int8) - np.int8(1), "bad-labels"),
        (labels() + np.float32(0.5), "bad-labels"),
        (np.where(labels() > 0, np.float32(np.nan), 0).astype(np.float32), "bad-labels"),
        ((labels().astype(np.int32) * 10**6), "bad-labels"),
    ],
)
def test_wrong_labels(pair: dict[str, str], values: np.ndarray, code: str) -> None:
    write_idx(Path(pair["labels"]), values)
    found = error("idx", **pair)
    assert (found.diagnostic.code, found.argument) == (code, "labels")


def test_unreadable(pair: dict[str, str]) -> None:
    os.chmod(pair["images"], 0)
    if os.access(pair["images"], os.R_OK):
        pytest.skip("this user may read everything")
    assert error("idx", **pair).diagnostic.code == "data-unreadable"


@pytest.mark.parametrize(
    "names", [("x_train", "y_train"), ("train_images", "train_labels"), ("images", "labels")]
)
def test_npz_names(tmp_path: Path, names: tuple[str, str]) -> None:
    path = save(tmp_path / "a.npz", **{names[0]: images(), names[1]: labels()})
    assert [len(part) for part in load("npz", path=path)] == [32, 4, 4]


def test_npz_with_all_parts(tmp_path: Path) -> None:
    arrays = {"x_train": images(), "y_train": labels()[:, None], "x_val": images(6), "y_val": labels(6)}
    path = save(tmp_path / "a.npz", **arrays, x_test=images(8), y_test=labels(8))
    splits = load("npz", path=path, validation=0.9, test=0.9)
    assert [len(part) for part in splits] == [40, 6, 8]
    assert splits.validation.names(2) == "validation 2"


def test_layouts_and_values(tmp_path: Path) -> None:
    last = np.random.RandomState(0).randint(0, 256, (40, 4, 5, 3), np.uint8)
    first = last.transpose(0, 3, 1, 2)

    def read(array: np.ndarray, shape: tuple[int, ...] = (3, 4, 5), **values: object) -> np.ndarray:
        path = save(tmp_path / "a.npz", images=array, labels=labels())
        train = load("npz", shape, path=path, validation=0.0, test=0.0, **values).train
        return train.batch(range(40)).transpose(0, 3, 1, 2)

    for array in (last, first, np.asfortranarray(first), first.astype(np.int64), first.astype(np.float64)):
        out = read(array)
        assert out.dtype == np.uint8
        assert (out == first).all()
    floats = read(first / 255)
    assert floats.dtype == np.float32
    assert np.allclose(floats, first / 255)
    assert (read(first > 127) == (first > 127) * 255).all()
    assert read(first, (1, 4, 5), mode="gray").shape == (40, 1, 4, 5)
    assert read(last[..., :1], (3, 8, 8), mode="rgb", fit="resize").shape == (40, 3, 8, 8)
    assert read(np.zeros((40, 3, 3, 3), np.uint8), (3, 3, 3)).shape == (40, 3, 3, 3)
    assert read(np.zeros((40, 4, 5, 7), np.uint8), (7, 4, 5)).shape == (40, 7, 4, 5)


@pytest.mark.parametrize(
    ("arrays", "code"),
    [
        ({"weights": images()}, "npz-arrays"),
        ({}, "npz-arrays"),
        ({"images": images(), "labels": np.eye(2)[labels()]}, "bad-labels"),
        ({"images": images(), "labels": np.array(["cat", "dog"] * 20)}, "bad-labels"),
        ({"images": images(), "labels": np.float64(3)}, "bad-labels"),
        ({"images": images(0), "labels": labels(0)}, "data-empty"),
        ({"images": images() * -1.0, "labels": labels()}, "image-array"),
        ({"images": images() * np.nan, "labels": labels()}, "image-array"),
        ({"images": images().astype(np.int64) * 9, "labels": labels()}, "image-array"),
        ({"images": images() * 1j, "labels": labels()}, "image-array"),
        ({"images": images()[0], "labels": labels()}, "image-array"),
        ({"images": np.zeros((40, 5, 4, 5)), "labels": labels()}, "image-array"),
        ({"images": np.array([object()] * 40), "labels": labels()}, "object-array"),
        ({"images": images(40, 6, 6), "labels": labels()}, "image-size"),
        ({"images": images(), "labels": labels(), "x_test": images(4), "y_test": labels(4, 4)}, "bad-labels"),
    ],
)
def test_wrong_npz(tmp_path: Path, arrays: dict[str, np.ndarray], code: str) -> None:
    if code == "bad-labels" and "x_test" in arrays:
        arrays = {**arrays, "x_train": arrays["images"], "y_train": arrays["labels"]}
    found = error("npz", path=save(tmp_path / "a.npz", **arrays))
    assert found.diagnostic.code == code
    if code == "npz-arrays":
        assert ", ".join(arrays) in found.diagnostic.text


def test_npz_that_declares_more_than_it_has(tmp_path: Path) -> None:
    def header(shape: str) -> bytes:
        text = f"{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}}}\n".encode()
        return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text

    for shape, code in [("(40, 10000, 10000)", "broken-npz"), ("(4000000, 4000000)", "data-too-large")]:
        with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
            archive.writestr("images.npy", header(shape))
            archive.writestr("labels.npy", header(shape))
        assert error("npz", path=str(tmp_path / "a.npz")).diagnostic.code == code


@pytest.fixture
def fashion(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small set in the tree of Debian's package, and no set anywhere else."""
    monkeypatch.setattr(fashion_mnist, "DEBIAN", tmp_path / "nowhere")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "tree" / "usr" / "share" / "datasets" / "fashion-mnist"
    folder.mkdir(parents=True)
    for name, count in [("train", 40), ("t10k", 10)]:
        write_idx(folder / f"{name}-images-idx3-ubyte.gz", images(count, 28, 28), zipped=True)
        write_idx(folder / f"{name}-labels-idx1-ubyte.gz", labels(count, 10), zipped=True)
    return folder


def test_fashion_mnist_is_found(fashion: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in (fashion, tmp_path / "tree"):
        splits = load("fashion_mnist", (1, 28, 28), path=str(path))
        assert [len(part) for part in splits] == [30, 10, 10]
        assert splits.class_names[9] == "Ankle boot"
        assert splits.test.names(3) == "test 3"
    monkeypatch.setattr(fashion_mnist, "DEBIAN", fashion)
    assert load("fashion_mnist", (1, 28, 28))


def test_fashion_mnist_is_missing(fashion: Path, tmp_path: Path) -> None:
    found = error("fashion_mnist", (1, 28, 28))
    assert "dataset-fashion-mnist" in found.diagnostic.hints[0]
    (fashion / "t10k-labels-idx1-ubyte.gz").unlink()
    found = error("fashion_mnist", (1, 28, 28), path=str(fashion))
    assert found.diagnostic.path.endswith("t10k-labels-idx1-ubyte")  # type: ignore[attr-defined]
    write_idx(fashion / "t10k-labels-idx1-ubyte", labels(10, 12) + np.uint8(5))
    assert error("fashion_mnist", (1, 28, 28), path=str(fashion)).diagnostic.code == "bad-labels"


@pytest.fixture
def server(fashion: Path) -> Iterator[str]:
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args: object) -> None:
            super().__init__(*args, directory=str(fashion))  # type: ignore[arg-type]

        def log_message(self, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}/"
        running.shutdown()


def test_download(fashion: Path, server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import hashlib

    monkeypatch.setattr(fashion_mnist, "URL", server)
    found = error("fashion_mnist", (1, 28, 28), download=True)
    assert (found.diagnostic.code, found.argument) == ("checksum-mismatch", "download")
    cache = tmp_path / "cache" / "cnnspec" / "fashion-mnist"
    assert list(cache.iterdir()) == []
    sums = {p.name.removesuffix(".gz"): hashlib.md5(p.read_bytes()).hexdigest() for p in fashion.iterdir()}
    monkeypatch.setattr(fashion_mnist, "MD5", sums)
    assert load("fashion_mnist", (1, 28, 28), download=True)
    assert len(list(cache.iterdir())) == 4
    assert load("fashion_mnist", (1, 28, 28))


def test_failed_downloads(server: str, tmp_path: Path) -> None:
    closed = "http://127.0.0.1:9/x"
    for url in (server + "missing", closed, (tmp_path / "no").as_uri(), "nonsense"):
        with pytest.raises(OpError) as found:
            download.fetch(url, tmp_path / "out" / "x", "0", ("hint",), "download", timeout=5)
        assert found.value.diagnostic.code == "download-failed"
    assert list((tmp_path / "out").iterdir()) == []
    (tmp_path / "file").write_text("")
    with pytest.raises(OpError):
        download.fetch(closed, tmp_path / "file" / "x", "0", (), "download")


REAL = os.environ.get("CNNSPEC_FASHION_MNIST") or str(fashion_mnist.DEBIAN)


@pytest.mark.skipif(not os.path.isdir(REAL), reason="needs Debian's package dataset-fashion-mnist")
def test_the_real_fashion_mnist() -> None:
    splits = load("fashion_mnist", (1, 28, 28), path=REAL, validation=0.0)
    assert [len(part) for part in splits] == [60000, 0, 10000]
    found = measure(splits.train)
    assert found.mean == pytest.approx((0.2860,), abs=5e-5)
    assert found.std == pytest.approx((0.3530,), abs=5e-5)
    assert (np.bincount(splits.train.labels) == 6000).all()
