"""Source ``cifar``: both sets in both of their forms, and pickles that ask for too much."""

import os
import pickle
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from data_files import error, load
from test_data_fuzz import attempt, damage

from cnnspec.train.data.cifar_files import TEN
from cnnspec.train.data.safe_pickle import Array, BrokenPickle, RefusedPickle, read_pickle

SHAPE = (3, 32, 32)
ROWS = 20
COARSE = tuple(f"group {i}" for i in range(20))
FINE = tuple(f"class {i}" for i in range(100))


def pixels(seed: int, rows: int = ROWS) -> np.ndarray:
    """(N, 3, 32, 32), as the files have them."""
    return np.random.RandomState(seed).randint(0, 256, (rows, 3, 32, 32), np.uint8)


def numbers(seed: int, classes: int, rows: int = ROWS) -> list[int]:
    return [(seed + i) % classes for i in range(rows)]


def write_binary(folder: Path, name: str, seed: int, kinds: tuple[int, ...]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    columns = [np.array(numbers(seed, classes), np.uint8)[:, None] for classes in kinds]
    (folder / name).write_bytes(np.concatenate([*columns, pixels(seed).reshape(ROWS, -1)], 1).tobytes())


def python2(value: object) -> bytes:
    """Instructions that Python 2 and its NumPy pickle ``value`` with."""
    if isinstance(value, str | bytes):
        data = value.encode() if isinstance(value, str) else value
        return b"T" + len(data).to_bytes(4, "little") + data
    if isinstance(value, int):
        return b"J" + value.to_bytes(4, "little", signed=True)
    if isinstance(value, list):
        return b"](" + b"".join(map(python2, value)) + b"e"
    if isinstance(value, dict):
        return b"}(" + b"".join(python2(item) for pair in value.items() for item in pair) + b"u"
    assert isinstance(value, np.ndarray)
    kind = b"cnumpy\ndtype\nU\x02u1K\x00K\x01\x87R(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
    shape = b"(" + b"".join(map(python2, value.shape)) + b"t"
    made = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R"
    return made + b"(K\x01" + shape + kind + b"\x89" + python2(value.tobytes()) + b"tb"


def as_python2(value: object) -> bytes:
    return b"\x80\x02" + python2(value) + b"."


def write_python(path: Path, value: object, dumps: Callable[[object], bytes] = as_python2) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(dumps(value))


def batch(seed: int, **labels: int) -> dict[str, object]:
    values: dict[str, object] = {key: numbers(seed, classes) for key, classes in labels.items()}
    return {"data": pixels(seed).reshape(ROWS, -1), "batch_label": "a batch", **values}


def ten(folder: Path, binary: bool, dumps: Callable[[object], bytes] = as_python2) -> Path:
    """CIFAR-10 of twenty images a batch; batch i is made from seed i, the test batch from 9."""
    seeds = {**{f"data_batch_{i}": i for i in range(1, 6)}, "test_batch": 9}
    for name, seed in seeds.items():
        if binary:
            write_binary(folder, f"{name}.bin", seed, (10,))
        else:
            write_python(folder / name, batch(seed, labels=10), dumps)
    names = [f"ten {i}" for i in range(10)]
    if binary:
        (folder / "batches.meta.txt").write_text("\n".join(names) + "\n\n")
    else:
        write_python(folder / "batches.meta", {"label_names": names, "num_vis": 3072}, dumps)
    return folder


def hundred(folder: Path, binary: bool) -> Path:
    """CIFAR-100, likewise: training images from seed 1, test images from 9."""
    for name, seed in (("train", 1), ("test", 9)):
        if binary:
            write_binary(folder, f"{name}.bin", seed, (20, 100))
        else:
            write_python(folder / name, batch(seed, coarse_labels=20, fine_labels=100))
    names = {"fine_label_names": list(FINE), "coarse_label_names": list(COARSE)}
    if not binary:
        write_python(folder / "meta", names)
        return folder
    for key, listed in names.items():
        (folder / f"{key}.txt").write_text("\n".join(listed) + "\n")
    return folder


def cifar(path: Path, **values: object) -> dict[str, object]:
    return {"shape": SHAPE, "path": str(path), **values}


@pytest.mark.parametrize("inside", [False, True])
@pytest.mark.parametrize("binary", [False, True])
def test_cifar_10(tmp_path: Path, binary: bool, inside: bool) -> None:
    folder = tmp_path / ("cifar-10-batches-bin" if binary else "cifar-10-batches-py") if inside else tmp_path
    ten(folder, binary)
    splits = load("cifar", **cifar(tmp_path, validation=0.0))
    assert [len(part) for part in splits] == [5 * ROWS, 0, ROWS]
    assert splits.class_names == tuple(f"ten {i}" for i in range(10))
    stored = np.concatenate([pixels(i) for i in range(1, 6)]).transpose(0, 2, 3, 1)
    assert (splits.train.batch(range(5 * ROWS)) == stored).all()
    assert splits.train.labels.tolist() == [n for i in range(1, 6) for n in numbers(i, 10)]
    assert (splits.test.batch(range(ROWS)) == pixels(9).transpose(0, 2, 3, 1)).all()
    assert splits.test.labels.tolist() == numbers(9, 10)
    assert splits.test.names(3) == "test 3"


@pytest.mark.parametrize("labels", ["fine", "coarse"])
@pytest.mark.parametrize("binary", [False, True])
def test_cifar_100(tmp_path: Path, binary: bool, labels: str) -> None:
    hundred(tmp_path, binary)
    splits = load("cifar", **cifar(tmp_path, labels=labels, validation=0.0))
    assert [len(part) for part in splits] == [ROWS, 0, ROWS]
    assert splits.class_names == (FINE if labels == "fine" else COARSE)
    assert splits.train.labels.tolist() == numbers(1, splits.classes)
    assert (splits.train.batch(range(ROWS)) == pixels(1).transpose(0, 2, 3, 1)).all()


@pytest.mark.parametrize("protocol", range(2, 6))
def test_pickles_of_python_3(tmp_path: Path, protocol: int) -> None:
    def as_bytes(value: object) -> object:
        """What converting the published files gives, where text was read as bytes."""
        if isinstance(value, str):
            return value.encode()
        if isinstance(value, list):
            return [as_bytes(item) for item in value]
        if isinstance(value, dict):
            return {as_bytes(key): as_bytes(item) for key, item in value.items()}
        return value

    for convert in (lambda value: value, as_bytes):
        ten(tmp_path, False, lambda value, convert=convert: pickle.dumps(convert(value), protocol))
        splits = load("cifar", **cifar(tmp_path))
        assert splits.class_names[3] == "ten 3"
        assert (splits.test.batch([4]) == pixels(9).transpose(0, 2, 3, 1)[4]).all()


def test_fortran_order(tmp_path: Path) -> None:
    ten(tmp_path, False)
    values = {"data": np.asfortranarray(pixels(9).reshape(ROWS, -1)), "labels": numbers(9, 10)}
    write_python(tmp_path / "test_batch", values, lambda value: pickle.dumps(value, 4))
    assert (load("cifar", **cifar(tmp_path)).test.batch([4]) == pixels(9).transpose(0, 2, 3, 1)[4]).all()


def test_names_may_be_missing(tmp_path: Path) -> None:
    (ten(tmp_path / "a", True) / "batches.meta.txt").unlink()
    assert load("cifar", **cifar(tmp_path / "a")).class_names == TEN
    (hundred(tmp_path / "b", False) / "meta").unlink()
    assert load("cifar", **cifar(tmp_path / "b")).class_names == tuple(map(str, range(100)))


def test_names_must_be_as_many_as_classes(tmp_path: Path) -> None:
    (ten(tmp_path, True) / "batches.meta.txt").write_text("cat\ndog\n")
    assert "2 classes, not 10" in error("cifar", **cifar(tmp_path)).diagnostic.text
    write_python(ten(tmp_path / "p", False) / "batches.meta", {"names": 3})
    assert "label_names" in error("cifar", **cifar(tmp_path / "p")).diagnostic.text


def test_missing_files_are_named(tmp_path: Path) -> None:
    ten(tmp_path / "cifar-10-batches-bin", True)
    (tmp_path / "cifar-10-batches-bin" / "data_batch_3.bin").unlink()
    found = error("cifar", **cifar(tmp_path)).diagnostic
    assert found.code == "cifar-missing"
    assert "data_batch_3.bin of CIFAR-10" in found.text
    assert "data_batch_2" not in found.text
    other = tmp_path / "other"
    (other / "train").mkdir(parents=True)
    (other / "cifar-100-python.tar.gz").write_bytes(b"?")
    found = error("cifar", **cifar(other)).diagnostic
    assert (found.code, "tar xf" in found.hints[0]) == ("cifar-missing", True)
    assert error("cifar", **cifar(tmp_path / "no")).diagnostic.code == "data-not-found"


def test_two_sets_in_one_folder(tmp_path: Path) -> None:
    ten(tmp_path / "cifar-10-batches-py", False)
    hundred(tmp_path / "cifar-100-binary", True)
    found = error("cifar", **cifar(tmp_path)).diagnostic
    assert (found.code, "cifar-10-batches-py" in found.hints[0]) == ("cifar-ambiguous", True)
    assert load("cifar", **cifar(tmp_path / "cifar-100-binary")).classes == 100
    (tmp_path / "cifar-100-binary" / "test.bin").unlink()
    assert load("cifar", **cifar(tmp_path)).classes == 10


def test_coarse_labels_are_of_cifar_100(tmp_path: Path) -> None:
    found = error("cifar", **cifar(ten(tmp_path, True), labels="coarse"))
    assert (found.diagnostic.code, found.argument) == ("bad-value", "labels")


def test_damaged_binaries(tmp_path: Path) -> None:
    path = ten(tmp_path, True) / "data_batch_2.bin"
    whole = path.read_bytes()

    def found(data: bytes) -> str:
        path.write_bytes(data)
        diagnostic = error("cifar", **cifar(tmp_path)).diagnostic
        assert "data_batch_2.bin" in diagnostic.text
        return f"{diagnostic.code}: {diagnostic.text}"

    assert "61459 bytes, not a multiple of the 3073" in found(whole[:-1])
    assert found(b"").startswith("data-empty")
    label = found(whole[: 2 * 3073] + b"\x0b" + whole[2 * 3073 + 1 :])
    assert label.startswith("bad-labels")
    assert "number 2 is 11, but CIFAR-10 has 10 classes" in label
    (hundred(tmp_path / "h", True) / "train.bin").write_bytes(b"\x14" + bytes(3073))
    assert "20 coarse classes" in error("cifar", **cifar(tmp_path / "h")).diagnostic.text


@pytest.mark.parametrize(
    ("changes", "code", "text"),
    [
        ({"labels": numbers(1, 10)[:-1]}, "count-mismatch", "20 images"),
        ({"labels": ["a"] * ROWS}, "cifar-file", "class numbers"),
        ({"labels": [10] * ROWS}, "bad-labels", "number 0 is 10"),
        ({"labels": None}, "cifar-file", "no list 'labels'"),
        ({"data": pixels(1).reshape(ROWS, -1)[:, :-1]}, "cifar-file", "20 x 3071"),
        ({"data": pixels(1)}, "cifar-file", "20 x 3 x 32 x 32"),
        ({"data": pixels(1).reshape(ROWS, -1).astype(np.float32)}, "cifar-file", "no array 'data'"),
        ({"data": np.zeros((0, 3072), np.uint8), "labels": []}, "cifar-file", "0 x 3072"),
        ({"data": [1, 2]}, "cifar-file", "no array 'data'"),
    ],
)
def test_wrong_contents_of_pickles(tmp_path: Path, changes: dict[str, object], code: str, text: str) -> None:
    path = ten(tmp_path, False) / "data_batch_1"
    write_python(path, {**batch(1, labels=10), **changes}, pickle.dumps)
    found = error("cifar", **cifar(tmp_path)).diagnostic
    assert found.code == code
    assert text in found.text


class Evil:
    """Calls ``call`` with ``arguments`` when it is unpickled."""

    def __init__(self, call: Callable[..., object], *arguments: object) -> None:
        self.call, self.arguments = call, arguments

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return self.call, self.arguments


@pytest.mark.parametrize("protocol", range(5))
def test_nothing_that_a_pickle_asks_for_is_run(tmp_path: Path, protocol: int) -> None:
    ten(tmp_path, False)
    mark = tmp_path / "mark"
    for evil in (
        Evil(os.system, f"touch {mark}"),
        Evil(os.mkdir, str(mark)),
        Evil(eval, f"open({str(mark)!r}, 'w')"),
    ):
        (tmp_path / "test_batch").write_bytes(pickle.dumps({"data": evil}, protocol))
        found = error("cifar", **cifar(tmp_path)).diagnostic
        assert found.code == "pickle-refused"
        assert f"{evil.call.__module__}.{evil.call.__qualname__}" in found.text or "__builtin__" in found.text
        assert not mark.exists()


@pytest.mark.parametrize(
    "data",
    [
        b"(S'true'\nios\nsystem\n.",
        b"cnumpy\nload\n(S'x'\ntR.",
        b"cnumpy.core.multiarray\nscalar\n.",
        b"\x80\x02cnumpy\ndtype\n)\x81.",
        b"\x82\x01.",
        b"Pelsewhere\n.",
        b"c_codecs\ndecode\n.",
    ],
)
def test_names_outside_of_arrays_are_refused(data: bytes) -> None:
    with pytest.raises(RefusedPickle):
        read_pickle(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b".",
        b"\x80\x02}q",
        b"r\xff\xff\xff\x7f.",
        b"Nr\xff\xff\xff\xff.",
        b"p99999999999\n.",
        b"\x96\xff\xff\xff\xff\xff\xff\xff\x00.",
        b"\x8e\xff\xff\xff\xff\xff\xff\xff\x7f.",
        b"cnumpy\nndarray\n(K\x01tR.",
        b"c_codecs\nencode\n(X\x01\x00\x00\x00aX\x03\x00\x00\x00zipt R.",
        b"c_codecs\nencode\n(X\x01\x00\x00\x00aX\x04\x00\x00\x00zlibtR.",
        b"cnumpy\ndtype\n}X\x04\x00\x00\x00nameK\x01sb.",
    ],
)
def test_broken_pickles_take_no_memory(data: bytes) -> None:
    with pytest.raises(BrokenPickle):
        read_pickle(data)


def test_an_array_that_claims_more_than_it_holds(tmp_path: Path) -> None:
    ten(tmp_path, False)
    whole = (tmp_path / "test_batch").read_bytes()
    claimed = whole.replace(
        b"(" + python2(ROWS) + python2(3072) + b"t", b"(" + python2(2**31 - 1) + python2(3072) + b"t"
    )
    assert claimed != whole
    (tmp_path / "test_batch").write_bytes(claimed)
    assert "2147483647 x 3072" in error("cifar", **cifar(tmp_path)).diagnostic.text


def test_arrays_are_kept_as_they_are_described() -> None:
    array = read_pickle(pickle.dumps(np.arange(6, dtype=np.int16).reshape(2, 3)))
    assert isinstance(array, Array)
    assert array.stored is not None
    assert (array.stored.shape, array.stored.kind, len(array.stored.data)) == ((2, 3), "i2", 12)
    with pytest.raises(BrokenPickle):
        read_pickle(pickle.dumps(np.array([object], object)[:0]))


@pytest.mark.parametrize("name", ["data_batch_1", "batches.meta", "data_batch_1.bin", "batches.meta.txt"])
def test_damage(tmp_path: Path, name: str) -> None:
    path = ten(tmp_path, binary=name.endswith((".bin", ".txt"))) / name
    whole = path.read_bytes()
    source = random.Random(0)
    for _ in range(150):
        path.write_bytes(damage(whole, source))
        attempt("cifar", **cifar(tmp_path))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_damage_to_the_instructions(tmp_path: Path) -> None:
    """The pixels are most of a batch; here only what comes before them is hit."""
    path = ten(tmp_path, False) / "data_batch_1"
    whole = path.read_bytes()
    start = whole.index(pixels(1).tobytes())
    source = random.Random(0)
    for _ in range(300):
        path.write_bytes(damage(whole[:start], source) + whole[start:])
        attempt("cifar", **cifar(tmp_path))
