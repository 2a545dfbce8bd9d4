"""Golden specs and golden diagnostics: fixtures are files, this is their one runner."""

import json
from pathlib import Path

import pytest

from cnnspec.analyses.quantities import Setting
from cnnspec.analyses.summary import summarize, summary_json
from cnnspec.elaborate import Loader, elaborate, zoo_folder
from cnnspec.elaborate.renaming import renamings
from cnnspec.ir import verify
from cnnspec.source import SpecError, render_all
from cnnspec.studies.assertions import check_assertions
from cnnspec.train.sections import bind_experiment

SPECS = Path(__file__).parent / "specs"
VALID = sorted(p for p in (SPECS / "valid").iterdir() if p.suffix in (".cnn", ".yaml"))
ERRORS = sorted(p for p in (SPECS / "errors").iterdir() if p.suffix in (".cnn", ".yaml", ".yml"))


def compare(golden: Path, text: str, regenerate: bool) -> None:
    if regenerate:
        golden.write_text(text, encoding="utf-8")
    assert golden.exists(), f"no golden file {golden.name}: run pytest --regenerate"
    assert text == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", VALID, ids=lambda p: p.name)
def test_valid(path: Path, regenerate: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)
    module = Loader().load(Path(path.name))
    graph = elaborate(module)
    verify(graph)
    bind_experiment(module, graph)
    assert check_assertions(module.spec.assertions, graph, Setting()) == []
    text = json.dumps(summary_json(summarize(graph)), indent=1, ensure_ascii=False) + "\n"
    text = text.replace(str(zoo_folder()), "zoo")
    compare(path.with_name(path.name + ".json"), text, regenerate)


@pytest.mark.parametrize("path", ERRORS, ids=lambda p: p.name)
def test_error(path: Path, regenerate: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)
    with pytest.raises(SpecError) as caught:
        module = Loader().load(Path(path.name))
        graph = elaborate(module)
        renamings(module)
        bind_experiment(module, graph)
        raise SpecError(check_assertions(module.spec.assertions, graph, Setting()))
    text = render_all(caught.value.diagnostics).replace(str(zoo_folder()), "zoo") + "\n"
    compare(path.with_name(path.name + ".txt"), text, regenerate)
