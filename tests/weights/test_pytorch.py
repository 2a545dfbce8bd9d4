"""PyTorch's files: read without PyTorch, and nothing in them is run."""

import io
import os
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnspec.source import SpecError
from cnnspec.train.weights import WeightFile, open_file

from .making import (
    call,
    codes,
    dictionary,
    group,
    named,
    number,
    only,
    state_zip,
    storage,
    tensor,
    text,
    torch_legacy,
    torch_zip,
    whole,
)

SIX = np.arange(6, dtype="<f4").tobytes()
FORMATS = ("zip", "legacy")


def written(path: Path, form: str, body: bytes, storages: dict[str, bytes] | None = None) -> Path:
    if storages is None:
        storages = {"0": SIX} if b"storage" in body else {}
    if form == "zip":
        return torch_zip(path / "w.pth", whole(body), storages)
    counted = {key: (len(value) // 4, value) for key, value in storages.items()}
    return torch_legacy(path / "w.pth", whole(body), counted)


def refused(path: Path, part: str = "") -> SpecError:
    with pytest.raises(SpecError) as caught:
        file = open_file(path, part)
        file.read(file.tensors)
    return caught.value


@pytest.mark.parametrize("form", FORMATS)
def test_tensors_are_views_of_storages(tmp_path: Path, form: str) -> None:
    body = dictionary(
        {
            "whole": tensor(storage("0", 6), (2, 3), (3, 1)),
            "turned": tensor(storage("0", 6), (3, 2), (1, 3)),
            "part": tensor(storage("0", 6), (2,), (2,), 1),
            "one": tensor(storage("0", 6), (), (), 5),
            "none": tensor(storage("0", 6), (0, 3), (3, 1)),
        }
    )
    file = open_file(written(tmp_path, form, body))
    assert file.format == "PyTorch" and file.ordered
    assert {n: t.shape for n, t in file.tensors.items()} == {
        "whole": (2, 3), "turned": (3, 2), "part": (2,), "one": (), "none": (0, 3),
    }  # fmt: skip
    read = file.read(file.tensors)
    six = np.arange(6, dtype=np.float32).reshape(2, 3)
    np.testing.assert_array_equal(read["whole"], six)
    np.testing.assert_array_equal(read["turned"], six.T)
    np.testing.assert_array_equal(read["part"], [1, 3])
    assert read["one"] == 5 and read["none"].shape == (0, 3)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    ("made", "problem"),
    [
        (tensor(storage("0", 6), (7,), (1,)), "7 values in a storage of 6"),
        (tensor(storage("0", 6), (2, 3), (4, 1)), "in a storage of 6"),
        (tensor(storage("0", 6), (2,), (1,), 5), "in a storage of 6"),
        (tensor(storage("0", 6), (10**6, 10**6), (0, 0)), "1000000000000 values"),
        (tensor(storage("0", 6), (2**40, 2**40), (0, 0)), "in a storage of 6"),
        (tensor(storage("0", 6), (-1,), (1,)), "no shape"),
        (tensor(storage("0", 6), (2,), (-1,), 3), "no shape"),
        (tensor(storage("0", 6), (1,) * 40, (1,) * 40), "no shape"),
        (tensor(storage("0", 6), (2, 3), (1,)), "no shape"),
        (tensor(storage("1", 6), (2, 3), (3, 1)), ""),
        (tensor(storage("0", 10**11), (2, 3), (3, 1)), ""),
        (tensor(storage("0", -1), (2, 3), (3, 1)), "no size"),
        (tensor(storage("0", 6, "collections.OrderedDict"), (2, 3), (3, 1)), "no type"),
        (tensor(number(1), (2, 3), (3, 1)), "without a storage"),
        (tensor(text("storage") + b"Q", (2, 3), (3, 1)), "no storage"),
        (call("torch._utils._rebuild_sparse_tensor"), "sparse"),
        (call("torch._utils._rebuild_parameter", number(1), b"\x89", b"}"), "no tensor"),
        (named("torch.FloatStorage") + b")R", "calls what is no function"),
        (named("torch._utils._rebuild_tensor_v2") + b"}b", "changes a function"),
        (tensor(storage("0", 6), (2, 3), (3, 1)) + b"}b", "no state"),
    ],
)  # fmt: skip
def test_what_a_pickle_says_is_checked(tmp_path: Path, form: str, made: bytes, problem: str) -> None:
    found = only(refused(written(tmp_path, form, dictionary({"w": made}))))
    assert found.code == "broken-weights" and problem in found.text, found.text


TOUCH = text("touch MARK")
EVIL = [
    ("posix.system", call("posix.system", TOUCH)),
    ("os.system", call("os.system", TOUCH)),
    ("builtins.eval", call("builtins.eval", text("open('MARK', 'w')"))),
    ("builtins.exec", call("__builtin__.exec", text("open('MARK', 'w')"))),
    ("builtins.getattr", call("builtins.getattr", named("os.path"), text("join"))),
    ("posix.system", text("posix") + text("system") + b"\x93" + group(TOUCH) + b"R"),
    ("posix.system", b"(S'touch MARK'\niposix\nsystem\n"),
    ("posix.system", b"(" + named("posix.system") + TOUCH + b"o"),
    ("subprocess.Popen", named("subprocess.Popen") + group(TOUCH) + b"\x81"),
    ("EXT1", b"\x82\x01"),
    ("PERSID", b"Pstorage\n"),
    ("torch.load", call("torch.load", text("other.pth"))),
    ("torch.hub.load", call("torch.hub.load", text("a/b"), text("c"))),
    ("numpy.load", call("numpy.load", text("other.npy"))),
    ("numpy.f2py.crackfortran.getlincoef", call("numpy.f2py.crackfortran.getlincoef", text("1"), b"}")),
    ("posix.system", storage("0", 6, "posix.system")),
    ("posix.system", group(text("storage"), named("torch.FloatStorage"), call("posix.system", TOUCH)) + b"Q"),
    ("posix.system", call("torch._utils._rebuild_tensor_v2", call("posix.system", TOUCH))),
    ("posix.system", call("torch._tensor._rebuild_from_type_v2", named("posix.system"), b"N", group(TOUCH), b"}")),
    ("functools.partial", call("functools.partial", named("posix.system"))),
]  # fmt: skip


@pytest.mark.parametrize("form", [*FORMATS, "plain", "magic", "keys"])
@pytest.mark.parametrize(("name", "evil"), EVIL)
def test_nothing_that_a_pickle_asks_for_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str, name: str, evil: bytes
) -> None:
    monkeypatch.chdir(tmp_path)
    body = dictionary({"w": tensor(storage("0", 6), (2, 3), (3, 1)), "x": evil})
    path = tmp_path / "w.pth"
    if form == "plain":
        path.write_bytes(whole(body if b"torch" not in evil else evil))
    elif form == "magic":
        path.write_bytes(whole(evil))
    elif form == "keys":
        torch_legacy(path, whole(evil))
    else:
        written(tmp_path, form, body)
    found = only(refused(path))
    assert found.code in ("weights-run-code", "broken-weights", "several-states"), found.text
    if form in FORMATS:
        assert found.code == "weights-run-code"
        assert name.rpartition(".")[2] in found.text or "Pstorage" in found.text or "storage" in found.text
        assert "nothing of it was run" in found.hints[0]
    assert not (tmp_path / "MARK").exists()


@pytest.mark.parametrize("protocol", range(2, 6))
def test_objects_that_run_code_when_they_are_unpickled(tmp_path: Path, protocol: int) -> None:
    class Evil:
        def __reduce__(self) -> Any:
            return os.system, (f"touch {tmp_path / 'MARK'}",)

    data = pickle.dumps({"w": Evil()}, protocol)
    for path in (
        torch_zip(tmp_path / "zip.pth", data),
        torch_legacy(tmp_path / "legacy.pth", data),
    ):
        found = only(refused(path))
        assert found.code == "weights-run-code" and "system" in found.text
    assert not (tmp_path / "MARK").exists()


@pytest.mark.parametrize(
    "name", ["torch.nn.modules.linear.Linear", "torchvision.models.resnet.ResNet", "__main__.Net"]
)
@pytest.mark.parametrize("form", FORMATS)
def test_a_whole_network_is_refused_with_what_to_do(tmp_path: Path, form: str, name: str) -> None:
    found = only(refused(written(tmp_path, form, named(name) + b")\x81}b")))
    assert found.code == "whole-model" and name in found.text
    assert "torch.save(model.state_dict()" in found.hints[0]


def test_a_torchscript_program_is_refused(tmp_path: Path) -> None:
    path = torch_zip(
        tmp_path / "w.pt", whole(b"}"), None, **{"code/__torch__.py": b"", "constants.pkl": whole(b")")}
    )
    assert "TorchScript" in only(refused(path)).text


W = tensor(storage("0", 6), (2, 3), (3, 1))


def wrapped(path: Path, form: str, values: dict[str, bytes], part: str = "") -> WeightFile:
    return open_file(written(path, form, dictionary(values)), part)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("key", ["state_dict", "model", "model_state_dict", "net", "ema", "anything"])
def test_a_state_dict_in_a_checkpoint_is_found(tmp_path: Path, form: str, key: str) -> None:
    beside = {
        "epoch": number(3),
        "best": tensor(storage("0", 6), (), ()),
        "optimizer": dictionary({"momentum": W, "w": W}),
        "lr_scheduler": dictionary({"w": W}),
        "args": dictionary({"name": text("resnet")}),
    }
    file = wrapped(tmp_path, form, {**beside, key: dictionary({"fc.weight": W})})
    assert list(file.tensors) == ["fc.weight"] and file.part == key


@pytest.mark.parametrize("form", FORMATS)
def test_of_several_state_dicts_one_has_to_be_named(tmp_path: Path, form: str) -> None:
    values = {"model": dictionary({"a": W}), "ema": dictionary({"module": dictionary({"a": W, "b": W})})}
    path = written(tmp_path, form, dictionary(values))
    found = only(refused(path))
    assert found.code == "several-states"
    assert (
        "'model' (1 tensors), 'ema.module' (2 tensors)" in found.text
        and "file's name: '#model'" in found.hints[0]
    )
    assert list(open_file(path, "ema.module").tensors) == ["a", "b"]
    assert "did you mean 'ema.module'" in only(refused(path, "ema.modul")).hints[0]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("prefix", ["module.", "_orig_mod.", "_orig_mod.module.", "module._orig_mod."])
def test_prefixes_of_wrappers_are_taken_off(tmp_path: Path, form: str, prefix: str) -> None:
    file = wrapped(tmp_path, form, {f"{prefix}a.weight": W, f"{prefix}bn.num_batches_tracked": W})
    assert list(file.tensors) == ["a.weight", "bn.num_batches_tracked"]
    assert file.stripped == prefix
    file = wrapped(tmp_path, form, {"module.a": W, "b": W})
    assert list(file.tensors) == ["module.a", "b"] and file.stripped == ""


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"}", "an empty dictionary"),
        (dictionary({"epoch": number(1), "name": text("x")}), "a dictionary with 'epoch', 'name'"),
        (group(W, W), "a list of 2 tensors without names"),
        (W, "a single tensor"),
        (number(3), "something else"),
    ],
)
def test_files_without_named_tensors(tmp_path: Path, form: str, body: bytes, words: str) -> None:
    found = only(refused(written(tmp_path, form, body)))
    assert found.code == "several-states" and words in found.text


def test_parts_of_a_format_without_parts(tmp_path: Path) -> None:
    np.savez(tmp_path / "w.npz", a=np.ones(2))
    assert "has no parts" in only(refused(tmp_path / "w.npz", "a")).text


def test_big_endian_files(tmp_path: Path) -> None:
    big = np.arange(6, dtype=">f4").tobytes()
    path = torch_zip(tmp_path / "w.pth", whole(dictionary({"w": W})), {"0": big}, byteorder=b"big")
    np.testing.assert_array_equal(open_file(path).read(["w"])["w"].ravel(), np.arange(6))


@pytest.mark.parametrize("form", FORMATS)
def test_bfloat16_half_and_quantised(tmp_path: Path, form: str) -> None:
    values = np.array([1.0, -2.5], np.float32)
    bits = (values.view(np.uint32) >> 16).astype("<u2").tobytes()
    for kind, data, read in (
        ("BFloat16", bits, True),
        ("Half", values.astype("<f2").tobytes(), True),
        ("Double", values.astype("<f8").tobytes(), True),
        ("QInt8", b"\x01\x02", False),
        ("Long", values.astype("<i8").tobytes(), False),
        ("ComplexFloat", values.astype("<c8").tobytes(), False),
        ("Bool", b"\x01\x00", False),
    ):
        body = whole(dictionary({"w": tensor(storage("0", 2, f"torch.{kind}Storage"), (2,), (1,))}))
        path = tmp_path / "w.pth"
        torch_zip(path, body, {"0": data}) if form == "zip" else torch_legacy(path, body, {"0": (2, data)})
        if read:
            np.testing.assert_array_equal(open_file(path).read(["w"])["w"], values)
        else:
            assert codes(refused(path)) == ["bad-tensor"]


def test_storages_have_to_be_as_large_as_said(tmp_path: Path) -> None:
    body = whole(dictionary({"w": W}))
    assert (
        "should have 24 bytes, and 20 are there"
        in refused(torch_zip(tmp_path / "a.pth", body, {"0": SIX[:20]})).line
    )
    assert "are not in it" in refused(torch_zip(tmp_path / "a.pth", body, {"1": SIX})).line
    assert "cut short" in refused(torch_legacy(tmp_path / "a.pth", body, {"0": (6, SIX[:20])})).line
    assert "storage of 6 values" in refused(torch_legacy(tmp_path / "a.pth", body, {"0": (10**11, SIX)})).line
    assert "no tensor is of" in refused(torch_legacy(tmp_path / "a.pth", body, {"1": (6, SIX)})).line
    assert "are not in it" in refused(torch_legacy(tmp_path / "a.pth", body)).line


@pytest.mark.parametrize(("first", "fits"), [(2, True), (3, False)])
def test_views_of_old_files(tmp_path: Path, first: int, fits: bool) -> None:
    view = group(text("v"), number(first), number(4))
    body = dictionary({"w": tensor(storage("0", 6, "torch.FloatStorage", view), (4,), (1,))})
    path = torch_legacy(tmp_path / "a.pth", whole(body), {"0": (6, SIX)})
    if fits:
        np.testing.assert_array_equal(open_file(path).read(["w"])["w"], [2, 3, 4, 5])
    else:
        assert codes(refused(path)) == ["broken-weights"]


def test_a_checksum_that_does_not_fit(tmp_path: Path) -> None:
    path = state_zip(tmp_path / "w.pth", {"w": np.ones(64, np.float32)})
    data = bytearray(path.read_bytes())
    place = data.find(np.ones(64, "<f4").tobytes())
    data[place + 100] ^= 1
    path.write_bytes(data)
    assert "CRC" in refused(path).line


def test_compressed_archives_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "w.pth"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("net/data.pkl", whole(dictionary({"w": W})))
        archive.writestr("net/data/0", bytes(10**8))
    assert "compressed" in refused(path).line


def test_archives_with_two_pickles_or_names(tmp_path: Path) -> None:
    path = tmp_path / "w.pth"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a/data.pkl", whole(b"}"))
        archive.writestr("b/data.pkl", whole(b"}"))
    assert "2 files 'data.pkl'" in refused(path).line
    with pytest.warns(UserWarning), zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a/data.pkl", whole(b"}"))
        archive.writestr("a/data.pkl", whole(b"}"))
    assert "twice" in refused(path).line


@pytest.mark.parametrize("form", FORMATS)
def test_a_file_cut_short_anywhere(tmp_path: Path, form: str) -> None:
    path = written(tmp_path, form, dictionary({"w": W}))
    data = path.read_bytes()
    for end in range(0, len(data)):
        path.write_bytes(data[:end])
        assert codes(refused(path))[0] in ("broken-weights", "not-weights", "several-states"), end


def test_arrays_that_were_pickled_by_themselves(tmp_path: Path) -> None:
    values = {
        "a.weight": np.arange(6.0).reshape(2, 3),
        "b": np.asfortranarray(np.ones((2, 2), ">f4")),
        "n": 3,
    }
    (tmp_path / "w.pkl").write_bytes(pickle.dumps(values, 2))
    read = (file := open_file(tmp_path / "w.pkl")).read(file.tensors)
    assert list(file.tensors) == ["a.weight", "b"] and file.tensors["a.weight"].dtype == "float64"
    np.testing.assert_array_equal(read["a.weight"], values["a.weight"])
    np.testing.assert_array_equal(read["b"], np.ones((2, 2)))


def test_pickles_that_count_to_exhaust(tmp_path: Path) -> None:
    for body in (b"]" * 3_000_000, b"N" * 3_000_000, b")" + b"\x85" * 1_500_000 + b"}" + b"N" * 10):
        assert codes(refused(torch_zip(tmp_path / "w.pth", whole(body))))[0] in (
            "broken-weights",
            "several-states",
        )


def test_nested_keys_do_not_end_the_process(tmp_path: Path) -> None:
    deep = b")" + b"\x85" * 500_000
    body = b"}" + deep + b"Ns"
    assert "neither text nor a number" in refused(torch_zip(tmp_path / "w.pth", whole(body))).line


# What PyTorch itself writes.


@pytest.mark.parametrize("new", [True, False])
def test_what_pytorch_saves(tmp_path: Path, new: bool) -> None:
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    flat = torch.randn(40)
    tensors = {
        "f32": torch.randn(3, 4),
        "f64": torch.randn(2, dtype=torch.float64),
        "f16": torch.randn(4, 2).half(),
        "bf16": torch.randn(2, 2, 3).bfloat16(),
        "turned": torch.randn(3, 5).t(),
        "strided": torch.randn(8, 6)[::2, 1::2],
        "shared": flat[4:20].view(4, 4),
        "shared2": flat[10:],
        "parameter": torch.nn.Parameter(torch.randn(3)),
        "last": torch.randn(2, 3, 4, 4).contiguous(memory_format=torch.channels_last),
        "scalar": torch.tensor(2.5),
        "empty": torch.zeros(0, 3),
        "bn.num_batches_tracked": torch.tensor(5),
    }
    path = tmp_path / "w.pth"
    torch.save(tensors, path, _use_new_zipfile_serialization=new)
    file = open_file(path)
    assert list(file.tensors) == list(tensors)
    for name, value in file.read(file.tensors).items():
        expected = tensors[name].detach().float().numpy()
        np.testing.assert_array_equal(value, expected)
        assert file.tensors[name].dtype == str(tensors[name].dtype).removeprefix("torch.")


@pytest.mark.parametrize("new", [True, False])
def test_networks_and_checkpoints_of_pytorch(tmp_path: Path, new: bool) -> None:
    torch = pytest.importorskip("torch")
    net = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4))
    path = tmp_path / "w.pth"
    torch.save(net, path, _use_new_zipfile_serialization=new)
    assert only(refused(path)).code == "whole-model"
    optimizer = torch.optim.Adam(net.parameters())
    net(torch.randn(2, 3, 5, 5)).sum().backward()
    optimizer.step()
    schedule = torch.optim.lr_scheduler.MultiStepLR(optimizer, [2, 4])
    state = {
        "epoch": 3,
        "model": net.state_dict(),
        "optimizer": optimizer.state_dict(),
        "lr": schedule.state_dict(),
    }
    torch.save(state, path, _use_new_zipfile_serialization=new)
    file = open_file(path)
    assert file.part == "model" and list(file.tensors) == list(net.state_dict())
    torch.save(torch.nn.DataParallel(net).state_dict(), path, _use_new_zipfile_serialization=new)
    assert open_file(path).stripped == "module." and list(open_file(path).tensors) == list(net.state_dict())


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_torchscript_of_pytorch(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    buffer = io.BytesIO()
    torch.jit.save(torch.jit.trace(torch.nn.Linear(2, 3), torch.zeros(1, 2)), buffer)
    (tmp_path / "w.pt").write_bytes(buffer.getvalue())
    assert "TorchScript" in only(refused(tmp_path / "w.pt")).text


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_other_things_of_pytorch(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    path = tmp_path / "w.pth"
    torch.save({"w": torch.zeros(3).to(torch.float8_e4m3fn)}, path)
    assert open_file(path).tensors["w"].dtype == "float8_e4m3fn" and codes(refused(path)) == ["bad-tensor"]
    torch.save({"w": torch.eye(3).to_sparse()}, path)
    assert "sparse" in refused(path).line
    torch.save({"w": torch.quantize_per_tensor(torch.ones(2, 2), 0.1, 0, torch.qint8)}, path)
    assert codes(refused(path)) == ["bad-tensor"]
    torch.save({"w": torch.ones(2).expand(5, 2)}, path)
    assert "10 values in a storage of 2" in refused(path).line
