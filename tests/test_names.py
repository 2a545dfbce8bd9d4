"""What other libraries call our parameters, by name and shape, against their state dicts (tests/truth)."""

import json
import subprocess
import sys
from hashlib import sha256
from math import prod
from pathlib import Path

import pytest

from cnnspec.cli.main import main
from cnnspec.elaborate import Loader, elaborate, open_target
from cnnspec.elaborate.renaming import parameter_names
from cnnspec.source import Source, SpecError

FOLDER = Path(__file__).parent / "truth"
TRUTH = json.loads((FOLDER / "state_dicts.json").read_text())
EXAMPLES = Path(__file__).parent.parent / "examples"
SPECS = {
    "nasnetalarge": "nasnet_a_large",
    "shufflenet_v2_x1_0": str(EXAMPLES / "shufflenet_v2.cnn"),
    **{f"tf_efficientnet_lite{scale}": f"efficientnet_lite{scale}" for scale in range(3)},
}


def listing(spec: str, library: str) -> list[str]:
    """``NAME SHAPE`` of every parameter, as the library lists it."""
    module = open_target(spec)
    graph = elaborate(module)
    names = parameter_names(graph, module, library)
    shapes = {f"{n.name}.{p.name}": p.shape for n in graph.nodes for p in n.parameters}
    return sorted(f"{theirs} {'x'.join(map(str, shapes[ours]))}" for ours, theirs in names.items())


@pytest.mark.parametrize("name", TRUTH["models"])
def test_names_and_shapes(name: str) -> None:
    library, _, model = name.partition("/")
    ours = listing(SPECS.get(model, model), library)
    whole = FOLDER / "state_dicts" / f"{library}_{model}.txt"
    if library == "timm" and model.startswith("vgg"):
        ours = [_as_convolution(line) for line in ours]
    if whole.exists():
        assert ours == whole.read_text().splitlines()
    assert len(ours) == TRUTH["models"][name]["count"]
    assert sha256("\n".join(ours).encode()).hexdigest() == TRUTH["models"][name]["sha256"]


def _as_convolution(line: str) -> str:
    """timm's VGG has its first two fully connected layers as convolutions of 7x7 and 1x1: the same numbers."""
    for layer, kernel in (("fc1", 7), ("fc2", 1)):
        if line.startswith(f"pre_logits.{layer}.weight"):
            name, _, shape = line.partition(" ")
            outputs, inputs = map(int, shape.split("x"))
            assert inputs % kernel**2 == 0 and prod((outputs, inputs)) == 4096 * inputs
            return f"{name} {outputs}x{inputs // kernel**2}x{kernel}x{kernel}"
    return line


RULES = """
model m(offset = 10) {
  input 3 x 8 x 8
  stem: conv(8, 1)
  for width in [8, 16] { stage: { conv(width, 1)  bn  relu } }
}

names {
  torchvision("stage1.*", "first.{place}")
  torchvision("stage{s}.<part>{n}", "s{s + offset}.{part}{n}")
  rename("stem", "stem.0")
  timm("stem", "never")
  timm("stage{s}.conv1", "same")
  timm("stage{s}.bn1", "bn{s}")
}
"""


def codes(library: str, text: str = RULES) -> list[str]:
    module = Loader().link(Source("m.cnn", text), None)
    with pytest.raises(SpecError) as caught:
        parameter_names(elaborate(module), module, library)
    return [d.code for d in caught.value.diagnostics]


def test_the_first_rule_that_fits_names_a_layer() -> None:
    module = Loader().link(Source("m.cnn", RULES), None)
    names = parameter_names(elaborate(module), module, "torchvision")
    assert names["stem.weight"] == "stem.0.weight"
    assert names["stage1.conv1.bias"] == "first.1.bias"
    assert names["stage1.bn1.running_var"] == "first.2.running_var"
    assert names["stage2.bn1.weight"] == "s12.bn1.weight"


def test_layers_of_one_name_are_refused() -> None:
    assert codes("timm") == ["same-name"]


def test_layers_without_a_name_are_refused() -> None:
    text = RULES.replace('  rename("stem", "stem.0")\n', "")
    assert codes("torchvision", text) == ["unnamed-layer"]


def test_what_braces_hold_is_checked() -> None:
    assert "unknown-name" in codes("torchvision", RULES.replace("{s + offset}", "{s + ofset}"))


def test_a_library_without_rules_is_refused() -> None:
    assert codes("timmm") == ["no-names"]
    assert codes("timm", RULES.split("names")[0]) == ["no-names"]


def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["names", "resnet18", "--library", "torchvision", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert rows[0] == {"name": "stem.conv1.weight", "there": "conv1.weight", "shape": [64, 3, 7, 7]}
    assert main(["names", "lenet5"]) == 0
    assert capsys.readouterr().out.splitlines()[0].split("  ")[0] == "c1.weight"


def test_the_command_fails_with_a_diagnostic() -> None:
    command = [sys.executable, "-m", "cnnspec", "names", "lenet5", "--library", "torchvison"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "did you mean 'torchvision'?" in done.stderr and "Traceback" not in done.stderr
