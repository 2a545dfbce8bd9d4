"""Files that declare a hundred gigabytes, or unpack to them, take no memory and no time."""

import resource
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from .making import dictionary, safetensors, storage, tensor, torch_legacy, torch_zip, whole
from .test_npz import header

HUGE = 25 * 10**9
"""Values: 100 GB of float32."""
ROOM = 300
"""MiB that reading such a file may take beside what Python and NumPy take."""
_CODE = """
import resource, sys, time
from pathlib import Path
import numpy, safetensors.numpy
from cnnspec.source import SpecError
from cnnspec.train.weights import open_file
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
began = time.time()
try:
    file = open_file(Path(sys.argv[1]))
    file.read(file.tensors)
except SpecError as error:
    print(error.diagnostics[0].code, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, time.time() - began)
"""


def _header_of_100_gb(path: Path) -> None:
    path.write_bytes(safetensors({}, length=10**11))


def _tensor_of_100_gb(path: Path) -> None:
    entry = {"dtype": "F32", "shape": [HUGE], "data_offsets": [0, 4 * HUGE]}
    path.write_bytes(safetensors({"w": entry}, bytes(100)))


def _json_of_many_lists(path: Path) -> None:
    path.write_bytes(safetensors(b'{"a":[' + b"[]," * 2_500_000 + b"1]}"))


def _many_entries(path: Path) -> None:
    entry = b'{"dtype":"F32","shape":[0],"data_offsets":[0,0]}'
    path.write_bytes(
        safetensors(b"{" + b",".join(b'"%d":%s' % (n, entry) for n in range(130_000)) + b',"x":1}')
    )


def _zip_of_a_huge_storage(path: Path) -> None:
    torch_zip(path, whole(dictionary({"w": tensor(storage("0", HUGE), (HUGE,), (1,))})), {"0": bytes(100)})


def _legacy_of_a_huge_storage(path: Path) -> None:
    body = whole(dictionary({"w": tensor(storage("0", HUGE), (HUGE,), (1,))}))
    torch_legacy(path, body, {"0": (HUGE, bytes(100))})


def _one_value_a_hundred_billion_times(path: Path) -> None:
    body = whole(dictionary({"w": tensor(storage("0", 1), (HUGE,), (0,))}))
    torch_zip(path, body, {"0": bytes(4)})


def _zip_bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("net/data.pkl", whole(b"}"))
        with archive.open("net/data/0", "w") as member:
            for _ in range(500):
                member.write(bytes(10**6))


def _text_without_end(path: Path) -> None:
    torch_legacy(path, b"\x80\x02\x8d" + (10**11).to_bytes(8, "little") + b"abc")


def _name_without_end(path: Path) -> None:
    path.write_bytes(b"\x80\x02c" + b"a" * 50_000_000)


def _memo_far_away(path: Path) -> None:
    torch_zip(path, whole(b"Nr\xff\xff\xff\xff"))


def _many_instructions(path: Path) -> None:
    torch_zip(path, whole(b"}" * 40_000_000))


def _npz_of_100_gb(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("w.npy", header(f"({HUGE},)") + bytes(100))


def _hdf5_of_100_gb(path: Path) -> None:
    h5py = pytest.importorskip("h5py")
    with h5py.File(path, "w") as file:
        group = file.create_group("layers/dense/vars")
        group.create_dataset("0", (HUGE // 10, 10), "f4", chunks=(1000, 10), compression="gzip")


def _hdf5_that_unpacks(path: Path) -> None:
    h5py = pytest.importorskip("h5py")
    with h5py.File(path, "w") as file:
        group = file.create_group("layers/dense/vars")
        made = group.create_dataset("0", (HUGE // 10, 10), "f4", chunks=(1000, 10), compression="gzip")
        made[:1000] = 1


CASES: dict[str, tuple[Callable[[Path], None], str]] = {
    "header": (_header_of_100_gb, "broken-weights"),
    "tensor": (_tensor_of_100_gb, "broken-weights"),
    "lists": (_json_of_many_lists, "broken-weights"),
    "entries": (_many_entries, "broken-weights"),
    "zip storage": (_zip_of_a_huge_storage, "broken-weights"),
    "legacy storage": (_legacy_of_a_huge_storage, "broken-weights"),
    "one value": (_one_value_a_hundred_billion_times, "broken-weights"),
    "zip bomb": (_zip_bomb, "broken-weights"),
    "text": (_text_without_end, "broken-weights"),
    "name": (_name_without_end, "broken-weights"),
    "memo": (_memo_far_away, "broken-weights"),
    "instructions": (_many_instructions, "broken-weights"),
    "npz": (_npz_of_100_gb, "broken-weights"),
    "hdf5": (_hdf5_of_100_gb, "broken-weights"),
    "hdf5 that unpacks": (_hdf5_that_unpacks, "broken-weights"),
}


@pytest.mark.parametrize("case", CASES)
def test_memory_stays_flat(tmp_path: Path, case: str) -> None:
    make, code = CASES[case]
    make(tmp_path / "w")

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (8 * 2**30, 8 * 2**30))

    command = [sys.executable, "-c", _CODE, str(tmp_path / "w")]
    ran = subprocess.run(
        command, capture_output=True, text=True, preexec_fn=limited, timeout=120, check=False
    )
    assert ran.returncode == 0, ran.stderr
    found, grown, seconds = ran.stdout.split()
    assert found == code
    assert int(grown) < ROOM * 1024, f"{int(grown) // 1024} MiB"
    assert float(seconds) < 30
