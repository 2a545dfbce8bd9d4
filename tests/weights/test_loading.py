"""Never silently partial: all that is left over is an error that says what to do."""

import weakref
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from cnnspec.source import SpecError
from cnnspec.train.weights import Loaded, load, open_source, pair
from cnnspec.train.weights.loading import check_values

from .making import NET, codes, only, spec, state_zip, weights
from .test_sources import run_folder

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
    assert "'head.weight' is 7 x 256 there and 5 x 256 here" in found.text
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


@pytest.mark.parametrize("pattern", ["fc", "fc.weight", "f*", "fc.*"])
def test_ignored_tensors(tmp_path: Path, pattern: str) -> None:
    values = own() | {"fc.weight": np.ones(2, np.float32)}
    assert loaded(tmp_path, values, ignored=[pattern]).arrays.keys() == own().keys()


@pytest.mark.parametrize(
    ("pattern", "count", "layers"),
    [("head", 2, "head"), ("*.weight", 2, "body.weight, head.weight"), ("all", 9, "stem, body, head")],
)
def test_ignoring_what_would_be_loaded(tmp_path: Path, pattern: str, count: int, layers: str) -> None:
    values = own() | {"fc.weight": np.ones(2, np.float32)}
    found = only(error(tmp_path, values, ignored=["fc", pattern]))
    assert found.code == "ignored-loaded" and found.pattern == pattern  # type: ignore[attr-defined]
    assert f"'{pattern}' is to be ignored, and covers {count} tensors" in found.text
    assert ("and 5 more" in found.text) == (count == 9)
    assert f"replace({layers})" in found.hints[1]


def test_what_is_ignored_may_cover_what_starts_anew(tmp_path: Path) -> None:
    values = own() | {"head.scale": np.ones(5, np.float32)}
    assert "head.weight" not in loaded(tmp_path, values, fresh=HEAD, ignored=["head"]).arrays
    found = only(error(tmp_path, values, fresh=["head.weight"], ignored=["head"]))
    assert found.code == "ignored-loaded" and "1 tensor of" in found.text and "head.bias" in found.text


def test_shapes_that_differ_under_other_names(tmp_path: Path) -> None:
    text = NET + 'names { rename("head", "_fc") }'
    values = {n.replace("head", "_fc"): v for n, v in own().items()}
    found = only(error(tmp_path, values | {"_fc.weight": np.ones((7, 256), np.float32)}, text))
    assert "'_fc.weight' is 7 x 256 there, 'head.weight' 5 x 256 here" in found.text


def test_checking_values_is_what_loading_does(tmp_path: Path) -> None:
    graph, module = spec()
    for name, value in (
        ("head.bias", np.full(5, np.nan, np.float32)),
        ("head.bias", np.ones(5, np.int32)),
        ("head.bias", np.ones(5, np.complex64)),
        ("stem.bn1.running_var", np.full(4, -1, np.float32)),
    ):
        expected = only(error(tmp_path, own() | {name: value}))
        source = open_source("w.safetensors", tmp_path)
        pairing = pair(graph, module, source.file)
        with pytest.raises(SpecError) as caught:
            check_values(source, pairing)
        assert only(caught.value) == expected and expected.code == "bad-tensor"
        check_values(source, pairing, (name,))


def test_checking_keeps_no_values(tmp_path: Path) -> None:
    graph, module = spec()
    save_file(own(), tmp_path / "w.safetensors")
    source = open_source("w.safetensors", tmp_path)
    alive: list[weakref.ref[np.ndarray]] = []
    most = 0
    values = source.file.values

    def counted(names: Iterable[str]) -> Iterator[tuple[str, np.ndarray]]:
        nonlocal most
        for name, value in values(names):
            alive.append(weakref.ref(value))
            yield name, value
            del value
            most = max(most, sum(ref() is not None for ref in alive))

    source.file.values = counted  # type: ignore[method-assign]
    check_values(source, pair(graph, module, source.file))
    assert len(alive) == 9 and most <= 2


def test_a_file_that_pairs_by_order_says_so(tmp_path: Path) -> None:
    graph, module = spec()
    values = {
        name.replace("stem", "x").replace("body", "y").replace("head", "z"): v for name, v in own().items()
    }
    state_zip(tmp_path / "w.pth", values)
    with pytest.raises(SpecError) as caught:
        load(graph, module, open_source("w.pth", tmp_path))
    assert only(caught.value).code == "nothing-pairs"
    assert only(caught.value).hints[0] == 'by order and shape 9 tensors pair: from("w.pth", names = order)'
    save_file(values, tmp_path / "w.safetensors")
    with pytest.raises(SpecError) as caught:
        load(graph, module, open_source("w.safetensors", tmp_path))
    assert not any("order" in hint for hint in only(caught.value).hints)


def test_what_an_order_leaves_over_can_be_ignored(tmp_path: Path) -> None:
    graph, module = spec()
    state_zip(tmp_path / "w.pth", own() | {"aux.weight": np.ones(2, np.float32)})
    source = open_source("w.pth", tmp_path)
    with pytest.raises(SpecError) as caught:
        load(graph, module, source, "order")
    assert only(caught.value).code == "weights-unused" and only(caught.value).hints[0].endswith(
        'ignore("aux")'
    )
    assert len(load(graph, module, source, "order", ignored=["aux"]).arrays) == 9


def test_the_hint_of_a_file_without_order_names_what_was_written(tmp_path: Path) -> None:
    graph, module = spec()
    run_folder(tmp_path / "my runs" / "net-1")
    with pytest.raises(SpecError) as caught:
        load(graph, module, open_source("my runs/net-1", tmp_path), "order")
    assert only(caught.value).hints[0].startswith("'cnnspec weights 'my runs/net-1' --for SPEC' ")


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
