"""What holds of every metric in the registry, what it is called, and what it does not fit."""

from __future__ import annotations

import inspect
import math

import numpy as np
import pytest
from drawn_scores import DRAWN, computed, names, of_both, unhurried
from hypothesis import given
from hypothesis import strategies as st

from cnnspec.elaborate import Environment, bind_entry
from cnnspec.ir import OpError, known_as, signature
from cnnspec.source import Diagnostics, Source
from cnnspec.syntax import parse_call, print_expression
from cnnspec.train.registries import METRICS, Metric
from cnnspec.train.resolve import call_of
from cnnspec.train.tasks import ClassTask, LabelTask, Scored


@pytest.mark.parametrize("cls", METRICS.entries.values(), ids=METRICS.entries)
def test_it_is_documented_and_says_what_it_measures(cls: type[Metric]) -> None:
    arguments = signature(cls)
    assert arguments[-1].name == "of"
    assert all(argument.doc for argument in arguments)
    assert len(inspect.getdoc(cls) or "") > 60
    assert cls.kinds and set(cls.kinds) <= set(DRAWN)
    assert cls.better in ("higher", "lower")


@pytest.mark.parametrize("cls", METRICS.entries.values(), ids=METRICS.entries)
@unhurried
@given(st.data())
def test_it_gives_a_number_or_none_without_warnings(cls: type[Metric], data: st.DataObject) -> None:
    metric = METRICS.make(cls.call_name)
    for kinds in [cls.kinds] if cls.joint else [(kind,) for kind in cls.kinds]:
        scored = data.draw(of_both()) if cls.joint else tuple(data.draw(DRAWN[kind]) for kind in kinds)
        value = computed(metric, *scored)
        assert value is None or (type(value) is float and math.isfinite(value))
        assert not metric.percent or value is None or 0 <= value <= 1
        assert cls.scalar or value is None


@pytest.mark.parametrize("cls", METRICS.entries.values(), ids=METRICS.entries)
@unhurried
@given(st.data())
def test_it_is_not_defined_without_images_or_numbers(cls: type[Metric], data: st.DataObject) -> None:
    scored = data.draw(of_both()) if cls.joint else (data.draw(DRAWN[data.draw(st.sampled_from(cls.kinds))]),)
    none = [Scored(each.task, each.scores[:0], each.truth[:0]) for each in scored]
    broken = [Scored(each.task, np.full_like(each.scores, math.nan), each.truth) for each in scored]
    assert computed(METRICS.make(cls.call_name), *none) is None
    assert computed(METRICS.make(cls.call_name), *broken) is None


EXAMPLES = [(name, text) for name, cls in METRICS.entries.items() for text in (name, *cls.examples)]


@pytest.mark.parametrize(("name", "text"), EXAMPLES, ids=[text for _, text in EXAMPLES])
def test_it_is_written_as_it_is_read(name: str, text: str) -> None:
    assert made(text).call_name == name
    assert made(print_expression(call_of(made(text)))) == made(text)


def made(text: str) -> Metric:
    found = Diagnostics()
    metric = bind_entry(METRICS, parse_call(Source("example", text)), Environment(), found)
    found.raise_errors()
    assert metric is not None
    return metric


def test_other_tools_names_lead_to_one_metric_each() -> None:
    others = [(name, other.lower()) for name, cls in METRICS.entries.items() for other in cls.also_called]
    assert len({other for _, other in others}) == len(others)
    assert not {other for _, other in others} & set(METRICS.entries)
    assert all(known_as(METRICS, other) == name for name, other in others)
    assert known_as(METRICS, "AUROC") == "roc_auc"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("accuracy", "accuracy"),
        ("top", "top_5"),
        ("top(3)", "top_3"),
        ("f1", "f1"),
        ("f1(macro)", "f1_macro"),
        ("precision(positive = cat)", "precision_cat"),
        ("roc_auc", "roc_auc"),
        ("roc_auc(weighted)", "roc_auc_weighted"),
        ("localization", "localization"),
        ("localization(0.75)", "localization_0.75"),
    ],
)
def test_keys_tell_uses_apart(text: str, key: str) -> None:
    assert made(text).key == key


def test_top_leaves_a_class_out() -> None:
    METRICS.make("top", k=2).check(ClassTask("output", names(3), 3))
    METRICS.make("top", k=1).check(ClassTask("output", names(2), 2, single=True))
    with pytest.raises(OpError, match="'k' is 3, but there are 3 classes") as raised:
        METRICS.make("top", k=3).check(ClassTask("output", names(3), 3))
    assert raised.value.argument == "k"
    assert raised.value.diagnostic.code == "bad-value"


@pytest.mark.parametrize("name", ["precision", "recall", "f1"])
def test_a_class_has_to_be_there(name: str) -> None:
    METRICS.make(name, positive="c1").check(LabelTask("output", names(2)))
    METRICS.make(name).check(LabelTask("output", names(2)))
    with pytest.raises(OpError, match="no such class") as raised:
        METRICS.make(name, positive="cat").check(ClassTask("output", ("cats", "dog"), 2))
    assert raised.value.argument == "positive"
    assert raised.value.diagnostic.hints == ("did you mean 'cats'?",)
    with pytest.raises(OpError, match="no such label"):
        METRICS.make(name, positive="cat").check(LabelTask("output", names(2)))


@pytest.mark.parametrize("name", ["precision", "recall", "f1"])
def test_one_class_or_all_of_them(name: str) -> None:
    with pytest.raises(OpError, match="give one of the two") as raised:
        METRICS.make(name, average="macro", positive="cat")
    assert raised.value.argument == "average"
