"""The passes of the lowering as a whole: which layers they take, and that training comes out the same."""

from __future__ import annotations

import numpy as np
import pytest

from cnnspec.backends.tinygrad import lower
from cnnspec.backends.tinygrad.passes import FUSIONS, PASSES, Place
from cnnspec.backends.tinygrad.plan import DEFAULT, plan
from cnnspec.elaborate import Loader, elaborate, open_target
from cnnspec.ir import Graph
from cnnspec.source import Source

NET = """model net {
  input 3 x 12 x 12
  conv(8, 3, padding = 1)  bn  relu  maxpool(2)
  conv(8, 3, groups = 4, padding = 1)  relu
  add { | | conv(8, 3, padding = same, bias = false)  bn }
  conv(12, 3, stride = 2)  relu  flatten  linear(4)
}"""
NETWORKS = {
    "branches": (NET, 8),
    "separable": (
        """model net {
  input 3 x 16 x 16
  conv(8, 3, stride = 2, padding = 1, bias = false)  bn  relu6
  conv(8, 3, padding = 1, groups = 8, bias = false)  bn  relu6
  conv(16, 1, bias = false)  bn(affine = false)  relu6
  global_avgpool  flatten  linear(4)
}""",
        6,
    ),
    "dense": (
        """model net {
  input 1 x 10 x 10
  conv(4, (3, 5), padding = (1, 2))  tanh
  concat { | | bn  relu  conv(6, 3, padding = 1, bias = false) }
  concat { | | bn  relu  conv(6, 3, padding = 2, dilation = 2) }
  avgpool(2)  flatten  linear(9)  bn  relu  dropout(0)  linear(4)
}""",
        5,
    ),
}


def net(text: str) -> Graph:
    return elaborate(Loader().link(Source("net.cnn", text), None))


def losses(text: str, batch: int, passes: tuple[str, ...] | None, device: str) -> list[float]:
    from cnnspec.train import losses as _losses  # noqa: F401
    from cnnspec.train import optimizers as _optimizers  # noqa: F401
    from cnnspec.train.data import Targets
    from cnnspec.train.data.normalization import Normalization
    from cnnspec.train.heads import class_heads
    from cnnspec.train.registries import LOSSES, OPTIMIZERS, TrainSettings
    from cnnspec.train.steps import Scaler, TrainingStep
    from cnnspec.train.updates import UpdateNumbers, Updates

    module = lower(net(text), 0, device, passes)
    updates = Updates(OPTIMIZERS.make("sgd", lr=0.05, momentum=0.9), module, TrainSettings())
    rng = np.random.default_rng(0)
    images = rng.uniform(size=(batch, *module.graph.input_shape)).astype(np.float32).transpose(0, 2, 3, 1)
    channels = module.graph.input_shape[0]
    scaler = Scaler(Normalization((0.5,) * channels, (0.25,) * channels), device)
    loss = LOSSES.make("cross_entropy")
    step = TrainingStep(module, updates, class_heads(module.graph, loss), scaler, images)
    found = []
    for _ in range(8):
        step(images, Targets(classes=np.arange(batch) % 4), UpdateNumbers(0.05))
        found.append(step.read().loss)
    return found


@pytest.mark.parametrize("name", NETWORKS)
def test_training_curves_agree(name: str, cpu: str) -> None:
    plain = losses(*NETWORKS[name], (), cpu)
    fast = losses(*NETWORKS[name], None, cpu)
    assert fast == pytest.approx(plain, rel=1e-3)
    assert fast[:3] == pytest.approx(plain[:3], rel=1e-5)
    assert fast[-1] < fast[0]


@pytest.mark.parametrize("off", DEFAULT)
def test_each_pass_can_be_switched_off(off: str, cpu: str) -> None:
    kept = tuple(name for name in DEFAULT if name != off)
    assert off not in {step.form for step in plan(net(NET), Place(native=True), True, kept).steps}
    text, batch = NETWORKS["branches"]
    images = np.random.default_rng(0).uniform(size=(2, 3, 12, 12)).astype(np.float32)
    fast, plain = (outputs(net(text), passes, images, cpu) for passes in (kept, ()))
    assert fast == pytest.approx(plain, abs=1e-5)
    assert losses(text, batch, kept, cpu)[:3] == pytest.approx(losses(text, batch, (), cpu)[:3], rel=1e-5)


@pytest.mark.parametrize("name", NETWORKS)
def test_inference_with_running_statistics_agrees(name: str, cpu: str) -> None:
    text, batch = NETWORKS[name]
    graph = net(text)
    images = np.random.default_rng(0).uniform(size=(batch, *graph.input_shape)).astype(np.float32)
    state = {k: v + 0.3 if "running" in k else v for k, v in lower(graph, 0, cpu).state().items()}
    fast, plain = (outputs(graph, passes, images, cpu, state) for passes in (DEFAULT, ()))
    assert np.abs(fast - plain).max() <= 1e-5 * max(np.abs(plain).max(), 1)


def outputs(
    graph: Graph, passes: tuple[str, ...], images: np.ndarray, device: str, state: dict | None = None
) -> np.ndarray:
    from tinygrad import Tensor

    module = lower(graph, 0, device, passes)
    if state:
        module.load_state(state)
    return module.forward(Tensor(images, device=device), False)["output"].numpy()


def forms(place: Place, training: bool, passes: tuple[str, ...] = DEFAULT) -> dict[str, str]:
    graph = net(NET)
    steps = plan(graph, place, training, passes).steps
    return {"+".join(graph.nodes[i].name for i in step.nodes): step.form for step in steps}


def test_the_plan_says_which_form_a_layer_has() -> None:
    here = Place(native=True)
    training, inference = forms(here, True), forms(here, False)
    assert training["conv1"] == "convolution" and training["bn1"] == "norm" and training["relu1"] == "plain"
    assert training["conv2+relu2"] == "convolution"
    assert inference["conv1+bn1+relu1"] == "convolution" and inference["conv2+relu2"] == "convolution"
    assert inference["conv4+relu3"] == "convolution" and inference["linear1"] == "plain"  # so few weights
    large = net("model m { input 8 x 1 x 1  conv(2, 1)  flatten  linear(300)  relu }")
    steps = plan(large, here, True).steps
    assert [step.form for step in steps] == ["plain", "plain", "linear"] and steps[2].nodes == (3, 4)
    assert "conv3+bn2" in inference and "max_pool" in inference.values()
    text = plan(net(NET), here, False).text()
    assert "convolution    conv1: conv 3x3, 8\n  with it      bn1: bn" in text
    elsewhere = Place(native=False)
    assert set(forms(elsewhere, True).values()) == {"plain"}
    assert forms(elsewhere, True, tuple(PASSES))["conv1"] == "channels_last"
    assert forms(elsewhere, False, tuple(PASSES))["conv1"] == "plain"


def test_values_that_others_see_are_not_fused_away() -> None:
    text = """model net {
  input 3 x 8 x 8
  conv(4, 3)
  add { | | bn  relu }
  global_avgpool  flatten  linear(2)
}"""
    graph = net(text)
    steps = plan(graph, Place(native=True), False).steps
    assert all(len(step.nodes) == 1 for step in steps)


def test_a_pass_that_does_not_exist_is_refused(cpu: str) -> None:
    with pytest.raises(ValueError, match="channels_last"):
        lower(elaborate(open_target("lenet5")), 0, cpu, ("chanels_last",))
    assert all(each.about and name == each.name for name, each in {**PASSES, **FUSIONS}.items())


def test_bfloat16_is_close_and_leaves_parameters_alone(cpu: str) -> None:
    from tinygrad import Tensor

    graph = net(NET)
    images = Tensor(np.random.default_rng(0).uniform(size=(2, 3, 12, 12)).astype(np.float32), device=cpu)
    exact = lower(graph, 0, cpu).forward(images, False)["output"].numpy()
    module = lower(graph, 0, cpu, precision="bf16")
    output = module.forward(images, False)["output"]
    weight = module.parameters["conv1.weight"]
    (gradient,) = output.sum().gradient(weight)
    assert output.numpy().dtype == np.float32 and gradient.dtype == weight.dtype == images.dtype
    assert 0 < np.abs(output.numpy() - exact).max() < 0.05 * np.abs(exact).max()
    with pytest.raises(ValueError, match="bf16"):
        lower(graph, 0, cpu, precision="fp8")
