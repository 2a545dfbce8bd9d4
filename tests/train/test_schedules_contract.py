"""What holds of every schedule in the registry."""

from __future__ import annotations

import inspect
import math
import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnspec.elaborate import Environment, bind_entry
from cnnspec.ir import OpError, known_as, signature
from cnnspec.source import Diagnostics, Source
from cnnspec.syntax import parse_call, print_expression
from cnnspec.train import schedules  # noqa: F401
from cnnspec.train.registries import SCHEDULES, Moment, Schedule
from cnnspec.train.resolve import call_of

NAMES = [*SCHEDULES.entries]
each = pytest.mark.parametrize("cls", SCHEDULES.entries.values(), ids=NAMES)
EXAMPLES = [text for cls in SCHEDULES.entries.values() for text in cls.examples]
every = pytest.mark.parametrize("text", EXAMPLES)


def made(text: str) -> Schedule:
    found = Diagnostics()
    schedule = bind_entry(SCHEDULES, parse_call(Source("example", text)), Environment(), found)
    found.raise_errors()
    assert schedule is not None
    return schedule


@each
def test_it_has_an_example_and_a_source(cls: type[Schedule]) -> None:
    text = inspect.getdoc(cls) or ""
    assert cls.examples and all(made(example).call_name == cls.call_name for example in cls.examples)
    assert all(argument.doc for argument in signature(cls))
    assert cls.call_name == "constant" or re.search(r"PyTorch|[A-Z]\w+ et al\. \d{4}", text)


@each
def test_its_last_argument_is_the_rise(cls: type[Schedule]) -> None:
    names = [argument.name for argument in signature(cls)]
    if cls.call_name == "one_cycle":
        assert "warmup" not in names
    elif cls.call_name == "cosine":
        assert names == ["warmup", "minimum"]
    else:
        assert names[-1] == "warmup"


@every
def test_it_is_written_as_it_is_read(text: str) -> None:
    assert made(print_expression(call_of(made(text)))) == made(text)


@every
@settings(deadline=None, max_examples=25)
@given(steps=st.integers(1, 50), epochs=st.integers(1, 300), seed=st.integers(0, 99))
def test_its_factor_is_from_0_to_1_and_follows_from_the_moment_alone(
    text: str, steps: int, epochs: int, seed: int
) -> None:
    schedule, draws = made(text), random.Random(seed)
    losses = tuple(draws.uniform(0, 2) for _ in range(epochs))
    moments = [
        Moment(s, steps, epochs, losses[: s // steps]) for s in range(0, steps * epochs, 1 + epochs // 9)
    ]
    found = [schedule.factor(moment) for moment in moments]
    assert all(math.isfinite(factor) and 0 <= factor <= 1 for factor in found)
    again = [*zip(moments, found, strict=True)]
    draws.shuffle(again)
    assert all(made(text).factor(moment) == factor for moment, factor in again)


@each
def test_it_rises_from_0(cls: type[Schedule]) -> None:
    arguments = {a.name for a in signature(cls)}
    if "warmup" not in arguments:
        return
    required = {"size": 9, "gamma": 0.9, "milestones": (9,), "period": 9}
    values = {a.name: required[a.name] for a in signature(cls) if a.required}
    schedule = SCHEDULES.make(cls.call_name, **values, warmup=2.5)
    plain = SCHEDULES.make(cls.call_name, **values)
    found = [schedule.factor(Moment(step, 4, 12)) for step in range(11)]
    assert found[0] == 0 and plain.factor(Moment(0, 4, 12)) == 1
    assert found[:4] == pytest.approx([step / 10 for step in range(4)])
    if cls.call_name != "exponential":
        assert found == pytest.approx([step / 10 for step in range(11)])


def test_other_tools_names_lead_to_one_schedule_each() -> None:
    others = [(name, other.lower()) for name, cls in SCHEDULES.entries.items() for other in cls.also_called]
    assert len({other for _, other in others}) == len(others)
    assert not {other for _, other in others} & set(SCHEDULES.entries)
    assert all(known_as(SCHEDULES, other) == name for name, other in others)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("cosine(warmup = -1)", "at least 0"),
        ("cosine(minimum = 1.5)", "from 0 to 1"),
        ("step(0)", "at least 1"),
        ("step(1, gamma = 0)", "above 0"),
        ("step(1, gamma = 2)", "at most 1"),
        ("exponential(1.01)", "at most 1"),
        ("multi_step([])", "there is no milestone"),
        ("multi_step([3, 2])", "milestones must rise, and 2 comes after 3"),
        ("multi_step([2, 2])", "2 comes after 2"),
        ("multi_step([0, 2])", "at least 1"),
        ("cosine_restarts(0)", "at least 1"),
        ("cosine_restarts(5, growth = 0.5)", "at least 1"),
        ("one_cycle(rise = 1.1)", "from 0 to 1"),
        ("one_cycle(start = 0.5)", "at least 1"),
        ("one_cycle(shape = square)", "one of cosine, linear"),
        ("plateau(gamma = 1)", "below 1"),
        ("plateau(patience = -1)", "at least 0"),
        ("plateau(threshold = 1)", "below 1"),
        ("polynomial(power = 0)", "above 0"),
    ],
)
def test_values_that_make_no_sense_are_refused(text: str, message: str) -> None:
    with pytest.raises(Exception, match=message):
        made(text)


def test_milestones_are_at_fault() -> None:
    with pytest.raises(OpError) as raised:
        SCHEDULES.make("multi_step", milestones=(3, 1))
    assert (raised.value.argument, raised.value.diagnostic.code) == ("milestones", "bad-value")
