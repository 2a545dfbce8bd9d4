"""A small member of every family against PyTorch: our weights copied in, the same logits and gradients.

The PyTorch sides are written from the papers (torch_*.py beside this file).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from cnnspec.elaborate import elaborate, open_target
from cnnspec.elaborate.renaming import parameter_names
from cnnspec.ir import LAYERS, Graph

from .members import MEMBERS, Member

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.slow

Arrays = Mapping[str, np.ndarray]
SEEDS = 60


def without_chance(graph: Graph) -> Graph:
    """The graph with its dropout and stochastic depth never dropping anything: the sides draw differently."""
    identity = LAYERS.make("identity")
    nodes = (replace(n, op=identity) if n.op.family == "regularize" else n for n in graph.nodes)
    return replace(graph, nodes=tuple(nodes))


class Pair:
    """Both sides of a member, with the same parameters and statistics, each drawn away from its first value."""

    def __init__(self, member: Member, device: str) -> None:
        from cnnspec.backends.tinygrad import lower

        spec = open_target(member.spec)
        graph = elaborate(spec)
        self.device = device
        self.ours = lower(without_chance(graph), 0, device)
        self.theirs = member.build()
        for module in self.theirs.modules():
            module.p = 0.0 if isinstance(module, torch.nn.Dropout) else getattr(module, "p", None)
        ours = list(self.ours.parameters)
        theirs = [n for n in self.theirs.state_dict() if not n.endswith("num_batches_tracked")]
        names = parameter_names(graph, spec, member.library) if member.library else None
        self.names = names or dict(zip(ours, theirs, strict=True))
        assert set(self.names.values()) == set(theirs)
        rng = np.random.default_rng(0)
        state = {name: _moved(name, value, rng) for name, value in self.ours.state().items()}
        self.ours.load_state(state)
        self.theirs.load_state_dict(
            {self.names[n]: torch.from_numpy(v) for n, v in state.items()}, strict=False
        )
        shape = (member.images, *graph.input_shape)
        self.images = clear_images(self.theirs, shape) if member.gradients else drawn_images(shape, 0)
        self.weights = rng.normal(size=(member.images, *graph.nodes[graph.outputs[0].node].shape))

    def evaluated(self) -> tuple[np.ndarray, np.ndarray]:
        from tinygrad import Tensor

        with torch.no_grad():
            expected = self.theirs.eval()(torch.from_numpy(self.images)).numpy()
        got = self.ours.forward(Tensor(self.images, device=self.device), training=False)["output"]
        return got.numpy(), expected

    def trained(self) -> tuple[Arrays, Arrays]:
        """Gradients, and running statistics after the step, by our names."""
        from tinygrad import Context, Tensor

        with Context(TRAINING=1):
            output = self.ours.forward(Tensor(self.images, device=self.device), training=True)["output"]
            loss = (output * Tensor(self.weights.astype(np.float32), device=self.device)).sum()
            loss.backward()
            grads = [t.grad for t in self.ours.trainable]
            Tensor.realize(*[g for g in grads if g is not None], *self.ours.buffers)
        ours = {n: (t.grad if t.grad is not None else t).numpy() for n, t in self.ours.parameters.items()}
        theirs = self.theirs.double().train()
        (theirs(torch.from_numpy(self.images).double()) * torch.from_numpy(self.weights)).sum().backward()
        values = dict(theirs.named_parameters()) | dict(theirs.named_buffers())
        expected = {
            n: values[t].detach() if values[t].grad is None else values[t].grad for n, t in self.names.items()
        }
        return ours, {n: v.numpy() for n, v in expected.items()}


class Kinks(torch.overrides.TorchFunctionMode):
    """Sees how near to a kink, relative to the spread, any input of a relu or a maximum comes."""

    margin = float("inf")

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name = getattr(function, "__name__", "")
        if name in ("relu", "relu_"):
            self.see(args[0].abs().min(), args[0])
        if name == "max_pool2d":
            self.see(_runner_up(*args[:4]), args[0])
        return function(*args, **(kwargs or {}))

    def see(self, gap: Any, x: Any) -> None:
        self.margin = min(self.margin, (gap / x.std()).item())


def _runner_up(x: Any, kernel: Any, stride: Any = None, padding: Any = 0) -> Any:
    """The least distance between the largest and the next value of a window, but for windows of zeros."""
    windows = torch.nn.functional.unfold(x.flatten(0, 1)[:, None], kernel, 1, padding, stride or kernel)
    first, second = windows.topk(2, dim=1).values.unbind(1)
    return (first - second)[first > 0].min()


def drawn_images(shape: tuple[int, ...], seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def clear_images(network: Any, shape: tuple[int, ...]) -> np.ndarray:
    """Images for which no relu sits so near its kink that rounding decides on which side: the gradient jumps there."""
    before = {name: value.clone() for name, value in network.state_dict().items()}
    drawn = [drawn_images(shape, seed) for seed in range(SEEDS)]
    margins = []
    with torch.no_grad():
        for images in drawn:
            with Kinks() as kinks:
                network.train()(torch.from_numpy(images))
            margins.append(kinks.margin)
    network.load_state_dict(before)
    return drawn[int(np.argmax(margins))]


def _moved(name: str, value: np.ndarray, rng: Any) -> np.ndarray:
    """A value near ``value``, so that no zero or one of a fresh network hides a mistake."""
    scale = 0.1 if name.endswith(("bias", "mean")) else 0.2 * np.abs(value)
    return (value + scale * rng.uniform(-1, 1, value.shape)).astype(np.float32)


def _layer(parameter: str) -> str:
    return parameter.rpartition(".")[0]


def difference(ours: np.ndarray, theirs: np.ndarray) -> float:
    """The largest difference, relative to the largest value."""
    return float(np.abs(ours - theirs).max() / np.abs(theirs).max())


@pytest.mark.parametrize("name", MEMBERS)
def test_logits_and_gradients(name: str, cpu: str) -> None:
    pair = Pair(MEMBERS[name], cpu)
    assert difference(*pair.evaluated()) <= 1e-4
    if not MEMBERS[name].gradients:
        return
    ours, theirs = pair.trained()
    assert ours.keys() == theirs.keys()
    largest = {_layer(n): 0.0 for n in theirs}
    for n, value in theirs.items():
        largest[_layer(n)] = max(largest[_layer(n)], float(np.abs(value).max()))
    # Relative to the layer's largest: the gradient of a bias before a norm is zero but for rounding.
    apart = {n: float(np.abs(ours[n] - theirs[n]).max() / largest[_layer(n)]) for n in ours}
    assert max(apart.values()) <= 1e-3, sorted(apart.items(), key=lambda item: -item[1])[:5]
