"""What is computed for whole batches equals what is computed image by image."""

from __future__ import annotations

import numpy as np
import pytest
from applying import photo, step
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnspec.train.augment import Augmentation
from cnnspec.train.augment.draws import Draws
from cnnspec.train.imaging.engine import engine
from cnnspec.train.pipeline.drawn import draw, drawn_mix
from cnnspec.train.pipeline.host import changed
from cnnspec.train.pipeline.plan import Pipeline

BATCH = 5


def both(steps: list[Augmentation], channels: int = 3, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """(B, H, W, C) in levels, by the device and by Pillow."""
    from tinygrad import Tensor

    from cnnspec.train.pipeline.device import DevicePart

    images = np.stack([photo(20, 26, channels, i) for i in range(BATCH)])
    pipeline = Pipeline.of(steps, (channels, 20, 26)).placed(True, (20, 26))
    assert pipeline.on_device == len(pipeline.groups)
    drawn = draw(pipeline, Draws.of(seed, 1, np.arange(BATCH)), np.array([[20, 26]] * BATCH))
    part = DevicePart(pipeline, BATCH, "CPU")
    part.write(drawn, seed, 1, 0)
    made = part(Tensor(images, device="CPU")).numpy() * 255
    using = engine("pillow")
    one_by_one = [
        using.array(changed(using.image(image), drawn, len(drawn.groups), i, using))
        for i, image in enumerate(images)
    ]
    return made, np.stack(one_by_one)


@pytest.mark.parametrize(
    "steps",
    [
        [step("rotate", 30)],
        [step("rotate", 30, interpolation="nearest", fill=0.5)],
        [step("flip"), step("translate", 0.2, fill=1.0)],
        [step("random_crop", (20, 26), padding=4), step("flip")],
        [step("pad", 2), step("center_crop", (20, 26)), step("brightness", 0.2)],
        [step("affine", 10, scale=(0.8, 1.2), shear=(10, 10)), step("flip", "vertical")],
        [step("maybe", 0.5, step("shear", 20))],
        [step("choose", (step("rotate", 20), step("translate", 0.3)))],
        [step("brightness", 0.4)],
        [step("contrast", 0.4), step("brightness", (0.5, 0.9))],
        [step("saturation", 0.6)],
        [step("hue", 0.5)],
        [step("grayscale", p=0.5)],
        [step("rotate", 10), step("color_jitter", 0.3, 0.3, 0.3, 0.1), step("rotate", 5)],
    ],
    ids=lambda steps: "-".join(s.call_name for s in steps),
)
def test_device_and_host_agree(cpu: str, steps: list[Augmentation]) -> None:
    made, reference = both(steps)
    apart = np.abs(made - reference)
    nearest = getattr(steps[0], "interpolation", "") == "nearest"
    # Bytes are rounded after each step and hues kept in 256 steps; places between two pixels fall either way.
    assert np.quantile(apart, 0.97) < (1 if nearest else 5)
    assert apart.mean() < 1.5


def test_one_channel(cpu: str) -> None:
    made, reference = both([step("rotate", 30), step("contrast", 0.5)], channels=1)
    assert np.abs(made - reference).mean() < 1


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.booleans(), st.sampled_from([1, 3]))
def test_the_kernel_equals_tinygrads_operations(
    cpu_once: None, seed: int, nearest: bool, channels: int
) -> None:
    from tinygrad import Tensor

    from cnnspec.backends.tinygrad import warp

    random = np.random.RandomState(seed)
    images = random.randint(0, 256, (2, 9, 11, channels)).astype(np.uint8 if seed % 2 else np.float32)
    matrices = random.normal([1, 0, 1, 0, 1, -1], 0.4, (2, 6)).astype(np.float32)
    tensors = Tensor(images, device="CPU"), Tensor(matrices, device="CPU")
    ours, plain = (f(*tensors, 7.0, nearest).numpy() for f in (warp._native, warp._plain))
    assert (np.abs(ours - plain) > 0.01).mean() < 0.02  # places on the border of a pixel
    assert np.median(np.abs(ours - plain)) < 1e-3


@pytest.fixture(scope="module")
def cpu_once(cpu: str) -> None:
    """The kernels can be compiled."""


def test_mixing(cpu: str) -> None:
    from tinygrad import Tensor

    from cnnspec.train.pipeline.device import DevicePart

    images = np.stack([photo(20, 26, 3, i) for i in range(4)])
    for made in (step("mixup", 0.4), step("cutmix"), step("maybe", 0.5, step("mixup"))):
        pipeline = Pipeline.of([made], (3, 20, 26))
        part, mixed = DevicePart(pipeline, 4, "CPU"), 0
        for number in range(12):
            numbers = drawn_mix(pipeline, 3, 1, number)
            part.write(draw(pipeline, Draws.of(3, 1, np.arange(4)), np.array([[20, 26]] * 4)), 3, 1, number)
            inner, outer, left, top, right, bottom, own = numbers
            share = np.full((20, 26), outer)
            share[int(top) : int(bottom), int(left) : int(right)] = inner
            expected = images * share[..., None] + images[::-1] * (1 - share[..., None])
            found = part(Tensor(images, device="CPU")).numpy() * 255
            assert np.abs(found - expected).max() < 0.01
            assert share.mean() == pytest.approx(own, abs=1e-5)
            assert part.own_share is not None and part.own_share.item() == pytest.approx(own)
            mixed += own < 1
        assert mixed == 12 if made.call_name != "maybe" else 2 <= mixed <= 10


def test_the_share_of_mixup_is_distributed_as_beta() -> None:
    pipeline = Pipeline.of([step("mixup", 0.3)], (3, 8, 8))
    shares = np.array([drawn_mix(pipeline, 0, 1, i)[6] for i in range(3000)])
    assert shares.mean() == pytest.approx(0.5, abs=0.02)
    assert shares.var() == pytest.approx(
        1 / (4 * (2 * 0.3 + 1)), rel=0.06
    )  # of Beta(a, a): 1 / (4 (2 a + 1))


def test_losses_of_mixed_batches_are_those_of_both_targets(cpu: str) -> None:
    from tinygrad import Tensor

    from cnnspec.backends.tinygrad import lower
    from cnnspec.elaborate import Loader, elaborate
    from cnnspec.source import Source
    from cnnspec.train.data import Targets
    from cnnspec.train.data.normalization import Normalization
    from cnnspec.train.heads import class_heads
    from cnnspec.train.pipeline.device import DevicePart
    from cnnspec.train.registries import LOSSES, OPTIMIZERS, TrainSettings
    from cnnspec.train.sections import SECTIONS
    from cnnspec.train.steps import Scaler, TrainingStep
    from cnnspec.train.updates import UpdateNumbers, Updates

    assert SECTIONS
    graph = elaborate(Loader().link(Source("net", "model net { input 1 x 6 x 6  flatten  linear(3) }"), None))
    module = lower(graph, 0, cpu)
    images = np.random.RandomState(0).randint(0, 256, (6, 6, 6, 1)).astype(np.uint8)
    labels = np.array([0, 1, 2, 2, 2, 1])
    pipeline = Pipeline.of([step("mixup")], (1, 6, 6))
    scaler, part = Scaler(Normalization((0.5,), (0.25,)), cpu), DevicePart(pipeline, 6, cpu)
    loss = LOSSES.make("cross_entropy", label_smoothing=0.1)
    own = float(drawn_mix(pipeline, 0, 1, 0)[6])
    mixed = (images * own + images[::-1] * (1 - own)) / 255
    outputs = module.forward(scaler(Tensor(mixed.astype(np.float32), device=cpu)), training=False)[
        "output"
    ].realize()
    first, second = (
        loss(outputs, Tensor(each.astype(np.int32).copy(), device=cpu)).item()
        for each in (labels, labels[::-1])
    )
    updates = Updates(OPTIMIZERS.make("sgd", lr=0.1), module, TrainSettings())
    taken = TrainingStep(module, updates, class_heads(module.graph, loss), scaler, images, part)
    part.write(draw(pipeline, Draws.of(0, 1, np.arange(6)), np.array([[6, 6]] * 6)), 0, 1, 0)
    taken(images, Targets(classes=labels), UpdateNumbers(0.1))
    assert 0.02 < own < 0.98 and abs(first - second) > 0.01
    assert taken.read().loss == pytest.approx(own * first + (1 - own) * second, rel=1e-4)
