"""The documentation is real: its examples are right, its reference says what the registries say.

A fenced block in a .md file is checked by the words after its three backticks:

* ``cnn``, ``yaml``: a whole spec, which must elaborate, experiment included; of blocks alone, it must parse;
* ``cnn fragment``: statements of a model whose input is 3 x 32 x 32;
* ``yaml twin``: the same tree as the ``cnn`` block before it;
* ``cnn file:NAME``: a whole spec that later blocks of the page can use as the file NAME;
* ``cnn wrong:CODE``: a spec in which the diagnostic CODE is found.
* ``console``: commands after ``$ cnnspec``, which must print what stands below each.
"""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from cnnspec.analyses.quantities import Setting
from cnnspec.cli.main import main
from cnnspec.elaborate import Loader, elaborate
from cnnspec.elaborate.renaming import renamings
from cnnspec.ir import Registry, signature, verify
from cnnspec.source import Diagnostic, Diagnostics, Source, SpecError
from cnnspec.studies.assertions import check_assertions
from cnnspec.syntax import load_source, parse
from cnnspec.train.registries import TrainSettings
from cnnspec.train.sections import bind_experiment

ROOT = Path(__file__).parent.parent
PAGES = sorted([*(ROOT / "docs").glob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"])
FENCE = re.compile(r"^```(cnn|yaml)\b([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FRAGMENT = "model example {{\n  input 3 x 32 x 32\n{}\n}}\n"


def load_generator(name: str) -> ModuleType:
    spec = util.spec_from_file_location(name, ROOT / "docs" / f"{name}.py")
    assert spec and spec.loader
    module = util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


GENERATOR = load_generator("make_reference")
GALLERY = load_generator("make_gallery")
DRAWINGS = load_generator("make_drawings")
CATALOGUE: dict[str, type[Diagnostic]] = GENERATOR.all_diagnostics()
REGISTRIES: list[Registry[Any]] = [
    GENERATOR.LAYERS,
    *(registry for registry, _ in GENERATOR.REGISTRIES.values()),
]
ENTRIES = [
    pytest.param(cls, id=f"{r.kind.replace(' ', '_')}-{name}")
    for r in REGISTRIES
    for name, cls in r.entries.items()
]


@dataclass(frozen=True)
class Block:
    """A fenced example. ``before`` is the ``cnn`` block above it, ``files`` those of its page."""

    page: Path
    line: int
    language: str
    mark: str
    text: str
    before: str
    files: tuple[tuple[str, str], ...]

    @property
    def spec(self) -> str:
        return FRAGMENT.format(self.text) if self.mark == "fragment" else self.text

    def write(self, folder: Path) -> Path:
        """The block as a file in ``folder``, beside the files of its page."""
        for name, text in self.files:
            (folder / name).write_text(text, encoding="utf-8")
        path = folder / f"example.{self.language}"
        path.write_text(self.spec, encoding="utf-8")
        return path


def blocks(page: Path) -> Iterator[Block]:
    """The examples of a page, in order."""
    text, before = page.read_text(encoding="utf-8"), ""
    found = list(FENCE.finditer(text))
    files = tuple((m[2].split(":", 1)[1], m[3]) for m in found if m[2].strip().startswith("file:"))
    for match in found:
        line = text.count("\n", 0, match.start()) + 1
        yield Block(page, line, match[1], match[2].strip(), match[3], before, files)
        if match[1] == "cnn":
            before = match[3]


BLOCKS = [block for page in PAGES for block in blocks(page)]


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: f"{block.page.stem}-{block.line}")
def test_example(block: Block, tmp_path: Path) -> None:
    kind, _, detail = block.mark.partition(":")
    assert kind in ("", "fragment", "twin", "file", "wrong"), f"unknown mark '{block.mark}'"
    path = block.write(tmp_path)
    if kind == "wrong":
        with pytest.raises(SpecError) as caught:
            check(path)
        assert detail in {d.code for d in caught.value.diagnostics}
        return
    check(path)
    if kind == "twin":
        assert parse(load_source(path)) == parse(Source("before.cnn", block.before))


CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SESSIONS = [
    pytest.param(match[1], id=f"{page.stem}-{page.read_text().count(chr(10), 0, match.start()) + 1}")
    for page in PAGES
    for match in CONSOLE.finditer(page.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("session", SESSIONS)
def test_commands_print_what_the_page_says(
    session: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    for each in re.split(r"^\$ cnnspec ", session, flags=re.MULTILINE)[1:]:
        command, _, expected = each.partition("\n")
        main(shlex.split(command))
        assert _trimmed(capsys.readouterr().out) == _trimmed(expected)


def _trimmed(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def check(path: Path) -> None:
    """All that ``cnnspec check`` does; raises :class:`SpecError`."""
    module = Loader().load(path)
    if module.spec.model is None and not module.spec.uses and not module.spec.sections:
        return  # blocks alone
    graph = elaborate(module)
    verify(graph)
    renamings(module)
    bind_experiment(module, graph)
    Diagnostics(check_assertions(module.spec.assertions, graph, Setting())).raise_errors()


def test_the_pages_have_examples() -> None:
    assert len(BLOCKS) >= 20
    assert any(block.mark == "twin" for block in BLOCKS)


def forms() -> Iterator[Any]:
    """The rows of the table of YAML forms: a statement, and each way to write it."""
    page = (ROOT / "docs" / "language.md").read_text(encoding="utf-8")
    rows = page.split("| item in YAML |\n", 1)[1].split("\n\n", 1)[0].splitlines()[1:]
    for row in rows:
        name, text, *items = [
            row.split(" | ")[0].strip("| "),
            *re.findall(r"`([^`]+)`", row.replace("\\|", "|")),
        ]
        yield from (pytest.param(text, item, id=f"{name}-{place}") for place, item in enumerate(items))


@pytest.mark.parametrize(("text", "item"), list(forms()))
def test_yaml_form(text: str, item: str) -> None:
    ours = parse(Source("form.cnn", f"block b {{ {text} }}"))
    theirs = parse(Source("form.yaml", f"blocks:\n  b:\n    {item}\n"))
    assert ours == theirs


def test_links_lead_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_generated_pages_are_up_to_date() -> None:
    names = [path.name for path in GENERATOR.stale()]
    assert not names, "run python docs/make_reference.py"


def test_the_gallery_is_up_to_date() -> None:
    text = GALLERY.page()
    assert GALLERY.PAGE.read_text(encoding="utf-8") == text, "run python docs/make_gallery.py"
    for image in re.findall(r"images/gallery/[\w-]+\.svg", text):
        assert (ROOT / "docs" / image).is_file(), image


def test_the_page_of_drawings_is_up_to_date() -> None:
    text = DRAWINGS.page()
    assert DRAWINGS.PAGE.read_text(encoding="utf-8") == text, "run python docs/make_drawings.py"
    for image in re.findall(r"images/drawings/[\w-]+\.svg", text):
        assert (ROOT / "docs" / image).is_file(), image


def test_every_function_is_documented() -> None:
    for function in GENERATOR.FUNCTIONS.values():
        assert function.doc and function.example


def test_every_family_has_a_title() -> None:
    assert {cls.family for cls in GENERATOR.LAYERS.entries.values()} == set(GENERATOR.FAMILIES)


@pytest.mark.parametrize("cls", ENTRIES)
def test_every_entry_is_documented(cls: type) -> None:
    assert documented(cls), "it needs a docstring that ends with a full stop"
    for argument in signature(cls):
        assert argument.doc.strip(), argument.name
        assert argument.kind.expected.strip(), argument.name


@pytest.mark.parametrize("cls", GENERATOR.LAYERS.entries.values(), ids=GENERATOR.LAYERS.entries)
def test_every_layer_has_examples(cls: Any) -> None:
    assert cls.examples


def test_every_field_of_train_is_documented() -> None:
    assert all(argument.doc.strip() for argument in signature(TrainSettings))


@pytest.mark.parametrize("code", CATALOGUE)
def test_every_diagnostic_is_explained(code: str) -> None:
    diagnostic = CATALOGUE[code]
    assert documented(diagnostic)
    assert diagnostic.message
    assert diagnostic.bad.strip() and diagnostic.good.strip()


def test_every_diagnostic_is_found() -> None:
    """The codes in the source are those of the page."""
    pattern = re.compile(r'^    code = "([a-z0-9-]+)"$', re.MULTILINE)
    sources = (path.read_text(encoding="utf-8") for path in (ROOT / "cnnspec").rglob("*.py"))
    assert {code for source in sources for code in pattern.findall(source)} == set(CATALOGUE)


def documented(cls: type) -> bool:
    """Has ``cls`` a docstring of its own? One that a dataclass gets from its fields does not count."""
    text = (cls.__dict__.get("__doc__") or "").strip()
    return bool(text) and not text.startswith(f"{cls.__name__}(")
