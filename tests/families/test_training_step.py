"""A small member of every family learns: three steps on one batch lower its loss."""

from __future__ import annotations

import numpy as np
import pytest

from cnnspec.elaborate import elaborate, open_target
from cnnspec.train import losses as _losses  # noqa: F401  (for the registries)
from cnnspec.train import optimizers as _optimizers  # noqa: F401
from cnnspec.train.data.normalization import Normalization
from cnnspec.train.registries import LOSSES, OPTIMIZERS, TrainSettings

from .members import MEMBERS

pytestmark = pytest.mark.slow
FAMILIES = (
    *("lenet", "alexnet", "vgg", "resnet", "plain", "resnext", "resnet_cifar", "resnext_cifar"),
    *("densenet", "densenet_bc_cifar", "efficientnet", "nasnet_skip"),
)


@pytest.mark.parametrize("name", FAMILIES)
def test_three_steps(name: str, cpu: str) -> None:
    from cnnspec.backends.tinygrad import lower
    from cnnspec.train.data import Targets
    from cnnspec.train.heads import class_heads
    from cnnspec.train.steps import Scaler, TrainingStep
    from cnnspec.train.updates import UpdateNumbers, Updates

    graph = elaborate(open_target(MEMBERS[name].spec))
    module = lower(graph, 0, cpu)
    before = module.state()
    channels = graph.input_shape[0]
    rng = np.random.default_rng(0)
    images = rng.uniform(size=(MEMBERS[name].images, *graph.input_shape)).astype(np.float32)
    images = images.transpose(0, 2, 3, 1)
    labels = np.arange(len(images)) % 10
    updates = Updates(OPTIMIZERS.make("sgd", lr=0.01, momentum=0.9), module, TrainSettings())
    scaler = Scaler(Normalization((0.5,) * channels, (0.25,) * channels), cpu)
    heads = class_heads(graph, LOSSES.make("cross_entropy"))
    step = TrainingStep(module, updates, heads, scaler, images)
    losses = []
    for _ in range(3):
        step(images, Targets(classes=labels), UpdateNumbers(0.01))
        tally = step.read()
        assert tally.finite == 1
        losses.append(tally.loss)
    assert losses[-1] < losses[0]
    after = module.state()
    assert all(np.isfinite(value).all() for value in after.values())
    unmoved = [n for n in after if np.array_equal(after[n], before[n])]
    assert not unmoved
