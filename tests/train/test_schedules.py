"""Factors on the learning rate: PyTorch's schedulers over whole runs, and points that can be worked out by hand."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnspec.train import schedules  # noqa: F401
from cnnspec.train.registries import SCHEDULES, Moment

quick = settings(deadline=None, max_examples=40)
STEPS, EPOCHS = st.integers(1, 6), st.integers(1, 14)
GAMMAS, SHARES = st.floats(0.05, 1), st.floats(0, 1)


def whole(name: str, steps: int, epochs: int, **values: Any) -> list[float]:
    """The factors of every step of a run."""
    schedule = SCHEDULES.make(name, **values)
    return [schedule.factor(Moment(step, steps, epochs)) for step in range(steps * epochs)]


# By hand


def factors(name: str, epochs: int, at: list[float], **values: Any) -> list[float]:
    schedule = SCHEDULES.make(name, **values)
    return [schedule.factor(Moment(round(epoch * 100), 100, epochs)) for epoch in at]


def test_constant() -> None:
    assert factors("constant", 5, [0, 2.5, 4.9]) == [1, 1, 1]
    assert factors("constant", 5, [0, 1, 2, 4.9], warmup=2) == [0, 0.5, 1, 1]


def test_step() -> None:
    found = factors("step", 9, [0, 2.99, 3, 5.5, 6], size=3, gamma=0.5)
    assert found == [1, 1, 0.5, 0.5, 0.25]


def test_stairs_count_from_the_start_of_training() -> None:
    found = factors("step", 9, [0, 1, 2, 3, 4, 6], size=2, gamma=0.5, warmup=4)
    assert found == [0, 0.25, 0.25, 0.375, 0.25, 0.125]
    assert factors("multi_step", 9, [1, 2, 4], milestones=(1, 3), gamma=0.5, warmup=4) == [0.125, 0.25, 0.25]
    assert factors("exponential", 9, [1, 1.5, 4], gamma=0.5, warmup=2) == [0.25, 0.375, 0.0625]


def test_cosine() -> None:
    assert factors("cosine", 4, [0, 2, 4]) == pytest.approx([1, 0.5, 0])


def test_cosine_with_warmup_and_minimum() -> None:
    found = factors("cosine", 12, [0, 1, 2, 7, 12], warmup=2, minimum=0.2)
    assert found == pytest.approx([0, 0.5, 1, 0.6, 0.2])


def test_warmup_longer_than_training() -> None:
    assert factors("cosine", 2, [0, 1.5], warmup=3) == pytest.approx([0, 0.5])


def test_a_number_alone_is_the_warmup_of_cosine() -> None:
    assert SCHEDULES.entries["cosine"](2.0) == SCHEDULES.make("cosine", warmup=2.0)


def test_straight_lines_and_parabolas() -> None:
    assert factors("linear", 5, [0, 1, 3, 5], warmup=1, minimum=0.5) == pytest.approx([0, 1, 0.75, 0.5])
    assert factors("polynomial", 4, [0, 1, 3]) == pytest.approx([1, 0.5625, 0.0625])


def test_cosines_begin_after_the_rise_and_grow() -> None:
    values = {"period": 2, "growth": 2.0, "warmup": 1, "minimum": 0.2}
    found = factors("cosine_restarts", 15, [0, 1, 2, 2.99, 3, 5, 7, 11], **values)
    assert found == pytest.approx([0, 1, 0.6, 0.2, 1, 0.6, 1, 0.6], abs=1e-4)
    assert factors("cosine_restarts", 9, [2, 3.5, 5], period=2, growth=1.5) == pytest.approx([1, 0.5, 1])


def test_one_cycle() -> None:
    found = whole("one_cycle", 1, 101, start=10.0, end=100.0, rise=0.5 + 0.5 / 101)
    assert [found[i] for i in (0, 25, 50, 75, 100)] == pytest.approx([0.1, 0.55, 1, 0.5005, 0.001])
    assert whole("one_cycle", 1, 1, rise=1.0) == [1]
    assert whole("one_cycle", 1, 4, rise=0.25)[0] == 1


def at_plateau(*losses: float, **values: Any) -> float:
    return SCHEDULES.make("plateau", **values).factor(Moment(3 * len(losses), 3, 99, losses))


def test_plateau() -> None:
    assert at_plateau() == at_plateau(3, 2, 2, gamma=0.5, patience=1) == 1
    assert at_plateau(3, 2, 2, 2, gamma=0.5, patience=1) == 0.5
    assert at_plateau(3, 2, 2, 2, 2, gamma=0.5, patience=1) == 0.5
    assert at_plateau(3, 2, 2, 2, 2, 2, gamma=0.5, patience=1) == 0.25
    assert at_plateau(3, 2, 2, 2, 2, 2, gamma=0.5, patience=1, cooldown=1) == 0.5
    assert at_plateau(3, 2, 2, 2, 2, 2, gamma=0.5, patience=1, minimum=0.4) == 0.4
    assert at_plateau(3, 2.8, 2.6, gamma=0.5, patience=0, threshold=0.1) == 0.5


def test_a_loss_that_is_no_number_is_no_better() -> None:
    nan = float("nan")
    assert at_plateau(1, nan, nan, gamma=0.5, patience=1) == 0.5
    assert at_plateau(nan, 1, 1, gamma=0.5, patience=1) == 1


# PyTorch


def theirs(
    count: int, make: Callable[[Any, Any], Any], after: Callable[[Any, int], None] | None = None
) -> Any:
    """The rates that a scheduler of PyTorch sets, one step after another, where the given one is 1."""
    torch = pytest.importorskip("torch")
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    found = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scheduler = make(torch.optim.lr_scheduler, optimizer)
        for step in range(count):
            if step:
                optimizer.step()
                after(scheduler, step - 1) if after else scheduler.step()
            found.append(optimizer.param_groups[0]["lr"])
    return found


def same(ours: list[float], their: list[float]) -> None:
    assert ours == pytest.approx(their, rel=1e-6, abs=1e-9)


def rise(of: Any, optimizer: Any, steps: int) -> Any:
    return of.LambdaLR(optimizer, lambda step: min(1.0, step / steps) if steps else 1.0)


def warmed(steps: int, then: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """A rise over ``steps``, and what comes then."""

    def make(of: Any, optimizer: Any) -> Any:
        if not steps:
            return then(of, optimizer)
        first, second = rise(of, optimizer, steps), then(of, optimizer)
        return of.SequentialLR(optimizer, [first, second], milestones=[steps])

    return make


def by_epoch(steps: int, epochs: int, make: Callable[[Any, Any], Any], warmup: int) -> list[float]:
    """A scheduler that is told of each epoch, times a rise over ``warmup`` steps that is told of each step."""
    slow = theirs(epochs, make)
    quick = theirs(steps * epochs, lambda of, optimizer: rise(of, optimizer, warmup))
    return [slow[step // steps] * factor for step, factor in enumerate(quick)]


@st.composite
def runs(draw: st.DrawFn) -> tuple[int, int, int]:
    """Steps an epoch, epochs, and fewer steps of rise than there are steps."""
    steps, epochs = draw(STEPS), draw(EPOCHS)
    return steps, epochs, draw(st.integers(0, steps * epochs - 1))


@quick
@given(runs(), SHARES)
def test_cosine_is_torchs(run: tuple[int, int, int], minimum: float) -> None:
    steps, epochs, warmup = run
    ours = whole("cosine", steps, epochs, minimum=minimum, warmup=warmup / steps)
    left = steps * epochs - warmup
    same(
        ours,
        theirs(steps * epochs, warmed(warmup, lambda of, o: of.CosineAnnealingLR(o, left, eta_min=minimum))),
    )


@quick
@given(runs(), SHARES)
def test_linear_is_torchs(run: tuple[int, int, int], minimum: float) -> None:
    steps, epochs, warmup = run
    ours = whole("linear", steps, epochs, minimum=minimum, warmup=warmup / steps)
    left = steps * epochs - warmup
    # Theirs is a product of quotients, which is lost once it is 0: at the end, which is no step.
    same(ours, theirs(steps * epochs, warmed(warmup, lambda of, o: of.LinearLR(o, 1.0, minimum, left))))


@quick
@given(runs(), st.floats(0.5, 4))
def test_polynomial_is_torchs(run: tuple[int, int, int], power: float) -> None:
    steps, epochs, warmup = run
    ours = whole("polynomial", steps, epochs, power=power, warmup=warmup / steps)
    left = steps * epochs - warmup
    same(ours, theirs(steps * epochs, warmed(warmup, lambda of, o: of.PolynomialLR(o, left, power))))


@quick
@given(runs(), st.integers(1, 4), st.integers(1, 3), SHARES)
def test_cosine_restarts_are_torchs(
    run: tuple[int, int, int], period: int, growth: int, minimum: float
) -> None:
    steps, epochs, warmup = run
    warmup = warmup // steps  # whole epochs: else rounding decides at which step a cosine begins
    ours = whole(
        "cosine_restarts", steps, epochs, period=period, growth=growth, minimum=minimum, warmup=warmup
    )

    def make(of: Any, optimizer: Any) -> Any:
        return of.CosineAnnealingWarmRestarts(optimizer, period * steps, growth, minimum)

    same(ours, theirs(steps * epochs, warmed(warmup * steps, make)))


@quick
@given(STEPS, EPOCHS, SHARES, st.floats(1, 100), st.floats(1, 1e5), st.sampled_from(["cosine", "linear"]))
def test_one_cycle_is_torchs(
    steps: int, epochs: int, rise: float, start: float, end: float, shape: str
) -> None:
    if rise * steps * epochs == 1:
        return  # theirs divides by zero
    ours = whole("one_cycle", steps, epochs, rise=rise, start=start, end=end, shape=shape)

    def make(of: Any, optimizer: Any) -> Any:
        return of.OneCycleLR(
            optimizer,
            1.0,
            epochs=epochs,
            steps_per_epoch=steps,
            pct_start=rise,
            anneal_strategy={"cosine": "cos", "linear": "linear"}[shape],
            cycle_momentum=False,
            div_factor=start,
            final_div_factor=end,
        )

    same(ours, theirs(steps * epochs, make))


@quick
@given(runs(), st.integers(1, 5), GAMMAS)
def test_step_is_torchs(run: tuple[int, int, int], size: int, gamma: float) -> None:
    steps, epochs, warmup = run
    ours = whole("step", steps, epochs, size=size, gamma=gamma, warmup=warmup / steps)
    same(ours, by_epoch(steps, epochs, lambda of, o: of.StepLR(o, size, gamma), warmup))


@quick
@given(runs(), st.sets(st.integers(1, 16), min_size=1), GAMMAS)
def test_multi_step_is_torchs(run: tuple[int, int, int], milestones: set[int], gamma: float) -> None:
    steps, epochs, warmup = run
    places = tuple(sorted(milestones))
    ours = whole("multi_step", steps, epochs, milestones=places, gamma=gamma, warmup=warmup / steps)
    same(ours, by_epoch(steps, epochs, lambda of, o: of.MultiStepLR(o, places, gamma), warmup))


@quick
@given(runs(), GAMMAS)
def test_exponential_is_torchs(run: tuple[int, int, int], gamma: float) -> None:
    steps, epochs, warmup = run
    ours = whole("exponential", steps, epochs, gamma=gamma, warmup=warmup / steps)
    same(ours, by_epoch(steps, epochs, lambda of, o: of.ExponentialLR(o, gamma), warmup))


@quick
@given(
    st.lists(st.sampled_from([0.5, 0.9, 0.95, 1.0, 1.1, float("nan"), float("inf")]), max_size=30),
    st.floats(0.1, 0.9),
    st.integers(0, 3),
    st.sampled_from([0.0, 1e-4, 0.08]),
    st.integers(0, 3),
    st.sampled_from([0.0, 0.01, 0.3]),
)
def test_plateau_is_torchs(
    losses: list[float], gamma: float, patience: int, threshold: float, cooldown: int, minimum: float
) -> None:
    schedule = SCHEDULES.make(
        "plateau", gamma=gamma, patience=patience, threshold=threshold, cooldown=cooldown, minimum=minimum
    )
    ours = [schedule.factor(Moment(2 * i, 2, 99, tuple(losses[:i]))) for i in range(len(losses))]

    def make(of: Any, optimizer: Any) -> Any:
        return of.ReduceLROnPlateau(
            optimizer, "min", gamma, patience, threshold, "rel", cooldown, minimum, eps=0
        )

    same(ours, theirs(len(losses), make, lambda scheduler, epoch: scheduler.step(losses[epoch])))
