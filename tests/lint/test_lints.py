"""Lints: each has specs in which it fires, with what it says, and specs in which nothing does."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnnspec.elaborate import Loader, Module, elaborate, is_blocks_alone, open_target, zoo_folder, zoo_names
from cnnspec.source import SpecError, render_all
from cnnspec.source.lints import Lint, silent_name
from cnnspec.source.lints import lints_of as lints_of_kind
from cnnspec.train.lint import lint
from cnnspec.train.sections import bind_experiment

HERE = Path(__file__).parent
LONG = HERE / "long.cnn"
FIRES, QUIET = (sorted((HERE / name).glob("*.cnn")) for name in ("fires", "quiet"))
ERRORS = sorted(path for path in (HERE / "errors").iterdir() if path.suffix in (".cnn", ".yaml"))

RIGHT = {
    "nasnet": ("pixels-lost",),
    "nasnet_a_mobile": ("pixels-lost",),
    "vgg11_bn": ("bias-before-norm",),
    "vgg13_bn": ("bias-before-norm",),
    "vgg16_bn": ("bias-before-norm",),
    "vgg19_bn": ("bias-before-norm",),
    "augmentation": ("narrow-field",),
    "digits": ("bias-before-norm", "bias-before-norm"),
    "fashion_augmented": ("pixels-lost",),
    "fashion_mnist": ("bias-before-norm", "bias-before-norm"),
    "fashion_mnist_vgg": ("pixels-lost",),
    "shape_labels": ("narrow-field",),
}
"""What is found in specs that ship and in examples; docs/lint.md says why it is right."""


def found(module: Module) -> tuple[Lint, ...]:
    if is_blocks_alone(module):
        return lint(module, None)
    graph = elaborate(module)
    return lint(module, graph, bind_experiment(module, graph))


def text_of(path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(path.parent)
    return render_all(found(Loader().load(Path(path.name)))) + "\n"


def compare(golden: Path, text: str, regenerate: bool) -> None:
    if regenerate:
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", FIRES, ids=lambda p: p.stem)
def test_fires(path: Path, regenerate: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    text = text_of(path, monkeypatch)
    codes = {each.code for each in found(Loader().load(path))}
    assert len(codes) == 1 and path.stem.startswith(silent_name(codes.pop()))
    compare(path.with_name(path.name + ".txt"), text, regenerate)


@pytest.mark.parametrize("path", QUIET, ids=lambda p: p.stem)
def test_is_quiet(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert text_of(path, monkeypatch) == "\n"


@pytest.mark.parametrize("path", ERRORS, ids=lambda p: p.name)
def test_error(path: Path, regenerate: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SpecError) as caught:
        text_of(path, monkeypatch)
    compare(path.with_name(path.name + ".txt"), f"{caught.value}\n", regenerate)


def test_every_lint_has_both() -> None:
    names = {silent_name(each.code) for each in lints_of_kind(Lint)}
    assert len(names) > 20
    for paths in (FIRES, QUIET):
        assert names <= {path.stem for path in paths}


@pytest.mark.parametrize("name", [*zoo_names(), *sorted(p.stem for p in Path("examples").glob("*.cnn"))])
def test_specs_that_ship(name: str) -> None:
    target = name if name in zoo_names() else f"examples/{name}.cnn"
    codes = tuple(each.code for each in found(open_target(target)))
    assert codes == RIGHT.get(name, ())


@pytest.mark.parametrize("path", sorted(zoo_folder().glob("*.yaml")), ids=lambda p: p.name)
def test_surfaces_agree(path: Path) -> None:
    texts = [[each.text for each in found(open_target(str(path.with_suffix(s))))] for s in (".cnn", ".yaml")]
    assert texts[0] == texts[1]
