"""Networks in tinygrad: called, trained, saved and loaded by tinygrad's own means."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from api_blobs import TEXT, blobs

import cnnspec

TWO = """
model two {
  input 1 x 6 x 6
  conv(4, 3)  relu
  auxiliary early: { flatten  linear(3) }
  flatten  linear(3)
}
"""


def test_it_is_a_model_of_tinygrad(cpu: str, net: cnnspec.Network, tmp_path: Path) -> None:
    module = net.lower(cpu)
    from tinygrad import Context, Tensor, nn

    images, labels = blobs(30)
    x = Tensor(images[:, None].astype(np.float32) / 255, device=cpu)
    y = Tensor(labels.astype(np.int32), device=cpu)
    state = nn.state.get_state_dict(module)
    assert list(state) == list(module.parameters) and "conv1.weight" in state
    optimizer = nn.optim.SGD(nn.state.get_parameters(module), lr=0.1, momentum=0.9)
    assert len(optimizer.params) == len(module.trainable) and len(optimizer.buffers) == len(module.buffers)
    before = module.parameters["bn1.running_mean"].numpy()
    losses = []
    with Context(TRAINING=1):
        for _ in range(6):
            optimizer.zero_grad()
            loss = module(x, training=True).sparse_categorical_crossentropy(y)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    assert losses[-1] < 0.5 * losses[0]
    assert not np.allclose(before, module.parameters["bn1.running_mean"].numpy())

    nn.state.safe_save(state, str(tmp_path / "net.safetensors"))
    expected = module(x).numpy()
    for again in (
        net.lower(cpu, seed=5, weights=tmp_path / "net.safetensors"),
        net.lower(cpu, seed=6, weights=module.parameters),  # type: ignore[arg-type]
        net.lower(cpu, weights=module.state()),
    ):
        np.testing.assert_allclose(again(x).numpy(), expected, atol=1e-6)
    loaded = net.lower(cpu, seed=7)
    nn.state.load_state_dict(loaded, nn.state.safe_load(str(tmp_path / "net.safetensors")), verbose=False)
    np.testing.assert_allclose(loaded(x).numpy(), expected, atol=1e-6)


def test_what_it_gives(cpu: str, net: cnnspec.Network) -> None:
    module = net.lower(cpu)
    from tinygrad import Tensor

    x = Tensor.rand(2, 1, 6, 6, device=cpu)
    output = module(x)
    assert isinstance(output, Tensor) and output.shape == (2, 3)
    assert np.array_equal(output.numpy(), module.forward(x, False)["output"].numpy())


def test_several_outputs_come_by_name(cpu: str) -> None:
    net = cnnspec.loads(TWO)
    module = net.lower(cpu)
    from tinygrad import Tensor

    x = Tensor.zeros(1, *net.input_shape, device=cpu)
    assert isinstance(module(x), Tensor)
    trained = module(x, training=True)
    assert isinstance(trained, dict) and len(trained) == len(net.graph.outputs) > 1


def test_a_wrong_batch_is_refused(cpu: str, net: cnnspec.Network) -> None:
    module = net.lower(cpu)
    from tinygrad import Tensor

    with pytest.raises(TypeError, match="tinygrad Tensor, not ndarray"):
        module(np.zeros((1, 1, 6, 6), np.float32))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="net takes batches of N x 1 x 6 x 6, not 1 x 6 x 6"):
        module(Tensor.zeros(1, 6, 6, device=cpu))


def test_seeds(cpu: str, net: cnnspec.Network) -> None:
    first, same, other = (net.lower(cpu, seed=s).state()["conv1.weight"] for s in (1, 1, 2))
    assert np.array_equal(first, same) and not np.array_equal(first, other)


def test_wrong_arguments_are_explained(cpu: str, net: cnnspec.Network, tmp_path: Path) -> None:
    other = cnnspec.loads(TEXT, classes=4).lower(cpu).state()
    for call, said in (
        (lambda: net.lower(cpu, precision="float33"), "did you mean 'float32'?"),
        (lambda: net.lower("GPU"), "no such device"),
        (lambda: net.lower(cpu, seed=-1), "at least 0"),
        (lambda: net.lower(cpu, weights=other), "do not fit"),
        (lambda: net.lower(cpu, weights=tmp_path / "none.safetensors"), "there is no such file"),
    ):
        with pytest.raises(cnnspec.SpecError, match=said):
            call()
    for weights in (3, [1.0]):
        with pytest.raises(TypeError, match="weights must be"):
            net.lower(cpu, weights=weights)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="device must be a name"):
        net.lower(3)  # type: ignore[arg-type]
