"""Never silently partial: all that is left over is an error that says what to do."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from cnnspec.source import SpecError
from cnnspec.train.weights import Loaded, load, open_source

from .making import NET, codes, only, spec, state_zip, weights

HEAD = ("head.weight", "head.bias")


def loaded(path: Path, values: dict[str, np.ndarray], text: str = NET, **more: Any) -> Loaded:
    graph, module = spec(text)
    save_file(values, path / "w.safetensors")
    return load(graph, module, open_source("w.safetensors", path), **more)


def error(path: Path, values: dict[str, np.ndarray], text: str = NET, **more: Any) -> SpecError:
    with pytest.raises(SpecError) as caught:
        loaded(path, values, text, **more)
    return caught.value


def own() -> dict[str, np.ndarray]:
    return weights(spec()[0])


def test_all_of_it(tmp_path: Path) -> None:
    values = own()
    found = loaded(tmp_path, values | {"stem.bn1.num_batches_tracked": np.array(3)})
    assert found.arrays.keys() == values.keys() and found.pairing.names == "own"
    assert all(
        (found.arrays[n] == v).all() and found.arrays[n].dtype == np.float32 for n, v in values.items()
    )


def test_missing_parameters(tmp_path: Path) -> None:
    values = own()
    del values["head.bias"], values["stem.bn1.running_mean"]
    found = only(error(tmp_path, values))
    assert found.code == "weights-missing"
    assert "2 of 9 parameters of 'net': stem.bn1.running_mean, head.bias" in found.text
    assert found.hints[0] == "what is to start anew: replace(stem.bn1.running_mean, head.bias)"
    assert "cnnspec weights w.safetensors --for SPEC" in found.hints[1]


def test_shapes_that_differ(tmp_path: Path) -> None:
    values = own() | {"head.weight": np.ones((7, 256), np.float32), "head.bias": np.ones(7, np.float32)}
    found = only(error(tmp_path, values))
    assert found.code == "weights-shape"
    assert "'head.weight' is 7 x 256, 'head.weight' 5 x 256" in found.text
    assert found.hints[0] == "what is to start anew: replace(head)"


def test_tensors_that_are_not_used(tmp_path: Path) -> None:
    values = own() | {f"aux.{n}.weight": np.ones(2, np.float32) for n in range(20)}
    found = only(error(tmp_path, values))
    assert found.code == "weights-unused" and "20 tensors" in found.text and "and 8 more" in found.text
    assert found.hints[0] == 'what is not needed: ignore("aux")'


def test_all_problems_come_at_once(tmp_path: Path) -> None:
    values = own() | {"head.weight": np.ones((7, 256), np.float32), "extra": np.ones(2, np.float32)}
    del values["body.bias"]
    found = error(tmp_path, values, ignored=["fc"])
    assert sorted(codes(found)) == ["ignored-nothing", "weights-missing", "weights-shape", "weights-unused"]


def test_fresh_layers_need_no_counterpart(tmp_path: Path) -> None:
    values = own()
    without = {name: value for name, value in values.items() if name not in HEAD}
    assert loaded(tmp_path, without, fresh=HEAD).arrays.keys() == without.keys()
    other = values | {"head.weight": np.ones((7, 256), np.float32)}
    assert loaded(tmp_path, other, fresh=HEAD).arrays.keys() == without.keys()
    assert loaded(tmp_path, values, fresh=HEAD).arrays.keys() == without.keys()
    assert codes(error(tmp_path, without, fresh=["head.bias"])) == ["weights-missing"]


def test_what_is_bad_in_tensors_that_are_left_out_does_not_matter(tmp_path: Path) -> None:
    values = own() | {"head.weight": np.full((5, 256), np.nan, np.float32)}
    assert codes(error(tmp_path, values)) == ["bad-tensor"]
    assert "head.weight" not in loaded(tmp_path, values, fresh=HEAD).arrays


@pytest.mark.parametrize("pattern", ["fc", "fc.weight", "f*", "*.weight", "fc.*"])
def test_ignored_tensors(tmp_path: Path, pattern: str) -> None:
    values = own() | {"fc.weight": np.ones(2, np.float32)}
    assert loaded(tmp_path, values, ignored=[pattern]).arrays.keys() == own().keys()


def test_ignoring_what_is_not_there(tmp_path: Path) -> None:
    values = own() | {"classifier.weight": np.ones(2, np.float32)}
    found = error(tmp_path, values, ignored=["classifer"])
    (nothing,) = [d for d in found.diagnostics if d.code == "ignored-nothing"]
    assert nothing.hints == ("did you mean 'classifier'?",)
    assert codes(error(tmp_path, own(), ignored=["fc"])) == ["ignored-nothing"]


def test_a_file_of_something_else(tmp_path: Path) -> None:
    found = only(error(tmp_path, {"other.weight": np.ones(3, np.float32)}))
    assert found.code == "nothing-pairs" and "by our own names" in found.text


def test_what_only_auxiliary_outputs_need_may_be_missing(tmp_path: Path) -> None:
    text = """
    model net {
      input 3 x 4 x 4
      c: conv(2, 1)
      auxiliary side: { flatten  a: linear(3) }
      flatten
      head: linear(3)
    }
    """
    values = weights(spec(text)[0])
    side = {name for name in values if name.startswith("side") or ".a." in name or name.startswith("a.")}
    assert side
    found = loaded(tmp_path, {n: v for n, v in values.items() if n not in side}, text)
    assert found.arrays.keys() == values.keys() - side
    assert loaded(tmp_path, values, text).arrays.keys() == values.keys()


def test_by_order_that_goes_apart(tmp_path: Path) -> None:
    graph, module = spec()
    state_zip(
        tmp_path / "w.pth", {name.replace("stem", "x"): value for name, value in reversed(own().items())}
    )
    with pytest.raises(SpecError) as caught:
        load(graph, module, open_source("w.pth", tmp_path), "order")
    assert only(caught.value).code in ("order-apart", "nothing-pairs")
    values = own()
    del values["body.weight"], values["body.bias"]
    state_zip(tmp_path / "w.pth", values)
    with pytest.raises(SpecError) as caught:
        load(graph, module, open_source("w.pth", tmp_path), "order")
    assert only(caught.value).code == "order-apart" and "layer 3" in only(caught.value).text


def test_a_head_that_is_not_there_by_order(tmp_path: Path) -> None:
    graph, module = spec()
    state_zip(tmp_path / "w.pth", {name: value for name, value in own().items() if name not in HEAD})
    found = load(graph, module, open_source("w.pth", tmp_path), "order", fresh=HEAD)
    assert found.arrays.keys() == own().keys() - set(HEAD)


# Rules of a spec that only uses a model.


def test_rules_of_a_spec_that_uses_a_model(tmp_path: Path) -> None:
    (tmp_path / "family.cnn").write_text(
        NET + 'names { torchvision("head", "fc")  rename("stem.<p>1", "{p}") }'
    )
    text = 'use family()\nnames { torchvision("head", "last.{place}")  rename("body", "middle") }'
    graph, module = spec(text, tmp_path / "mine.cnn")
    values = weights(graph)
    names = {"head": "last.5", "body": "middle", "stem.conv1": "conv", "stem.bn1": "bn"}
    theirs = {f"{names[n.rpartition('.')[0]]}.{n.rpartition('.')[2]}": v for n, v in values.items()}
    save_file(theirs, tmp_path / "w.safetensors")
    found = load(graph, module, open_source("w.safetensors", tmp_path))
    assert found.pairing.names == "torchvision" and found.arrays.keys() == values.keys()


def test_mistakes_in_rules_of_both_files_are_found(tmp_path: Path) -> None:
    (tmp_path / "family.cnn").write_text(NET + 'names { torchvision("head", "fc.{unknown}") }')
    graph, module = spec('use family()\nnames { torchvison("head", "fc") }', tmp_path / "mine.cnn")
    save_file(own(), tmp_path / "w.safetensors")
    with pytest.raises(SpecError) as caught:
        load(graph, module, open_source("w.safetensors", tmp_path))
    assert sorted(codes(caught.value)) == ["unknown-entry", "unknown-name"]
