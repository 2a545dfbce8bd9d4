"""By name, by the names of a library, by order and shape: what goes with what."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from cnnspec.elaborate import elaborate, open_target
from cnnspec.elaborate.renaming import parameter_names
from cnnspec.source import SpecError
from cnnspec.train.weights import Pairing, WeightFile, open_file, pair

from .making import NET, codes, dictionary, only, spec, state_zip, storage, tensor, torch_zip, weights, whole

TINY = "resnet(depths = [1, 1, 1, 1], classes = 10, size = 64)"
NAMES = """
names {
  torchvision("stem.<part>1", "features.{part}")
  torchvision("body", "features.body")
  timm("stem.<part>1", "{part}1")
  rename("head", "fc")
}
"""


def renamed(values: dict[str, np.ndarray], names: dict[str, str]) -> dict[str, np.ndarray]:
    return {names.get(name, name): value for name, value in values.items()}


def tiny() -> tuple[object, object, dict[str, np.ndarray], dict[str, str]]:
    module = open_target(TINY)
    graph = elaborate(module)
    return graph, module, weights(graph), parameter_names(graph, module, "torchvision")


def pairs(found: Pairing) -> dict[str, str]:
    return {p.ours: p.theirs for p in found.pairs}


def test_own_names(tmp_path: Path) -> None:
    graph, module = spec()
    values = weights(graph)
    save_file(values, tmp_path / "w")
    found = pair(graph, module, open_file(tmp_path / "w"))
    assert found.names == "own" and found.whole and pairs(found) == {name: name for name in values}


def test_the_names_of_a_library(tmp_path: Path) -> None:
    graph, module, values, names = tiny()
    save_file(renamed(values, names), tmp_path / "w")
    found = pair(graph, module, open_file(tmp_path / "w"))  # type: ignore[arg-type]
    assert found.names == "torchvision" and found.whole and pairs(found) == names


@pytest.mark.parametrize("prefix", ["model.", "backbone.", "module."])
def test_a_prefix_that_all_names_have(tmp_path: Path, prefix: str) -> None:
    graph, module, values, names = tiny()
    state_zip(tmp_path / "w", {f"{prefix}{n}": v for n, v in renamed(values, names).items()})
    found = pair(graph, module, open_file(tmp_path / "w"))  # type: ignore[arg-type]
    assert found.whole and found.prefix == ("" if prefix == "module." else prefix)
    save_file({f"{prefix}{n}": v for n, v in values.items()}, tmp_path / "w")
    found = pair(graph, module, open_file(tmp_path / "w"))  # type: ignore[arg-type]
    assert found.names == "own" and found.whole


def test_those_names_by_which_most_pair(tmp_path: Path) -> None:
    graph, module = spec(NET + NAMES)
    values = weights(graph)
    for library in ("torchvision", "timm"):
        names = parameter_names(graph, module, library, partial=True)
        save_file(renamed(values, names), tmp_path / "w")
        found = pair(graph, module, open_file(tmp_path / "w"))
        assert found.names == library and found.whole
    with pytest.raises(SpecError) as caught:
        pair(graph, module, open_file(tmp_path / "w"), "torchvison")
    assert codes(caught.value) == ["no-names"]
    found = pair(graph, module, open_file(tmp_path / "w"), "torchvision")
    assert found.names == "torchvision" and not found.whole


def test_what_is_left_over_on_either_side(tmp_path: Path) -> None:
    graph, module = spec()
    values = weights(graph)
    del values["body.bias"]
    values |= {"head.weight": np.ones((7, 256), np.float32), "aux.fc.weight": np.ones(2, np.float32)}
    save_file(values | {"stem.bn1.num_batches_tracked": np.array(3)}, tmp_path / "w")
    found = pair(graph, module, open_file(tmp_path / "w"))
    assert found.missing == ("body.bias",)
    assert found.unused == ("stem.bn1.num_batches_tracked", "aux.fc.weight")
    (misfit,) = found.misfits
    assert (misfit.ours, misfit.ours_shape, misfit.theirs_shape) == ("head.weight", (5, 256), (7, 256))


def test_linear_layers_that_are_convolutions_there(tmp_path: Path) -> None:
    graph, module = spec()
    values = weights(graph)
    values["head.weight"] = values["head.weight"].reshape(5, 4, 8, 8)
    save_file(values, tmp_path / "w")
    found = pair(graph, module, open_file(tmp_path / "w"))
    assert found.whole
    (head,) = [p for p in found.pairs if p.ours == "head.weight"]
    assert head.turned(values["head.weight"], (5, 256)).shape == (5, 256)


# By order and shape.


def ordered(path: Path, values: dict[str, np.ndarray]) -> WeightFile:
    return open_file(state_zip(path / "w.pth", values))


def numbered(values: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The same under names that say nothing: ``0.weight``."""
    layers = list(dict.fromkeys(name.rpartition(".")[0] for name in values))
    return {f"{layers.index(n.rpartition('.')[0])}.{n.rpartition('.')[2]}": v for n, v in values.items()}


def test_by_order(tmp_path: Path) -> None:
    graph, module = spec()
    values = weights(graph)
    file = ordered(tmp_path, numbered(values) | {"1.num_batches_tracked": np.ones((), np.float32)})
    assert not pair(graph, module, file).pairs  # never by itself
    found = pair(graph, module, file, "order")
    assert found.names == "order" and found.whole and found.apart is None
    assert pairs(found)["stem.bn1.running_var"] == "1.running_var" and len(found.pairs) == len(values)


def test_parameters_in_another_order_within_a_layer(tmp_path: Path) -> None:
    graph, module = spec()
    values = dict(reversed(numbered(weights(graph)).items()))
    by_layer = dict(sorted(values.items(), key=lambda item: int(item[0].partition(".")[0])))
    assert pair(graph, module, ordered(tmp_path, by_layer), "order").whole


@pytest.mark.parametrize(("theirs", "ours"), [("gamma", "weight"), ("scale", "weight"), ("beta", "bias")])
def test_parameters_that_are_called_otherwise(tmp_path: Path, theirs: str, ours: str) -> None:
    graph, module = spec()
    values = {n.replace(f"1.{ours}", f"1.{theirs}"): v for n, v in numbered(weights(graph)).items()}
    assert pair(graph, module, ordered(tmp_path, values), "order").whole


def test_a_head_of_other_classes_by_order(tmp_path: Path) -> None:
    graph, module = spec()
    values = weights(graph) | {
        "head.weight": np.ones((7, 256), np.float32),
        "head.bias": np.ones(7, np.float32),
    }
    found = pair(graph, module, ordered(tmp_path, numbered(values)), "order")
    assert found.apart is None and [m.ours for m in found.misfits] == ["head.weight", "head.bias"]


def test_where_orders_go_apart(tmp_path: Path) -> None:
    graph, module = spec()
    values = weights(graph)
    without = {n: v for n, v in numbered(values).items() if not n.startswith("1.")}
    found = pair(graph, module, ordered(tmp_path, without), "order")
    assert found.apart is not None and found.apart.number == 2
    assert "'stem.bn1' (weight 4, bias 4, running_mean 4" in found.apart.ours
    assert "'2' (weight 4 x 1 x 3 x 3, bias 4)" in found.apart.theirs
    assert [p.ours for p in found.pairs] == ["stem.conv1.weight"]
    more = numbered(values) | {"9.weight": np.ones(3, np.float32)}
    found = pair(graph, module, ordered(tmp_path, more), "order")
    assert found.apart is not None and found.apart.ours == "nothing more" and found.unused == ("9.weight",)


def nameless(path: Path, values: dict[str, np.ndarray], counters: bool) -> WeightFile:
    """As ``dict(enumerate(model.state_dict().values()))`` gives it: p0, p1, …, with a count of batches after each norm."""
    with_counters: dict[str, np.ndarray] = {}
    for name, value in values.items():
        with_counters[name] = value
        if counters and name.endswith("running_var"):
            with_counters[f"{name} counted"] = np.array(3, np.int64)
    tensors, storages = {}, {}
    for place, value in enumerate(with_counters.values()):
        kind = "torch.LongStorage" if value.dtype == np.int64 else "torch.FloatStorage"
        strides = [step // value.itemsize for step in value.strides]
        tensors[f"p{place}"] = tensor(storage(str(place), value.size, kind), value.shape, strides)
        storages[str(place)] = value.tobytes()
    return open_file(torch_zip(path / "w.pth", whole(dictionary(tensors)), storages))


@pytest.mark.parametrize("counters", [False, True])
def test_names_that_say_nothing_of_layers(tmp_path: Path, counters: bool) -> None:
    graph, module = spec()
    found = pair(graph, module, nameless(tmp_path, weights(graph), counters), "order")
    assert found.whole and found.apart is None and len(found.pairs) == 9
    assert pairs(found)["head.bias"] == ("p9" if counters else "p8")
    assert found.counters == (("p5",) if counters else ()) and found.way == "order and shape"


def test_names_that_say_nothing_and_another_network(tmp_path: Path) -> None:
    graph, module = spec()
    values = weights(graph)
    head = {"head.weight": np.ones((7, 256), np.float32), "head.bias": np.ones(7, np.float32)}
    found = pair(graph, module, nameless(tmp_path, values | head, True), "order")
    assert [m.ours for m in found.misfits] == ["head.weight", "head.bias"] and found.apart is None
    del values["stem.bn1.running_mean"]
    found = pair(graph, module, nameless(tmp_path, values, True), "order")
    assert found.apart is not None and found.apart.number == 2 and found.counters == ()
    del values["stem.conv1.weight"]
    found = pair(graph, module, nameless(tmp_path, values, True), "order")
    assert found.apart is not None and found.apart.number == 1 and not found.pairs
    assert found.apart.theirs == "'p0' (p0 4)"


def test_how_it_was_paired(tmp_path: Path) -> None:
    graph, module = spec(NET + NAMES)
    values = weights(graph)
    save_file(renamed(values, parameter_names(graph, module, "timm", partial=True)), tmp_path / "w")
    found = pair(graph, module, open_file(tmp_path / "w"))
    assert found.way == "the names of timm" and not found.by_rules
    rules = 'names { rename("head", "fc")  rename("stem.<p>1", "s.{p}")  torchvision("stem.<p>1", "features.{p}") }'
    graph, module = spec(NET + rules)
    save_file(renamed(values, parameter_names(graph, module, "torchvision", partial=True)), tmp_path / "w")
    found = pair(graph, module, open_file(tmp_path / "w"))
    assert found.whole and found.by_rules and found.way == "the rules of the spec"
    save_file(values, tmp_path / "w")
    assert pair(graph, module, open_file(tmp_path / "w")).way == "our own names"


def test_rules_beside_a_spec_that_ships_are_the_names_of_libraries(tmp_path: Path) -> None:
    graph, module, values, names = tiny()
    save_file(renamed(values, names), tmp_path / "w")
    assert pair(graph, module, open_file(tmp_path / "w")).way == "the names of torchvision"  # type: ignore[arg-type]
    layers = {name.rpartition(".")[0]: f"layer_{i}" for i, name in enumerate(values)}
    rules = " ".join(f'rename("{ours}", "{theirs}")' for ours, theirs in layers.items())
    graph, module = spec(f"use {TINY}\nnames {{ {rules} }}", tmp_path / "mine.cnn")
    keras = {f"{layers[n.rpartition('.')[0]]}.{n.rpartition('.')[2]}": v for n, v in weights(graph).items()}
    save_file(keras, tmp_path / "w")
    found = pair(graph, module, open_file(tmp_path / "w"))
    assert found.whole and found.way == "the rules of the spec"


def test_a_file_that_is_sorted_has_no_order(tmp_path: Path) -> None:
    graph, module = spec()
    save_file(numbered(weights(graph)), tmp_path / "w.safetensors")
    with pytest.raises(SpecError) as caught:
        pair(graph, module, open_file(tmp_path / "w.safetensors"), "order")
    assert only(caught.value).code == "no-order"


def test_a_pairing_is_whole_without_counters() -> None:
    found = Pairing("own", ())
    assert found.whole and replace(found, unused=("bn.num_batches_tracked",)).whole
    assert not replace(found, unused=("fc.weight",)).whole
