"""Specs and the specs they use: files beside them, and the zoo."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from ..ir import LAYERS
from ..source import Diagnostic, Diagnostics, Note, Source, Span, SpecError, nearest
from ..syntax import load_source, parse, tree
from .bind import Slot, match
from .builtins import BUILTINS
from .choice import chosen_model, preset
from .errors import DuplicateName, UnknownSpec, UseCycle

NAMES_SECTION = "names"
"""What other libraries call the parameters: a section of the model, not of the experiment."""
ALLOW_SECTION = "allow"
"""Lints that are silenced: a section of the spec, not of the experiment."""
PLAIN_SECTIONS = (NAMES_SECTION, ALLOW_SECTION)
"""Sections that make no experiment of a spec."""
SUFFIXES = (".cnn", ".yaml", ".yml")

Definition = tree.Block | tree.Model


@dataclass(eq=False, slots=True)
class Module:
    """A parsed spec and what its ``use`` lines bring. ``path`` is None for a text without a file."""

    spec: tree.Spec
    source: Source
    path: Path | None
    used: dict[int, Module] = field(default_factory=dict)  # by place among spec.uses
    names: dict[str, tuple[Module, Definition]] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        return self.path.parent if self.path else Path()

    def all(self) -> Iterator[Module]:
        """This module and all it uses, each once."""
        seen: dict[int, Module] = {}
        waiting = [self]
        while waiting:
            module = waiting.pop()
            if id(module) not in seen:
                seen[id(module)] = module
                waiting += module.used.values()
        return iter(seen.values())


@cache
def zoo_folder() -> Path:
    """Where the specs that ship are: inside an installed package, or ``specs/`` of a checkout."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "specs"
    return inside if inside.is_dir() else package.parent / "specs"


def zoo_names() -> tuple[str, ...]:
    """Names of the specs that ship, sorted, numbers in them by their size."""
    names = {path.stem for path in zoo_folder().glob("*.*") if path.suffix in SUFFIXES}
    return tuple(sorted(names, key=_with_numbers))


def _with_numbers(name: str) -> list[tuple[int, str]]:
    """A key that puts resnet18 before resnet101."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name)]


def _in_folder(folder: Path, name: str) -> Path | None:
    return next((p for suffix in SUFFIXES if (p := folder / f"{name}{suffix}").is_file()), None)


def zoo_path(name: str) -> Path | None:
    """The file of a spec that ships."""
    return _in_folder(zoo_folder(), name)


def ships_with(name: str) -> tuple[str, ...]:
    """A hint for a block or model that is not in sight, but ships."""
    if name in zoo_names():
        return (f"it is a spec that ships: write 'use {name}' at the top of the file",)
    for path in sorted(zoo_folder().glob("blocks_*.cnn")):
        if re.search(rf"^block {re.escape(name)}\b", path.read_text(encoding="utf-8"), re.MULTILINE):
            return (f"it is a block that ships: write 'use {path.stem}' at the top of the file",)
    return ()


@dataclass
class Loader:
    """Reads specs, each file once, and finds what they use."""

    loaded: dict[Path, Module] = field(default_factory=dict)
    stack: list[Path] = field(default_factory=list)

    def load(self, path: Path) -> Module:
        """The module of a file; raises :class:`SpecError` with all that is wrong with its text or uses."""
        resolved = path.resolve()
        if resolved not in self.loaded:
            source = load_source(path)
            self.stack.append(resolved)
            try:
                self.loaded[resolved] = self.link(source, path)
            finally:
                self.stack.pop()
        return self.loaded[resolved]

    def link(self, source: Source, path: Path | None) -> Module:
        """The module of a text, with its uses loaded and its names known."""
        module = Module(parse(source), source, path)
        found = Diagnostics()
        for place, use in enumerate(module.spec.uses):
            with found.stage():
                module.used[place] = self._used(use, module)
        _define(module, found)
        found.raise_errors()
        return module

    def _used(self, use: tree.Use, module: Module) -> Module:
        path = self._find(use, module)
        resolved = path.resolve()
        if resolved in self.stack:
            names = [p.name for p in (*self.stack[self.stack.index(resolved) :], resolved)]
            raise SpecError([UseCycle(circle=" -> ".join(names), span=use.span)])
        try:
            return self.load(path)
        except SpecError as error:
            if use.span is None:
                raise
            note = Note("used here", use.span)
            raise SpecError([_at_use(d, use.span, note) for d in error.diagnostics]) from None

    def _find(self, use: tree.Use, module: Module) -> Path:
        if use.is_path:
            named = module.folder / use.target
            if not named.exists() and zoo_path(Path(use.target).stem):
                hints = (f"'use {Path(use.target).stem}', without quotes, is a spec that ships",)
                raise SpecError([UnknownSpec(name=use.target, span=use.span, hints=hints)])
            return named
        own = module.path.resolve() if module.path else None
        beside = _in_folder(module.folder, use.target)
        path = beside if beside and beside.resolve() != own else zoo_path(use.target)
        if path is None or path.resolve() == own:
            raise SpecError(
                [UnknownSpec(name=use.target, span=use.span, hints=_spec_hints(use.target, module.folder))]
            )
        return path


def _at_use(diagnostic: Diagnostic, use: Span, note: Note) -> Diagnostic:
    """A diagnostic from a used file: with a note, or placed at the ``use`` where it has no place."""
    if diagnostic.span is None:
        return replace(diagnostic, span=use)
    return diagnostic if note in diagnostic.notes else replace(diagnostic, notes=(*diagnostic.notes, note))


def _spec_hints(name: str, folder: Path, beside: bool = True) -> tuple[str, ...]:
    if name.endswith(SUFFIXES) and Path(name).stem in zoo_names():
        return (f"the one that ships is written without its ending: {Path(name).stem}",)
    files = [p.stem for p in folder.glob("*.*") if p.suffix in SUFFIXES] if beside else []
    near = nearest(name, (*zoo_names(), *files))
    return (f"did you mean '{near}'?",) if near else ("'cnnspec zoo' lists the specs that ship",)


def unknown_spec(name: str, span: Span | None, beside: bool = True) -> SpecError:
    """The error for a SPEC of the command line that is neither a file (``beside``) nor in the zoo."""
    return SpecError([UnknownSpec(name=name, span=span, hints=_spec_hints(name, Path(), beside))])


def _check_arguments(use: tree.Use, used: Module, found: Diagnostics) -> None:
    """Arguments of a ``use`` are those of a model's parameters."""
    if use.arguments is None:
        return
    try:
        model = chosen_model(used).model
    except SpecError as error:
        found.add(
            replace(error.diagnostics[0], span=use.span, notes=(), hints=("leave the parentheses out",))
        )
        return
    slots = [Slot(p.name, False) for p in model.parameters]
    match(model.name, use.span, use.arguments, slots, found)


def _define(module: Module, found: Diagnostics) -> None:
    """Fill ``module.names``: own blocks and model first, then what the uses bring."""
    own: list[Definition] = [*module.spec.blocks, *([module.spec.model] if module.spec.model else [])]
    for definition in own:
        span = definition.name_span or definition.span
        if definition.name in LAYERS.entries:
            found.add(DuplicateName(name=definition.name, reason="it is a layer", span=span))
        elif definition.name in BUILTINS:
            found.add(DuplicateName(name=definition.name, reason="it is a word of the language", span=span))
        elif definition.name in module.names:
            found.add(DuplicateName(name=definition.name, reason="the model and a block share it", span=span))
        module.names[definition.name] = (module, definition)
    for place, used in module.used.items():
        _check_arguments(module.spec.uses[place], used, found)
        for name, target in used.names.items():
            own_name = used.path.stem if used.path else ""
            if target[0] is not used and not isinstance(target[1], tree.Block) and name != own_name:
                continue
            known = module.names.get(name)
            if known is None:
                module.names[name] = target
            elif known[1] is not target[1] and known[0] is not module:
                reason = f"two used specs bring it ({known[0].source.name} and {target[0].source.name})"
                found.add(DuplicateName(name=name, reason=reason, span=module.spec.uses[place].span))
    if (made := preset(module)) and made[0] not in module.names:
        module.names[made[0]] = made[1:]
