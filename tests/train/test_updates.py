"""Clipping, accumulation, averages and loss scaling, against plain references of a few lines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from helpers import chain, layer, small_net

from cnnspec.ir import Graph, Shape
from cnnspec.train.data import Targets
from cnnspec.train.registries import LOSSES, OPTIMIZERS, TrainSettings
from cnnspec.train.updates import UpdateNumbers, kept_share

SHAPE: Shape = (1, 6, 6)
BATCH = 12


def plain_net() -> Graph:
    """Nothing in it depends on what else is in a batch."""
    return chain(
        SHAPE,
        layer("conv", channels=4, kernel=3),
        layer("relu"),
        layer("flatten"),
        layer("linear", features=3),
    )


def batches(count: int, size: int = BATCH) -> list[tuple[np.ndarray, np.ndarray]]:
    random = np.random.RandomState(0)
    return [
        (random.rand(size, 6, 6, 1).astype(np.float32), random.randint(0, 3, size).astype(np.int64))
        for _ in range(count)
    ]


class Ours:
    """A training step with its state, as the loop makes it."""

    def __init__(self, device: str | tuple[str, ...], graph: Graph, optimizer: Any, **settings: Any) -> None:
        from tinygrad import Tensor

        from cnnspec.backends.tinygrad import lower
        from cnnspec.train.data.normalization import Normalization
        from cnnspec.train.heads import class_heads
        from cnnspec.train.steps import Scaler, TrainingStep
        from cnnspec.train.updates import Updates

        Tensor.manual_seed(0)
        size = settings.pop("size", BATCH)
        self.settings = TrainSettings(**settings)
        self.module = lower(graph, 0, device, precision=self.settings.precision)
        self.updates = Updates(optimizer, self.module, self.settings)
        heads = class_heads(graph, LOSSES.make("cross_entropy"))
        scaler = Scaler(Normalization((0.5,), (0.25,)), self.module.spread)
        empty = np.zeros((size, 6, 6, 1), np.float32)
        self.step = TrainingStep(
            self.module,
            self.updates,
            heads,
            scaler,
            empty,
            None,
            self.settings.accumulate,
            self.settings.recompute,
        )

    def take(self, batch: tuple[np.ndarray, np.ndarray], numbers: UpdateNumbers | None) -> None:
        self.step(batch[0], Targets(classes=batch[1]), numbers)


def torch_net(state: dict[str, np.ndarray]) -> Any:
    torch = pytest.importorskip("torch")
    net = torch.nn.Sequential(
        torch.nn.Conv2d(1, 4, 3), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.Linear(64, 3)
    )
    names = {"conv1": "0", "linear4": "3"}
    net.load_state_dict(
        {f"{names[k.split('.')[0]]}.{k.split('.')[1]}": torch.tensor(v) for k, v in state.items()}
    )
    return net


def torch_gradients(net: Any, batch: tuple[np.ndarray, np.ndarray]) -> None:
    import torch

    images = torch.tensor((batch[0] - 0.5) / 0.25).permute(0, 3, 1, 2)
    torch.nn.functional.cross_entropy(net(images), torch.tensor(batch[1])).backward()


def same(ours: Ours, net: Any) -> None:
    for mine, theirs in zip(ours.module.state().values(), net.parameters(), strict=True):
        np.testing.assert_allclose(mine, theirs.detach().numpy(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("largest", [0.05, 1.0, 50.0])
def test_clipping_is_pytorchs(largest: float, cpu: str) -> None:
    torch = pytest.importorskip("torch")
    ours = Ours(cpu, plain_net(), OPTIMIZERS.make("sgd", lr=0.5, momentum=0.9), clip=largest)
    net = torch_net(ours.module.state())
    optimizer = torch.optim.SGD(net.parameters(), 0.5, 0.9)
    for batch in batches(6):
        ours.take(batch, UpdateNumbers(0.5))
        optimizer.zero_grad()
        torch_gradients(net, batch)
        torch.nn.utils.clip_grad_norm_(net.parameters(), largest)
        optimizer.step()
    same(ours, net)


def test_accumulation_is_one_larger_batch(cpu: str) -> None:
    """Three batches of four give what one of twelve does, also where an epoch leaves two for the last update."""
    optimizer = OPTIMIZERS.make("adamw", lr=0.01)
    whole, parts = Ours(cpu, plain_net(), optimizer), Ours(cpu, plain_net(), optimizer, accumulate=3, size=4)
    for images, labels in batches(4):
        whole.take((images, labels), UpdateNumbers(0.01))
        for i in range(3):
            part = (images[i * 4 : i * 4 + 4], labels[i * 4 : i * 4 + 4])
            parts.take(part, UpdateNumbers(0.01, batches=3) if i == 2 else None)
    for name, value in whole.module.state().items():
        np.testing.assert_allclose(parts.module.state()[name], value, rtol=1e-5, atol=1e-6)
    two = Ours(cpu, plain_net(), optimizer, size=8)
    two.module.load_state(parts.module.state())
    (images, labels) = batches(1)[0]
    gradients = Ours(cpu, plain_net(), OPTIMIZERS.make("sgd", lr=1.0), accumulate=3, size=4)
    for i in range(2):
        part = (images[i * 4 : i * 4 + 4], labels[i * 4 : i * 4 + 4])
        gradients.take(part, UpdateNumbers(1.0, batches=2) if i == 1 else None)
    both = Ours(cpu, plain_net(), OPTIMIZERS.make("sgd", lr=1.0), size=8)
    both.take((images[:8], labels[:8]), UpdateNumbers(1.0))
    for name, value in both.module.state().items():
        np.testing.assert_allclose(gradients.module.state()[name], value, rtol=1e-5, atol=1e-6)


def test_the_average_of_weights_and_statistics(cpu: str) -> None:
    ours = Ours(cpu, small_net(), OPTIMIZERS.make("sgd", lr=0.1), ema=0.9)
    expected = ours.module.state()
    for update, batch in enumerate(batches(15)):
        kept = kept_share(0.9, update)
        ours.take(batch, UpdateNumbers(0.1, kept))
        now = ours.module.state()
        expected = {n: kept * v + (1 - kept) * now[n] for n, v in expected.items()}
    for name, value in expected.items():
        np.testing.assert_allclose(ours.updates.average[name].numpy(), value, rtol=1e-5, atol=1e-6)
    measured = ours.module.sharing(ours.updates.average).state()
    assert set(measured) == set(now) and not np.array_equal(measured["conv1.weight"], now["conv1.weight"])


def test_the_average_forgets_the_first_weights_sooner() -> None:
    assert [kept_share(0.999, t) for t in (0, 8, 90)] == pytest.approx([0.1, 0.5, 0.91])
    assert kept_share(0.999, 10**6) == 0.999 and kept_share(0.0, 5) == 0.0


def test_an_update_with_overflown_gradients_is_left_out(cpu: str) -> None:
    from cnnspec.backends.tinygrad.feed import write

    ours = Ours(cpu, plain_net(), OPTIMIZERS.make("adam", lr=0.01), precision="fp16")
    before, (batch, *_) = ours.module.state(), batches(1)
    write(ours.updates.tensors["scale"], np.full(1, 2.0**30, np.float32))
    ours.take(batch, UpdateNumbers(0.01))
    tally = ours.step.read()
    assert tally.skipped == 1 and tally.finite == 1
    assert all(np.array_equal(before[name], value) for name, value in ours.module.state().items())
    kept = {name: tensor.numpy() for name, tensor in ours.updates.tensors.items()}
    assert kept["scale"] == 2.0**29
    assert not any(value.any() for name, value in kept.items() if name not in ("scale", "steady"))
    write(ours.updates.tensors["scale"], np.full(1, 2.0**10, np.float32))
    ours.take(batch, UpdateNumbers(0.01))
    assert ours.step.read().skipped == 0 and ours.updates.tensors["steady"].numpy() == 1
    assert not np.array_equal(before["conv1.weight"], ours.module.state()["conv1.weight"])


def test_the_scale_grows_after_a_long_time_without_overflow(cpu: str) -> None:
    from cnnspec.backends.tinygrad.feed import write

    ours = Ours(cpu, plain_net(), OPTIMIZERS.make("sgd", lr=0.01), precision="fp16")
    write(ours.updates.tensors["steady"], np.full(1, 1999, np.float32))
    ours.take(batches(1)[0], UpdateNumbers(0.01))
    assert ours.updates.tensors["scale"].numpy() == 2.0**17 and ours.updates.tensors["steady"].numpy() == 0


@pytest.mark.parametrize("precision", ["bf16", "fp16"])
def test_half_precision_learns_nearly_the_same(precision: str, cpu: str) -> None:
    optimizer = OPTIMIZERS.make("sgd", lr=0.1, momentum=0.9)
    losses = []
    # One after the other: tinygrad draws for all networks of a process from one stream.
    for each in ("float32", precision):
        ours = Ours(cpu, small_net(), optimizer, precision=each)
        losses.append([])
        for batch in batches(8):
            ours.take(batch, UpdateNumbers(0.1))
            losses[-1].append(ours.step.read().loss)
    np.testing.assert_allclose(losses[1], losses[0], rtol=0.05, atol=0.02)
    assert all(value.dtype == np.float32 for value in ours.module.state().values())


@pytest.mark.parametrize(
    "settings", [{}, {"clip": 0.5, "ema": 0.9}, {"accumulate": 2}, {"precision": "fp16"}]
)
def test_two_devices_are_one(settings: dict[str, Any], cpu: str) -> None:
    """Batch norm and dropout in the network: statistics are those of the whole batch, draws do not depend on devices."""
    optimizer = OPTIMIZERS.make("sgd", lr=0.05, momentum=0.9, weight_decay=1e-3)
    each, found = settings.get("accumulate", 1), []
    for devices in (cpu, (f"{cpu}:0", f"{cpu}:1")):
        ours = Ours(devices, small_net(), optimizer, **settings)
        for i, batch in enumerate(batches(20)):
            last = (i + 1) % each == 0
            rate = 0.05 * (1 - i / 20)
            ours.take(batch, UpdateNumbers(rate, kept_share(0.9, i // each), each) if last else None)
        # In half precision rounding decides on which side of a relu a value falls, and gradients show it.
        compared = {} if settings.get("precision") else ours.updates.tensors
        kept = {name: tensor.numpy() for name, tensor in compared.items()}
        found.append(({**ours.module.state(), **kept}, ours.step.read()))
    (one, told), (two, also) = found
    tolerance = 2e-2 if settings.get("precision") else 1e-5
    for name, value in one.items():
        np.testing.assert_allclose(two[name], value, rtol=tolerance, atol=tolerance, err_msg=name)
    assert also.loss == pytest.approx(told.loss, rel=tolerance) and also.correct == told.correct


BLOCKS = """model net(classes = 3) {
  input 1 x 6 x 6
  stem: conv(8, 3, padding = 1)  bn  relu
  repeat 3 { concat { |  | bn  relu  conv(4, 3, padding = 1)  dropout(0.2) } }
  add { |  | conv(20, 3, padding = 1)  bn  relu  conv(20, 1)  stochastic_depth(0.3) }
  relu  maxpool(2)
  global_avgpool  flatten  linear(classes)
}
"""


def blocks() -> Graph:
    from cnnspec.elaborate import Loader, elaborate
    from cnnspec.source import Source

    return elaborate(Loader().link(Source("net.cnn", BLOCKS), None))


@pytest.mark.parametrize(
    ("graph", "settings"),
    [
        *((small_net, settings) for settings in ({}, {"accumulate": 2}, {"precision": "bf16"})),
        *((blocks, settings) for settings in ({}, {"accumulate": 2})),
    ],
)
def test_layers_computed_twice_give_the_same(
    graph: Callable[[], Graph], settings: dict[str, Any], cpu: str
) -> None:
    """Running statistics move once, and what was dropped is dropped again."""
    found = []
    for recompute in (False, True):
        ours = Ours(
            cpu, graph(), OPTIMIZERS.make("sgd", lr=0.05, momentum=0.9), recompute=recompute, **settings
        )
        for i, batch in enumerate(batches(6)):
            each = settings.get("accumulate", 1)
            ours.take(batch, UpdateNumbers(0.05, batches=each) if (i + 1) % each == 0 else None)
        found.append(({**ours.module.state()}, ours.step.read().loss))
    (kept, loss), (again, also) = found
    tolerance = 0.05 if "precision" in settings else 1e-5
    for name, value in kept.items():
        np.testing.assert_allclose(again[name], value, rtol=tolerance, atol=tolerance, err_msg=name)
    assert also == pytest.approx(loss, rel=tolerance)


def test_decay_spares_biases_and_norms_by_one_word(cpu: str) -> None:
    """At a vanishing gradient only decay moves weights."""
    optimizer = OPTIMIZERS.make("adamw", lr=1e-12, weight_decay=0.5)
    for decays, moved in (("all", {"weight", "bias", "norm"}), ("weights", {"weight"})):
        ours = Ours(cpu, small_net(), replace(optimizer, lr=0.1, decays=decays, eps=1e9))
        before = ours.module.state()
        ours.take(batches(1)[0], UpdateNumbers(0.1))
        after, roles = ours.module.state(), ours.module.roles
        shrunk = {
            roles[n] for n in before if before[n].any() and np.allclose(after[n], before[n] * 0.95, rtol=1e-5)
        }
        assert shrunk <= moved and "weight" in shrunk and ("norm" in shrunk) == ("norm" in moved)
