"""Figures of a report are drawn whatever the network says, and whatever classes are called."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from cnnspec.train.figures import FIGURES, FigureOptions, compared, curves, drawn_figures
from cnnspec.train.figures.base import percent
from cnnspec.train.figures.calibration import Calibration
from cnnspec.train.figures.class_scores import ClassScores
from cnnspec.train.figures.curves import compared_page, curves_page
from cnnspec.train.figures.matrix import ConfusionMatrix
from cnnspec.train.figures.numbers import span
from cnnspec.train.figures.ranking import PrecisionRecall, Roc, thinned
from cnnspec.train.figures.style import shades, styled
from cnnspec.train.figures.text import literal, plain, shortened, unknown_letters, wide
from cnnspec.train.tasks import BoxTask, ClassTask, LabelTask, NumberTask, PointTask, Scored

STRANGE = (
    "$a_{b}^2", "_hidden", "$x$ and $y$", "W" * 80, "猫と犬", "שלום עולם", "قطة صغيرة", "a\nb\tc", "half \udc80", "",
    "a\u202eb", "हिन्दी", "100%", "\\frac", "👩‍👧",
)  # fmt: skip


@pytest.fixture(autouse=True)
def no_warnings() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def of_classes(names: tuple[str, ...], count: int, sharp: float = 2.0, used: int | None = None) -> Scored:
    """Images of the first ``used`` classes, more or less recognised."""
    drawn = np.random.default_rng(0)
    truth = drawn.integers(0, used or len(names), count)
    raw = drawn.normal(0, 1, (count, len(names)))
    raw[np.arange(count), truth] += sharp
    powers = np.exp(raw)
    return Scored(ClassTask("o", names, len(names)), powers / powers.sum(1, keepdims=True), truth)


def certain(names: tuple[str, ...], count: int, off: int) -> Scored:
    """Probabilities 0 and 1, all right (``off`` 0) or all wrong."""
    truth = np.arange(count) % len(names)
    scores = np.eye(len(names))[(truth + off) % len(names)]
    return Scored(ClassTask("o", names, len(names)), scores, truth)


def of_labels(names: tuple[str, ...], count: int) -> Scored:
    drawn = np.random.default_rng(1)
    truth = (drawn.random((count, len(names))) < 0.3).astype(np.uint8)
    return Scored(LabelTask("o", names), (drawn.random(truth.shape) + truth) / 2, truth)


def of_numbers(names: tuple[str, ...], count: int, shift: float = 0.0, scale: float = 1.0) -> Scored:
    drawn = np.random.default_rng(2)
    truth = shift + scale * drawn.normal(0, 1, (count, len(names)))
    return Scored(NumberTask("o", names), truth + scale * drawn.normal(0, 0.2, truth.shape), truth)


def of_points(count: int, points: int) -> Scored:
    truth = np.random.default_rng(3).random((count, 2 * points)) * 64
    names = tuple(f"p{point} {axis}" for point in range(points) for axis in "xy")
    return Scored(PointTask("o", names), truth + 1.5, truth)


def of_boxes(count: int, off: float) -> Scored:
    corners = np.random.default_rng(4).random((count, 2)) * 40
    truth = np.concatenate([corners, corners + 12], 1)
    return Scored(BoxTask("o", ("left", "top", "right", "bottom")), truth + off, truth)


def numbered(count: int) -> tuple[str, ...]:
    return tuple(f"class {number}" for number in range(count))


TWO, THREE = ("healthy", "ill"), ("cat", "dog", "rabbit")
CASES = {
    "two": of_classes(TWO, 200, 1.0),
    "three": of_classes(THREE, 90),
    "ten": of_classes(numbered(10), 500),
    "hundred": of_classes(numbered(100), 800),
    "strange": of_classes(STRANGE, 150),
    "strange labels": of_labels(STRANGE, 60),
    "absent classes": of_classes(numbered(6), 60, used=3),
    "one image": of_classes(THREE, 1),
    "one class": Scored(ClassTask("o", ("a",), 1, 0), np.ones((4, 1)), np.zeros(4, np.int64)),
    "only one of two": of_classes(TWO, 5, used=1),
    "all right": certain(THREE, 30, 0),
    "all wrong": certain(THREE, 30, 1),
    "two right": certain(TWO, 6, 0),
    "two wrong": certain(TWO, 6, 1),
    "undecided": Scored(ClassTask("o", TWO, 2), np.full((4, 2), 0.5), np.array([0, 1, 0, 1])),
    "labels": of_labels(THREE, 60),
    "one image of labels": of_labels(THREE, 1),
    "number": of_numbers(("age",), 4000, 40, 10),
    "numbers": of_numbers(STRANGE[:8], 40),
    "huge": of_numbers(("a", "b"), 20, 0, 1e200),
    "tiny": of_numbers(("a", "b"), 20, 0, 1e-200),
    "far from 0": of_numbers(("a",), 20, 1e9, 1e-3),
    "constant": Scored(NumberTask("o", ("a", "b")), np.array([[1e16, 0.0]] * 3), np.array([[1e16, 0.0]] * 3)),
    "one number": of_numbers(("a",), 1),
    "point": of_points(40, 1),
    "points": of_points(40, 4),
    "many points": of_points(10, 30),
    "boxes": of_boxes(50, 2.0),
    "boxes that are right": of_boxes(3, 0.0),
    "boxes far off": of_boxes(1, 500.0),
}


@pytest.mark.parametrize("case", CASES)
def test_all_that_suit_are_drawn(case: str) -> None:
    scored = CASES[case]
    drawn = list(drawn_figures(scored, FigureOptions("net $x_1$ " + STRANGE[4])))
    assert drawn
    assert [each.figure for each in drawn] == [cls for cls in FIGURES if cls().suits(scored)]
    for each in drawn:
        assert each.png.startswith(b"\x89PNG")
        assert b"Software" not in each.png
        assert each.alt.endswith(".")
        assert "\n" not in each.alt


@pytest.mark.parametrize(
    "scored", [of_classes(THREE, 0), Scored(CASES["three"].task, np.full((2, 3), np.nan), np.array([0, 1]))]
)
def test_nothing_is_drawn_of_no_images_and_of_no_numbers(scored: Scored) -> None:
    assert not list(drawn_figures(scored, FigureOptions("net")))


def test_every_figure_is_drawn_by_some_case_and_says_what_it_is() -> None:
    for cls in FIGURES:
        assert any(cls().suits(scored) for scored in CASES.values()), cls
        assert cls.title and cls.about.endswith(".")
        assert set(cls.kinds) <= {"classes", "labels", "numbers", "points", "boxes"}
    assert len({cls.name for cls in FIGURES}) == len({cls.place for cls in FIGURES}) == len(FIGURES)


@pytest.mark.parametrize("case", ["two", "strange labels", "numbers", "points", "boxes"])
def test_same_bytes_each_time(case: str) -> None:
    first, second = (
        [each.png for each in drawn_figures(CASES[case], FigureOptions("net"))] for _ in range(2)
    )
    assert first == second


def test_own_settings_of_matplotlib_change_nothing() -> None:
    import matplotlib

    plain_one = next(drawn_figures(CASES["three"], FigureOptions("net"))).png
    with matplotlib.rc_context({"font.size": 30, "axes.facecolor": "black", "savefig.bbox": "tight"}):
        assert next(drawn_figures(CASES["three"], FigureOptions("net"))).png == plain_one
        assert matplotlib.rcParams["font.size"] == 30


def drawn_texts(page: Any) -> list[Any]:
    """The boxes of all texts that are seen, which matplotlib's marks outside of the limits are not."""
    from matplotlib.text import Text

    page.draw_without_rendering()
    hidden = set()
    for axis in (axis for axes in page.axes for axis in (axes.xaxis, axes.yaxis)):
        low, high = sorted(axis.get_view_interval())
        outside = [tick for tick in axis.get_major_ticks() if not low <= tick.get_loc() <= high]
        hidden |= {label for tick in outside for label in (tick.label1, tick.label2)}
    texts = [each for each in page.findobj(Text) if each.get_text().strip() and each not in hidden]
    return [each.get_window_extent() for each in texts if each.get_visible() and not each.get_rotation()]


@pytest.mark.parametrize("case", ["two", "strange", "numbers", "huge", "points", "boxes"])
def test_nothing_is_cut_off_or_covered(case: str) -> None:
    for cls in (cls for cls in FIGURES if cls().suits(CASES[case])):
        with styled(), unknown_letters():
            page = cls().draw(CASES[case], FigureOptions("many words " * 20)).page
            boxes = drawn_texts(page)
        for place, box in enumerate(boxes):
            assert page.bbox.padded(1).contains(box.x0, box.y0) and page.bbox.padded(1).contains(
                box.x1, box.y1
            )
            assert not any(box.padded(-1.5).overlaps(other.padded(-1.5)) for other in boxes[place + 1 :])


def taken_wrongly() -> Scored:
    """Three images of class b, all taken for a; one of class a, which is right."""
    scores = np.array([[0.9, 0.1, 0.0]] * 4)
    return Scored(ClassTask("o", ("a", "b", "c"), 3), scores, np.array([0, 1, 1, 1]))


@pytest.mark.parametrize(
    ("rows", "place", "axes"),
    [
        ("predicted", (1, 0), ("actual class", "predicted class")),
        ("actual", (0, 1), ("predicted class", "actual class")),
    ],
)
def test_rows_of_the_confusion_matrix(rows: Any, place: tuple[int, int], axes: tuple[str, str]) -> None:
    page, alt = ConfusionMatrix().draw(taken_wrongly(), FigureOptions("net", rows))
    drawn = page.axes[0]
    assert (drawn.get_xlabel(), drawn.get_ylabel()) == axes
    cells = {text.get_position(): text.get_text() for text in drawn.texts}
    assert cells[place] == "3\n100%"  # the share of the actual class, whichever way it is turned
    assert cells[0, 0] == "1\n100%"
    assert sorted(cells.values())[:7] == ["0"] * 7
    assert [label.get_text() for label in drawn.get_xticklabels()] == ["a", "b", "c"]
    assert [label.get_text() for label in drawn.get_yticklabels()] == ["a", "b", "c"]
    assert f"rows {rows}" in alt
    assert alt.endswith("the most frequent mistake is b taken for a, 3 images.")


def test_many_classes_have_no_numbers_and_no_names() -> None:
    axes = ConfusionMatrix().draw(of_classes(numbered(100), 300), FigureOptions("net")).page.axes[0]
    assert not axes.texts
    assert axes.get_xlabel() == "actual class (number)"


def test_shades_get_darker_in_grey_too() -> None:
    light = shades()(np.linspace(0, 1, 100))[:, :3] @ (0.299, 0.587, 0.114)
    assert (np.diff(light) < 0).all()


def test_of_many_classes_the_worst_are_shown() -> None:
    page, alt = ClassScores().draw(of_classes(numbered(50), 1000), FigureOptions("net"))
    assert page.axes[0].get_title() == "the 30 of 50 classes with the least F1"
    assert len(page.axes[0].get_yticks()) == 30
    assert alt.startswith("Precision, recall and F1 of 50 classes: F1 is least for class ")


def legend(page: Any) -> list[str]:
    return [text.get_text() for text in page.legends[0].get_texts()]


def test_roc_of_two_classes_is_that_of_the_positive_one() -> None:
    task = ClassTask("o", TWO, 2, positive=1)
    scored = Scored(
        task, np.array([[0.9, 0.1], [0.6, 0.4], [0.65, 0.35], [0.2, 0.8]]), np.array([0, 0, 1, 1])
    )
    page, alt = Roc().draw(scored, FigureOptions("net"))
    assert alt == "ROC curve of ill: area under the curve 0.750."
    assert legend(page)[0].endswith("ill  AUC 0.750")
    page, alt = PrecisionRecall().draw(scored, FigureOptions("net"))
    assert alt == "Precision and recall of ill: average precision 0.833."
    assert legend(page)[1] == "base rate 0.5"


@pytest.mark.parametrize("figure", [Roc, PrecisionRecall])
def test_curves_of_many_classes(figure: Any) -> None:
    page = figure().draw(of_classes(numbered(12), 300), FigureOptions("net")).page
    assert sum(" AUC 0." in text or " AP 0." in text for text in legend(page)) >= 9
    assert any(text.startswith("mean of all 12") for text in legend(page))
    assert page.axes[0].get_title().startswith("the 8 of 12 classes with the least ")


def test_average_precision_is_that_of_sklearn() -> None:
    from sklearn.metrics import average_precision_score

    drawn = np.random.default_rng(5)
    truth, score = drawn.random(500) < 0.2, drawn.random(500).round(2)
    scored = Scored(LabelTask("o", ("a",)), score[:, None], truth[:, None].astype(np.uint8))
    alt = PrecisionRecall().draw(scored, FigureOptions("net")).alt
    assert alt.endswith(f"average precision {average_precision_score(truth, score):.3f}.")


def test_thinned_curves_keep_their_ends_and_their_form() -> None:
    x = np.linspace(0, 1, 20_000)
    few = thinned(x, x**8)
    assert len(few[0]) <= 500
    assert (few[0][0], few[0][-1]) == (0, 1)
    assert np.abs(np.interp(x, *few) - x**8).max() < 0.01


def test_calibration_of_certain_mistakes() -> None:
    page, alt = Calibration().draw(CASES["all wrong"], FigureOptions("net"))
    assert "1.000" in page.axes[0].get_title()
    assert "expected calibration error 1.000" in alt


def test_span_is_never_empty() -> None:
    for values in ([0.0], [5.0, 5.0], [1e300], [-1e-300], [1e16, 1e16 + 2]):
        low, high = span(np.array(values))
        assert low < min(values) and high > max(values)


def epochs(count: int, *names: str) -> list[dict[str, Any]]:
    keys = [f"{part}_{name}" for name in names for part in ("train", "val")]
    return [
        {"epoch": e, "step": 9 * e, "seconds": 1.0, **dict.fromkeys(keys, 1 / e)} for e in range(1, count + 1)
    ]


def titles(page: Any) -> list[str]:
    return [axes.get_title() for axes in page.axes]


def test_a_panel_a_measure() -> None:
    page = curves_page(epochs(3, "accuracy", "macro_f1", "loss"), "net", best=2)
    assert titles(page) == ["loss", "accuracy", "macro f1"]
    assert legend(page) == ["training", "validation", "best epoch (2)"]
    assert all(axes.get_xlabel() == "epoch" for axes in page.axes)
    assert len(curves_page(epochs(3, "loss", *"abcdefg"), "net").axes) == 5


def test_what_was_not_measured_is_left_out() -> None:
    records = epochs(4, "loss", "accuracy")
    records[1] |= {"val_loss": None, "train_loss": float("nan")}
    for record in records:
        record["val_accuracy"] = None
    page = curves_page(records, "net")
    assert [len(line.get_xdata()) for axes in page.axes for line in axes.lines] == [3, 3, 4]


@pytest.mark.parametrize(
    "records", [[], epochs(1, "loss"), epochs(40, "loss", "accuracy"), [{"epoch": 1, "train_loss": None}]]
)
def test_curves_are_files(records: list[dict[str, Any]]) -> None:
    made = curves(records, "net $x$ " * 30, best=1)
    assert made.startswith(b"\x89PNG")
    assert made == curves(records, "net $x$ " * 30, best=1)


def test_epochs_are_whole() -> None:
    for count in (1, 2, 3, 7, 100):
        ticks = curves_page(epochs(count, "loss"), "net").axes[0].get_xticks()
        assert ticks.size and (ticks == ticks.round()).all()


def test_runs_side_by_side() -> None:
    runs = [(f"_run ${number} {name}", epochs(number, "loss")) for number, name in enumerate(STRANGE)]
    assert compared(runs, "loss").startswith(b"\x89PNG")
    page = compared_page([("first", epochs(3, "loss")), ("other", [])], "loss")
    assert legend(page) == ["\u200efirst", "\u200eother  no values"]
    assert page.axes[0].get_ylabel() == "validation loss"
    assert compared_page(runs, "train_loss").axes[0].get_ylabel() == "training loss"
    assert compared([], "loss").startswith(b"\x89PNG")


@pytest.mark.parametrize("text", STRANGE)
def test_names_are_shortened_to_their_place(text: str) -> None:
    assert wide(shortened(text, 60, 9).replace("\\$", "$"), 9) <= 60
    assert plain(text).replace("\u200d", "").isprintable()


def test_what_names_look_like() -> None:
    assert literal("$a$ costs 3 $") == r"\$a\$ costs 3 \$"
    assert shortened("abcdefghijklmnopqrstuvwxyz-final", 80, 9).startswith("abcdef")
    assert shortened("abcdefghijklmnopqrstuvwxyz-final", 80, 9).endswith("nal")


@pytest.mark.parametrize(
    ("share", "words"),
    [(0, "0%"), (1, "100%"), (0.99999, ">99.9%"), (1e-5, "<0.1%"), (0.125, "12.5%"), (0.5, "50%")],
)
def test_percent(share: float, words: str) -> None:
    assert percent(share) == words
