"""Some classes of a data set, and few images of each: ``only`` and ``per_class``."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1] / "data"))

from data_files import error, images, labels, load, write_folder, write_idx

from cnnspec.elaborate import Loader, elaborate
from cnnspec.ir import OpError
from cnnspec.source import Source, SpecError
from cnnspec.train.data import Dataset, Splits
from cnnspec.train.data.identity import identities
from cnnspec.train.data.pictures import ArrayPictures
from cnnspec.train.data.places import to_be_measured
from cnnspec.train.data.selection import Selection
from cnnspec.train.data.targets import TargetNames, Targets
from cnnspec.train.registries import DATA_SOURCES
from cnnspec.train.sections import bind_experiment

DIGIT = (1, 8, 8)


def digits(**values: object) -> Splits:
    return load("digits", DIGIT, **values)


def test_classes_are_numbered_anew_in_the_order_of_the_list() -> None:
    splits = digits(only=(7, "3", 5))
    assert splits.class_names == ("7", "3", "5")
    whole = digits()
    for part, all_of_it in zip(splits, whole, strict=True):
        assert set(part.labels) == {0, 1, 2}
        names = {part.names(i): int(part.labels[i]) for i in range(len(part))}
        wanted = {
            all_of_it.names(i): (7, 3, 5).index(label)
            for i, label in enumerate(all_of_it.labels.tolist())
            if label in (7, 3, 5)
        }
        assert names == wanted


def test_per_class_counts_training_and_validation_images_together() -> None:
    splits, whole = digits(per_class=20), digits()
    assert np.bincount(splits.train.labels).tolist() == [18] * 10
    assert np.bincount(splits.validation.labels).tolist() == [2] * 10
    assert splits.test.rows.tolist() == whole.test.rows.tolist()
    assert set(splits.train.rows) < set(whole.train.rows)
    assert set(splits.validation.rows) < set(whole.validation.rows)
    assert np.bincount(digits(per_class=20, validation=0.0).train.labels).tolist() == [20] * 10
    assert [len(part) for part in digits(per_class=1)][:2] == [10, 0]
    assert [len(part) for part in digits(per_class=10_000)] == [len(part) for part in whole]


def test_fewer_images_are_among_more_whatever_other_classes_there_are() -> None:
    few, more = digits(per_class=5), digits(per_class=50)
    assert set(few.train.rows) < set(more.train.rows)
    alone = digits(only=(4, 2), per_class=5)
    of_them = np.isin(few.train.labels, (4, 2))
    assert set(alone.train.rows) == set(few.train.rows[of_them])


def test_the_seed_draws() -> None:
    one, same, other = (load("digits", DIGIT, seed=seed, per_class=9) for seed in (1, 1, 2))
    assert identities(one) == identities(same)
    assert identities(one)["train"]["hash"] != identities(other)["train"]["hash"]
    assert (
        identities(one)["train"]
        != identities(load("digits", DIGIT, seed=1, per_class=9, only=(0, 1)))["train"]
    )


def test_nothing_chosen_is_all_of_it() -> None:
    whole, again = digits(), digits(only=tuple(range(10)))
    assert identities(whole) == identities(again)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 5), min_size=6, max_size=60),
    st.lists(st.integers(0, 5), min_size=2, max_size=6, unique=True),
    st.integers(1, 12),
    st.integers(0, 2**32 - 1),
    st.sampled_from([None, 0.0, 0.2, 0.5]),
)
def test_of_any_parts_the_right_images_are_left(
    of_class: list[int], only: list[int], per_class: int, seed: int, share: float | None
) -> None:
    pixels = np.zeros((len(of_class), 2, 2, 1), np.uint8)
    whole = Dataset(ArrayPictures(pixels, "image", "the images"), Targets(classes=np.array(of_class)))
    rows = np.arange(len(of_class))
    splits = Splits(*(whole.subset(rows[i::3]) for i in range(3)), TargetNames(tuple("abcdef")))
    found = Selection("made", tuple(only), per_class).chosen(splits, share, seed)
    assert found.class_names == tuple("abcdef"[n] for n in only)
    for part, before in zip(found, splits, strict=True):
        assert set(part.rows) <= set(before.rows) and (np.diff(part.rows) > 0).all()
        assert [only[n] for n in part.labels] == [of_class[row] for row in part.rows]
    kept = np.isin(splits.test.labels, only).sum()
    assert len(found.test) == kept
    for number, old in enumerate(only):
        count = [int((part.labels == number).sum()) for part in found]
        there = [int((part.labels == old).sum()) for part in splits]
        assert count[0] <= min(per_class, there[0])
        if share is None:
            assert count[:2] == [min(per_class, there[0]), there[1]]
        else:
            assert sum(count[:2]) <= per_class


@pytest.mark.parametrize(
    ("values", "argument", "said"),
    [
        ({"only": ("Sandel", "Shirt")}, "only", "did you mean 'Sandal'?"),
        ({"only": ("Shirt", "shirts")}, "only", "did you mean 'Shirt'?"),
        ({"only": (3, 10)}, "only", "no such class"),
        ({"only": (5, "Sandal")}, "only", "the class 'Sandal' is listed twice"),
        ({"only": ()}, "only", "a list without any class leaves nothing"),
    ],
)
def test_wrong_classes_are_told_before_anything_is_read(
    values: dict[str, object], argument: str, said: str
) -> None:
    with pytest.raises(OpError) as caught:
        DATA_SOURCES.make("fashion_mnist", **values)
    assert caught.value.argument == argument
    found = caught.value.diagnostic
    assert said in "\n".join([found.text, *found.hints])


def test_numbers_are_names_where_classes_are_called_by_numbers(tmp_path: Path) -> None:
    """With folders 1, 2 and 3 the number 0 would be the class '1': it is no class."""
    path = write_folder(tmp_path, ("1", "2", "3"))
    assert load("folder", path=path, only=(3, 1)).class_names == ("3", "1")
    assert error("folder", path=path, only=(0, 1)).argument == "only"
    named = write_folder(tmp_path / "named", ("ant", "bee", "cat"))
    assert load("folder", path=named, only=(2, 0)).class_names == ("cat", "ant")
    assert "did you mean 'bee'?" in error("folder", path=named, only=("be", "ant")).diagnostic.hints


def test_a_class_alone_can_be_measured_and_not_learnt() -> None:
    assert "nothing to tell apart" in error("digits", DIGIT, only=(3,)).diagnostic.text
    with to_be_measured():
        assert load("digits", DIGIT, only=(3,)).class_names == ("3",)


def test_parts_that_have_files_stay_whole(tmp_path: Path) -> None:
    train = {
        "images": write_idx(tmp_path / "i", images(60)),
        "labels": write_idx(tmp_path / "l", labels(60, 3)),
    }
    test = {
        "test_images": write_idx(tmp_path / "ti", images(30)),
        "test_labels": write_idx(tmp_path / "tl", labels(30, 3)),
    }
    splits = load("idx", **train, **test, only=(2, 1), per_class=4)
    assert [len(part) for part in splits] == [6, 2, 20]
    archive = tmp_path / "all.npz"
    parts = {"train": 60, "val": 30, "test": 30}
    arrays = {f"x_{n}": images(count) for n, count in parts.items()}
    np.savez(archive, **arrays, **{f"y_{n}": labels(count, 3) for n, count in parts.items()})
    splits = load("npz", path=str(archive), only=(0, 2), per_class=4)
    assert [len(part) for part in splits] == [8, 20, 20]


def test_tables_with_classes_and_without(tmp_path: Path) -> None:
    write_folder(tmp_path, ("cat", "dog", "owl"), 6)
    rows = [f"{n}/{i}.png,{n},{i}" for n in ("cat", "dog", "owl") for i in range(6)]
    table = tmp_path / "table.csv"
    table.write_text("\n".join(["path,label,size", *rows]) + "\n")
    given = {"path": str(table), "label": "label", "numbers": ("size",), "validation": 0.0, "test": 0.0}
    splits = load("csv", **given, only=("owl", "cat"), per_class=2)
    assert splits.class_names == ("owl", "cat") and splits.names.numbers == ("size",)
    assert [splits.train.names(i) for i in range(4)] == sorted(splits.train.names(i) for i in range(4))
    assert splits.train.targets.numbers is not None and len(splits.train.targets.numbers) == 4
    for name, value in (("only", ("owl",)), ("per_class", 2)):
        wrong = error("csv", path=str(table), numbers=("size",), **{name: value})
        assert (wrong.argument, "no classes" in wrong.diagnostic.text) == (name, True)


def test_shapes() -> None:
    given = {"images": 300, "size": (16, 16), "classes": ("circle", "star", "heart")}
    source = DATA_SOURCES.make("shapes", **given, only=("heart", "circle"), per_class=10)
    assert source.known.names.classes == ("heart", "circle")
    splits = source.load((3, 16, 16), 0)
    assert [len(part) for part in splits] == [18, 2, 40]
    assert splits.train.targets.boxes is not None and len(splits.train.targets.boxes) == 18
    with pytest.raises(OpError) as caught:
        DATA_SOURCES.make("shapes", **given, objects=3, per_class=10)
    assert caught.value.argument == "per_class"


def test_what_is_known_follows() -> None:
    assert DATA_SOURCES.make("digits", only=(8, 9)).known.names.classes == ("8", "9")
    assert DATA_SOURCES.make("fashion_mnist", only=("Bag", 7)).known.names.classes == ("Bag", "Sneaker")
    known = DATA_SOURCES.make("cifar", path="somewhere", only=("cat", "dog", "truck")).known
    assert (len(known.names.classes), known.named) == (3, False)
    archive = DATA_SOURCES.make("webdataset", path="x", classes=("a", "b", "c"), only=("c", "a"))
    assert archive.known.names.classes == ("c", "a")


def checked(text: str) -> object:
    module = Loader().link(Source("net.cnn", text), None)
    return bind_experiment(module, elaborate(module))


NET = "model net { input 1 x 28 x 28  flatten  linear(3) }\n"


def test_in_a_spec() -> None:
    """Bare words, strings and numbers; what is wrong is shown at the argument; the network's outputs are compared."""
    source = checked(NET + 'data fashion_mnist(only = [Sandal, "Ankle boot", 6])').data  # type: ignore[attr-defined]
    assert source.known.names.classes == ("Sandal", "Ankle boot", "Shirt")
    assert replace(source, only=None).known.names.classes[0] == "T-shirt/top"
    with pytest.raises(SpecError) as caught:
        checked(NET + "data fashion_mnist(only = [Sandel, Shirt, Bag])")
    (found,) = caught.value.diagnostics
    assert found.span is not None and found.span.text == "[Sandel, Shirt, Bag]"
    with pytest.raises(SpecError) as caught:
        checked(NET + "data fashion_mnist(only = [0, 1, 2, 3])")
    assert "4 classes" in caught.value.line
