"""A lowered graph: initial values, forward pass, state."""

from __future__ import annotations

import numpy as np
import pytest
from helpers import chain, layer, small_net, with_auxiliary

from cnnspec.backends.tinygrad import lower
from cnnspec.source import SpecError


def test_parameters_are_named_by_node() -> None:
    module = lower(small_net(), 0, "CPU")
    assert list(module.parameters)[:3] == ["conv1.weight", "conv1.bias", "bn2.weight"]
    assert "bn2.running_mean" in module.parameters
    assert sum(len(part) for part in (module.trainable, module.buffers)) == len(module.parameters)


def test_initial_values_depend_on_seed_and_name_alone() -> None:
    first, again = lower(small_net(), 3, "CPU").state(), lower(small_net(), 3, "CPU").state()
    other = lower(small_net(), 4, "CPU").state()
    assert all(np.array_equal(first[name], again[name]) for name in first)
    assert not np.array_equal(first["conv1.weight"], other["conv1.weight"])
    alone = lower(chain((1, 6, 6), layer("conv", channels=4, kernel=3)), 3, "CPU").state()
    assert np.array_equal(alone["conv1.weight"], first["conv1.weight"])


def test_auxiliary_outputs_exist_in_training_only() -> None:
    from tinygrad import Tensor

    module = lower(with_auxiliary(small_net()), 0, "CPU")
    images = Tensor(np.zeros((2, 1, 6, 6), np.float32))
    assert list(module.forward(images, training=True)) == ["output", "helper"]
    assert list(module.forward(images, training=False)) == ["output"]


def test_state_round_trip() -> None:
    first, second = lower(small_net(), 0, "CPU"), lower(small_net(), 1, "CPU")
    second.load_state(first.state())
    assert all(np.array_equal(v, second.state()[k]) for k, v in first.state().items())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: s.pop("conv1.bias"), "'conv1.bias' is missing"),
        (lambda s: s.update(extra=np.zeros(1, np.float32)), "no 'extra'"),
        (lambda s: s.update({"conv1.bias": np.zeros(5, np.float32)}), "'conv1.bias' is 4, but 5"),
    ],
)
def test_state_that_does_not_fit_changes_nothing(change, message: str) -> None:
    module = lower(small_net(), 0, "CPU")
    state = {k: v + 1 for k, v in module.state().items()}
    before = module.state()
    change(state)
    with pytest.raises(SpecError, match="weights do not fit"):
        module.load_state(state)
    assert all(np.array_equal(v, module.state()[k]) for k, v in before.items())


def test_weights_of_an_auxiliary_head_may_be_missing() -> None:
    plain = lower(small_net(), 0, "CPU").state()
    lower(with_auxiliary(small_net()), 1, "CPU").load_state(plain)
