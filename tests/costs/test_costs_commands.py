"""``fits`` and ``cost`` as a person sees them, and the roofline behind them."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from cnnspec.analyses.cost import cost
from cnnspec.analyses.devices import DEVICES
from cnnspec.analyses.roofline import STEP, step_seconds, total, work
from cnnspec.cli.encoding import printing_all
from cnnspec.cli.main import main
from cnnspec.elaborate import elaborate, open_target
from cnnspec.ir import Graph


def ran(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(arguments)
    return code, *capsys.readouterr()


def graph_of(name: str) -> Graph:
    return elaborate(open_target(name))


def test_fits_says_by_its_exit_code_whether_it_fits(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["fits", "resnet20", "--batch", "64", "--json", "--memory"]
    code, out, _ = ran(capsys, *asked, "1GB")
    found = json.loads(out)
    assert code == 0 and found["fits"] is True
    assert found["bytes"]["total"] == found["fixed"] + 64 * found["each"]
    code, out, _ = ran(capsys, *asked, f"{found['bytes']['total'] - 1}B")
    assert code == 3 and json.loads(out)["largest_batch"] == 63
    code, out, _ = ran(capsys, *asked, f"{found['bytes']['total']}B")
    assert code == 0 and json.loads(out)["largest_batch"] == 64


def test_fits_says_what_would_help_inference(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["fits", "resnet50", "--inference", "--memory", "100MiB", "--batch", "4"]
    code, out, _ = ran(capsys, *asked)
    assert code == 3 and "  --precision bf16  71.2 MB\n" in out
    assert ran(capsys, *asked, "--precision", "bf16")[0] == 0


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_fits_is_folded(
    columns: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    _, out, _ = ran(capsys, "fits", "resnet50", "--memory", "1GB")
    assert max(map(len, out.splitlines())) <= columns


@pytest.mark.parametrize(
    "layer, values",
    [("split(64, 0)", 2 * 16), ("crop(1)", 64 * (4 + 4)), ("pad(1)", 64 * (16 + 36)), ("relu", 2 * 64 * 16)],
)
def test_what_is_left_out_is_not_moved(tmp_path: Path, layer: str, values: int) -> None:
    spec = tmp_path / "net.cnn"
    spec.write_text(f"model net {{ input 64 x 4 x 4  {layer} }}")
    assert [each.moved for each in work(graph_of(str(spec)))][-1] == 4 * values


def test_fits_follows_the_sections_of_the_spec(capsys: pytest.CaptureFixture[str]) -> None:
    def optimizer(*more: str) -> int:
        return int(json.loads(ran(capsys, "fits", "lenet5", "--json", *more)[1])["bytes"]["optimizer"])

    one = 4 * 61_706
    assert optimizer() == optimizer("--optimizer", "adamw") == 2 * one
    assert optimizer("--optimizer", "sgd(momentum = 0.9)") == one
    assert optimizer("--set", "optimizer=sgd") == optimizer("--inference") == 0


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["--memory", "8XB"], "there is no unit 'XB'"),
        (["--memory", "nan"], "error[not-memory]"),
        (["--memory", "8"], "did you mean '8GB' or '8MB'?"),
        (["--memory", "8Gb"], "did you mean '8GB'?"),
        (["--memory", "0GB"], "it must be positive"),
        (["--memory=-1GB"], "it must be positive"),
        (["--batch", "9" * 20], "--batch:1:1"),
        (["--optimizer", "addam"], "--optimizer:1:1"),
        (["--set", "optimizer=addam"], "--set:1:11"),
        (["--memory", "rtx4091"], "did you mean 'rtx4090'?"),
        (["--optimizer", "adm"], "did you mean 'adam'?"),
        (["--optimizer", "adam(lr = -1)"], "lr"),
        (["--inference", "--optimizer", "adam"], "error[option-of-training]"),
    ],
)
def test_fits_says_what_is_wrong(capsys: pytest.CaptureFixture[str], arguments: list[str], said: str) -> None:
    code, _, err = ran(capsys, "fits", "lenet5", *arguments)
    assert code == 1 and said in err


def test_cost_says_what_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = ran(capsys, "cost", "lenet5", "--device", "a101")
    assert code == 1 and "error[unlisted-device]" in err and "did you mean 'a100'" in err
    code, _, err = ran(capsys, "cost", "lenet5", "--device", "T4", "--precision", "bf16")
    assert code == 1 and "error[no-peak]" in err and "float32, fp16" in err
    assert ran(capsys, "cost")[0] == 2


@pytest.mark.parametrize("by", ["layer", "block", "stage"])
def test_rows_add_up_to_the_whole(capsys: pytest.CaptureFixture[str], by: str) -> None:
    arguments = ["cost", "resnet20", "--by", by, "--batch", "3", "--device", "t4"]
    found = json.loads(ran(capsys, *arguments, "--json")[1])
    for name in ("macs", "params", "bytes", "seconds"):
        assert sum(row[name] for row in found["rows"]) == pytest.approx(found[name], rel=1e-12)
    rows = list(csv.DictReader(io.StringIO(ran(capsys, *arguments, "--csv")[1])))
    assert [row["name"] for row in rows] == [row["name"] for row in found["rows"]]
    if by == "layer":
        assert {row["name"] for row in rows} == {node.name for node in graph_of("resnet20").nodes[1:]}


def test_the_estimate_is_the_roofline() -> None:
    graph, device = graph_of("resnet20"), DEVICES["t4"]
    parts = work(graph, 8, 2, device, "fp16")
    costs = cost(graph)
    assert total(parts).macs == 8 * costs.total_macs and total(parts).params == costs.count.total
    for part in parts:
        assert part.seconds == max(part.flops / device.peak["fp16"], part.moved / device.bandwidth)
        if part.seconds:
            ridge = device.peak["fp16"] / device.bandwidth
            assert part.bound == ("memory" if part.intensity <= ridge else "compute")
    assert step_seconds(parts) == STEP * sum(part.seconds or 0 for part in parts)


def test_tables_fit_eighty_columns(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for arguments in (
        ["fits", "vgg16", "--memory", "t4"],
        ["cost", "resnet50", "--by", "block", "--device", "t4"],
    ):
        assert all(len(line) <= 80 for line in ran(capsys, *arguments)[1].splitlines())


HEADS = """model heads {
  input 3 x 32 x 32
  conv(8, 3, stride = 2, padding = 1)  relu
  auxiliary early: { global_avgpool  flatten  linear(10) }
  flatten
  output class: linear(10)
  output box: linear(4)
}
"""


def test_heads_of_training_count_alike_everywhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = tmp_path / "heads.cnn"
    spec.write_text(HEADS + "assert params == 28_910\nassert params(early) == 90\n")
    assert ran(capsys, "check", str(spec))[0] == 0
    both = "with auxiliary heads: 29,000 parameters, 84,048 MACs"
    for command in (["summary"], ["compare"], ["cost"], ["diff", str(spec)]):
        out = ran(capsys, command[0], str(spec), *command[1:])[1]
        assert "28,910" in out and both in " ".join(out.split()), command
    assert "28,910" in ran(capsys, "explain", str(spec))[1]
    assert json.loads(ran(capsys, "summary", str(spec), "--json")[1])["params"]["total"] == 28_910
    assert json.loads(ran(capsys, "cost", str(spec), "--json")[1])["params"] == 28_910
    assert "early" not in ran(capsys, "cost", str(spec))[1]
    assert "heads are counted" in ran(capsys, "fits", str(spec))[1]
    assert "not counted: they exist" in ran(capsys, "fits", str(spec), "--inference")[1]


def test_all_outputs_are_told_by_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = tmp_path / "heads.cnn"
    spec.write_text(HEADS)
    for command in (["compare"], ["diff", "lenet5"]):
        assert "class 10, box 4" in ran(capsys, command[0], str(spec), *command[1:])[1]
    found = json.loads(ran(capsys, "compare", str(spec), "--json")[1])[0]
    assert found["outputs"] == {"class": [10], "box": [4]} and found["output"] == [[10], [4]]


def test_devices_for_programs_and_by_figures(capsys: pytest.CaptureFixture[str]) -> None:
    listed = json.loads(ran(capsys, "cost", "--device", "list", "--json")[1])
    assert [each["name"] for each in listed] == list(DEVICES)
    rows = list(csv.DictReader(io.StringIO(ran(capsys, "cost", "--device", "list", "--csv")[1])))
    assert rows[0]["name"] == "t4" and rows[0]["bf16"] == ""
    given = json.loads(ran(capsys, "cost", "lenet5", "--device", "8.1TFLOP/s,320GB/s", "--json")[1])
    listed = json.loads(ran(capsys, "cost", "lenet5", "--device", "t4", "--json")[1])
    assert given["seconds"] == listed["seconds"]
    assert ran(capsys, "cost", "lenet5", "--device", "0TFLOP/s,1GB/s")[0] == 1


def test_units_follow_the_size_and_rows_of_several_layers_tell_a_share(
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = ran(capsys, "cost", "resnet20", "--by", "stage", "--device", "t4")[1]
    assert "MACs (k)" in out and "% memory" in out and "  0.00 " not in out
    assert "MACs (M)" in ran(capsys, "cost", "vgg16")[1]


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "cp437", "utf-8"])
def test_what_an_encoding_lacks_is_replaced(encoding: str) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    printing_all(stream)
    print("── 3→4 µs Łé 日", file=stream, flush=True)
    said = stream.buffer.getvalue().decode(encoding)
    if encoding == "ascii":
        assert said == "-- 3->4 us ?e ?\n"
    assert said[-2] == ("日" if encoding == "utf-8" else "?")
