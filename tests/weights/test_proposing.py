"""What is proposed fits: the rules and steps that are printed make a file whole when they stand in the spec."""

import random
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from cnnspec.elaborate import Loader, elaborate, open_target
from cnnspec.elaborate.renaming import parameter_names
from cnnspec.train.sections import bind_experiment
from cnnspec.train.weights import load, open_file, open_source, pair
from cnnspec.train.weights.proposing import Proposal, propose

from .making import NET, spec, state_zip, weights

NETWORKS = [
    ("resnet(depths = [1, 2, 1, 2], classes = 10, size = 64)", "torchvision"),
    ("vgg(depths = [1, 1, 2, 2, 2], norm = true, size = 32, classes = 10)", "torchvision"),
    ("densenet(depths = [2, 1, 3, 1], growth = 12, classes = 10, size = 64)", "torchvision"),
    ("efficientnet(width = 0.5, depth = 1.1, size = 64, classes = 10)", "timm"),
    ("nasnet(cells = 1, penultimate = 384, stem_channels = 8, size = 64, classes = 10)", "timm"),
]


def proposal(target: str, path: Path) -> Proposal:
    module = open_target(target)
    graph = elaborate(module)
    file = open_file(path)
    return propose(graph, module, file, pair(graph, module, file, "own"))


@pytest.mark.parametrize(("target", "library"), NETWORKS)
def test_rules_of_families_are_found_again(tmp_path: Path, target: str, library: str) -> None:
    module = open_target(target)
    graph = elaborate(module)
    names = parameter_names(graph, module, library)
    state_zip(tmp_path / "w.pth", {names[name]: value for name, value in weights(graph).items()})
    found = proposal(target, tmp_path / "w.pth")
    assert {p.ours: p.theirs for p in found.pairing.pairs} == names
    assert found.pairing.whole and len(found.rules) <= len(graph.nodes) / 3
    assert found.section()[0] == "names {" and not found.fresh and not found.ignored


def test_a_pasted_proposal_makes_a_file_fit(tmp_path: Path) -> None:
    graph, _ = spec()
    values = weights(graph) | {
        "head.weight": np.ones((7, 256), np.float32),
        "head.bias": np.ones(7, np.float32),
    }
    theirs = {
        name.replace("stem.conv1", "features.0").replace("stem.bn1", "features.1"): v
        for name, v in values.items()
    }
    theirs = {name.replace("body", "features.7"): v for name, v in theirs.items()} | {
        "aux.w": np.ones(2, np.float32)
    }
    state_zip(tmp_path / "w.pth", theirs)
    (tmp_path / "net.cnn").write_text(NET)
    graph, module = spec(NET, tmp_path / "net.cnn")
    file = open_file(tmp_path / "w.pth")
    found = propose(graph, module, file, pair(graph, module, file))
    text = "\n".join([NET, *found.section(), *found.steps("w.pth"), "loss cross_entropy"])
    assert 'rename("body", "features.7")' in text and "replace(head)" in text and 'ignore("aux")' in text
    (tmp_path / "net.cnn").write_text(text)
    module = Loader().load(tmp_path / "net.cnn")
    graph = elaborate(module)
    tuning = bind_experiment(module, graph).tuning
    assert tuning.source is not None
    source = open_source(tuning.source.weights, tmp_path)
    loaded = load(graph, module, source, tuning.source.names, tuning.fresh, tuning.ignored)
    assert loaded.arrays.keys() == weights(graph).keys() - {"head.weight", "head.bias"}


def test_sorted_files_are_paired_by_shape(tmp_path: Path) -> None:
    target, _ = NETWORKS[0]
    module = open_target(target)
    graph = elaborate(module)
    names = parameter_names(graph, module, "torchvision")
    save_file({names[name]: value for name, value in weights(graph).items()}, tmp_path / "w.safetensors")
    assert {p.ours: p.theirs for p in proposal(target, tmp_path / "w.safetensors").pairing.pairs} == names


def test_a_few_layers_of_equal_shapes_are_no_sign(tmp_path: Path) -> None:
    graph, module = spec()
    other = {"fc.weight": np.ones((5, 256), np.float32), "fc.bias": np.ones(5, np.float32)}
    file = open_file(state_zip(tmp_path / "w.pth", other))
    found = propose(graph, module, file, pair(graph, module, file))
    assert not found.rules and not found.likely


def test_names_that_no_rule_can_have_are_left_out(tmp_path: Path) -> None:
    graph, module = spec()
    theirs = {name.replace("body", 'x"y').replace("stem", "s"): v for name, v in weights(graph).items()}
    file = open_file(state_zip(tmp_path / "w.pth", theirs))
    found = propose(graph, module, file, pair(graph, module, file))
    assert [ours for ours, _ in found.rules] == ["stem.conv1", "stem.bn1"] and found.fresh == ("body",)


def test_whatever_the_names_are_what_is_proposed_is_true(tmp_path: Path) -> None:
    """Random names: the rules were applied before they were proposed."""
    module = open_target(NETWORKS[0][0])
    graph = elaborate(module)
    values = weights(graph)
    layers = list(dict.fromkeys(name.rpartition(".")[0] for name in values))
    for seed in range(8):
        source = random.Random(seed)
        numbers = [*range(len(layers))]
        source.shuffle(numbers)
        names = {layer: f"{source.choice('ab')}.{n}" for layer, n in zip(layers, numbers, strict=True)}
        theirs = {f"{names[n.rpartition('.')[0]]}.{n.rpartition('.')[2]}": v for n, v in values.items()}
        file = open_file(state_zip(tmp_path / "w.pth", theirs))
        found = propose(graph, module, file, pair(graph, module, file))
        assert {p.ours.rpartition(".")[0]: p.theirs.rpartition(".")[0] for p in found.pairing.pairs} == names


def test_names_that_a_layer_put_in_has_shifted(tmp_path: Path) -> None:
    """Layers that have a namesake of another shape in the file."""
    text = "model m {{ input 3 x 8 x 8 conv(4, 3) {} conv(8, 3) conv(6, 1) }}"
    graph, _ = spec(text.format("conv(4, 3)"))
    state_zip(tmp_path / "w.pth", weights(graph))
    (tmp_path / "net.cnn").write_text(text.format(""))
    found = proposal(str(tmp_path / "net.cnn"), tmp_path / "w.pth")
    assert found.rules == (("conv2", "conv3"), ("conv3", "conv4")) and found.ignored == ("conv2",)
