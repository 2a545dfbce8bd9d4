"""What holds of every optimizer in the registry."""

from __future__ import annotations

import inspect
import re
from typing import Any

import numpy as np
import pytest
from optimizing import Driver, tensor

from cnnspec.elaborate import Environment, bind_entry
from cnnspec.ir import OpError, known_as, signature
from cnnspec.ir.op import Role
from cnnspec.source import Diagnostics, Source
from cnnspec.syntax import parse_call, print_expression
from cnnspec.train import optimizers  # noqa: F401
from cnnspec.train.registries import OPTIMIZERS, Change, Optimizer
from cnnspec.train.resolve import call_of

each = pytest.mark.parametrize("cls", OPTIMIZERS.entries.values(), ids=OPTIMIZERS.entries)
EXAMPLES = [(name, text) for name, cls in OPTIMIZERS.entries.items() for text in (name, *cls.examples)]
every = pytest.mark.parametrize(("name", "text"), EXAMPLES, ids=[text for _, text in EXAMPLES])
SHAPES: list[tuple[Role, tuple[int, ...]]] = [
    ("weight", (4, 2, 3, 3)),
    ("weight", (5, 3)),
    ("bias", (4,)),
    ("norm", (1,)),
]


def made(text: str) -> Optimizer:
    found = Diagnostics()
    optimizer = bind_entry(OPTIMIZERS, parse_call(Source("example", text)), Environment(), found)
    found.raise_errors()
    assert optimizer is not None
    return optimizer


@each
def test_its_arguments_are_those_of_all_optimizers(cls: type[Optimizer]) -> None:
    arguments = {argument.name: argument for argument in signature(cls)}
    names = [*arguments]
    assert names[0] == "lr" and names[-2:] == ["weight_decay", "decays"]
    assert all(argument.doc and not argument.required for argument in arguments.values())
    assert OPTIMIZERS.make(cls.call_name).decays == "all"


@each
def test_it_is_documented_with_its_source(cls: type[Optimizer]) -> None:
    text = inspect.getdoc(cls) or ""
    assert cls.examples and "``w = w - " in text
    assert re.search(r"[A-Z]\w+ (et al\.|and [A-Z]\w+) \d{4}\b", text)


@every
def test_it_is_written_as_it_is_read(name: str, text: str) -> None:
    assert made(text).call_name == name
    assert made(print_expression(call_of(made(text)))) == made(text)


@every
@pytest.mark.parametrize(("role", "shape"), SHAPES)
def test_what_it_keeps_is_what_it_changes(name: str, text: str, role: Role, shape: tuple[int, ...]) -> None:
    optimizer, random = made(text), np.random.RandomState(0)
    slots, shared = optimizer.slots(role), optimizer.shared()
    assert len({*slots}) == len(slots) and all(isinstance(value, float) for value in shared.values())
    driver = Driver(optimizer, random.standard_normal(shape), role)
    start = driver.weight.numpy()
    for _ in range(3):
        driver.step(random.standard_normal(shape), 0.01)
        assert {*driver.state} == {*slots} and {*driver.shared} == {*shared}
        kept = [driver.weight, *driver.state.values()]
        assert all(each.shape == shape and each.dtype.name == "float" for each in kept)
        assert all(value.shape == (1,) for value in driver.shared.values())
    assert np.isfinite(driver.weight.numpy()).all() and (driver.weight.numpy() != start).all()


@every
@pytest.mark.parametrize(("role", "shape"), SHAPES)
def test_it_is_pure(name: str, text: str, role: Role, shape: tuple[int, ...]) -> None:
    optimizer, random = made(text), np.random.RandomState(1)
    names = ("weight", "gradient", *optimizer.slots(role))
    given = {name: tensor(np.abs(random.standard_normal(shape))) for name in names}
    shared = {name: tensor([0.5]) for name in optimizer.shared()}
    before = {name: each.numpy() for name, each in (given | shared).items()}
    state = {slot: given[slot] for slot in optimizer.slots(role)}
    change = Change(given["weight"], given["gradient"], state, shared, tensor([0.1]), 0.1, role)
    found = []
    for _ in range(2):
        weight, kept = optimizer.change(change)
        found.append([weight.numpy(), *(each.numpy() for each in kept.values())])
        optimizer.advanced(shared)
    assert all((first == second).all() for first, second in zip(*found, strict=True))
    assert all((before[name] == each.numpy()).all() for name, each in (given | shared).items())


def unharmed(optimizer: Optimizer, weight: np.ndarray, gradient: np.ndarray, role: Role) -> np.ndarray:
    driver = Driver(optimizer, weight, role)
    after = driver.run([gradient] * 3, [0.1] * 3)
    values: list[Any] = [driver.weight, *driver.state.values(), *driver.shared.values()]
    assert all(np.isfinite(value.numpy()).all() for value in values)
    return after


@each
@pytest.mark.parametrize(("role", "shape"), SHAPES)
def test_no_gradient_does_no_harm(cls: type[Optimizer], role: Role, shape: tuple[int, ...]) -> None:
    weight, zero = np.random.RandomState(2).standard_normal(shape).astype(np.float32), np.zeros(shape)
    plain, decaying = OPTIMIZERS.make(cls.call_name, weight_decay=0.0), OPTIMIZERS.make(cls.call_name)
    assert (unharmed(plain, weight, zero, role) == weight).all()
    assert (unharmed(plain, zero, zero, role) == 0).all() and (
        unharmed(decaying, zero, zero, role) == 0
    ).all()
    assert (np.abs(unharmed(decaying, weight, zero, role)) <= np.abs(weight)).all()


@each
@pytest.mark.parametrize("size", [1e-30, 1e-12, 1e12])
def test_no_size_of_gradients_makes_what_is_no_number(cls: type[Optimizer], size: float) -> None:
    random = np.random.RandomState(3)
    for role, shape in SHAPES:
        unharmed(
            OPTIMIZERS.make(cls.call_name),
            random.standard_normal(shape),
            size * random.standard_normal(shape),
            role,
        )


def test_other_tools_names_lead_to_one_optimizer_each() -> None:
    others = [(name, other.lower()) for name, cls in OPTIMIZERS.entries.items() for other in cls.also_called]
    assert len({other for _, other in others}) == len(others)
    assert not {other for _, other in others} & set(OPTIMIZERS.entries)
    assert all(known_as(OPTIMIZERS, other) == name for name, other in others)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sgd(lr = 0)", "above 0"),
        ("sgd(momentum = 1)", "at least 0 and below 1"),
        ("sgd(nesterov = true)", "nesterov needs a momentum above 0"),
        ("sgd(decays = biases)", "one of all, weights"),
        ("adam(betas = [0.9])", "a list of 2 values"),
        ("adam(betas = [0.9, 1])", "below 1"),
        ("adamw(eps = 0)", "above 0"),
        ("adamw(weight_decay = -0.1)", "at least 0"),
        ("lars(trust_coefficient = 0)", "above 0"),
        ("muon(ns_steps = 0)", "from 1 to 99"),
        ("muon(adjust_lr = double)", "one of original, match_rms_adamw"),
        ("muon(other_lr = 0)", "above 0"),
    ],
)
def test_values_that_make_no_sense_are_refused(text: str, message: str) -> None:
    with pytest.raises(Exception, match=message):
        made(text)


def test_nesterov_is_at_fault() -> None:
    with pytest.raises(OpError) as raised:
        OPTIMIZERS.make("sgd", nesterov=True)
    assert (raised.value.argument, raised.value.diagnostic.code) == ("nesterov", "bad-value")
