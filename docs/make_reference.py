"""Writes docs/reference.md and docs/diagnostics.md from the registries: ``python docs/make_reference.py``.

With ``--check`` nothing is written; the exit code is 1 where a file is out of date.
"""

from __future__ import annotations

import argparse
import inspect
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from cnnspec.analyses.quantities import QUANTITIES
from cnnspec.elaborate import Environment, evaluate, is_blocks_alone, open_target, zoo_names
from cnnspec.elaborate.bind import bind
from cnnspec.elaborate.functions import FUNCTIONS, MANY, Function
from cnnspec.elaborate.renaming import LIBRARIES
from cnnspec.ir import INITIALISERS, LAYERS, Argument, Example, ListOf, Op, Registry, show, signature
from cnnspec.source import Diagnostic, Diagnostics, Source
from cnnspec.source.catalogue import load_catalogue
from cnnspec.syntax import parse_call, parse_expression, tree
from cnnspec.syntax.inline import print_head
from cnnspec.syntax.wrap import wrapped
from cnnspec.train.augment import AUGMENTATIONS
from cnnspec.train.finetune import FINETUNE
from cnnspec.train.registries import (
    DATA_SOURCES,
    LOSSES,
    METRICS,
    OPTIMIZERS,
    SCHEDULES,
    TrainSettings,
)
from cnnspec.train.sections import SECTIONS

FOLDER = Path(__file__).parent
WIDTH = 90  # of a call as it is shown; a longer one goes over several lines
Part = tuple[str, list[str], dict[str, list[str]]]
"""Title, introduction, and entries by name."""

MADE = "<!-- Made by docs/make_reference.py from the program itself: change it there. -->"

FAMILIES = {
    "convolution": "Convolution",
    "linear": "Fully connected",
    "activation": "Activations",
    "norm": "Normalisation and scaling",
    "pooling": "Pooling",
    "merge": "Joining tracks",
    "reshape": "Changing the shape",
    "regularize": "Regularisation",
}

REGISTRIES: dict[str, tuple[Registry[Any], str]] = {
    "Initialisers": (
        INITIALISERS,
        "First values of parameters: `conv(8, 3, init = kaiming_normal(mode = fan_out))`. The fans are the "
        "inputs and outputs that one output and one input are connected with.",
    ),
    "Data sources": (DATA_SOURCES, "Section `data`: where images and labels come from."),
    "Augmentations": (
        AUGMENTATIONS,
        "Sections `augment`, what is done to training images, and `evaluation`, what is done to all others. "
        "See [augmentation](augmentation.md).",
    ),
    "Losses": (LOSSES, "Section `loss`: what training lowers."),
    "Optimizers": (OPTIMIZERS, "Section `optimizer`: how the weights follow the gradients."),
    "Schedules": (
        SCHEDULES,
        "Section `schedule`: the factor on the learning rate. It is set before every step.",
    ),
    "Fine-tuning": (
        FINETUNE,
        "Section `finetune`: which weights training begins with, what starts anew, what is frozen, how fast the rest moves. "
        "See [fine-tuning](finetuning.md).",
    ),
    "Libraries of names": (
        LIBRARIES,
        "Section `names`, beside a model: what other libraries call its layers. See "
        "[the language](language.md#names-elsewhere-names).",
    ),
    "Quantities": (
        QUANTITIES,
        "Figures of a network, in `assert` and in `cnnspec solve`. See "
        "[what the network must be](language.md#what-the-network-must-be-assert).",
    ),
    "Metrics": (METRICS, "Section `metrics`: measures of a whole split; the loss is always measured."),
}

REFERENCE = """\
All that a spec can call by name. [The language](language.md) says how calls are put together,
[training](training.md) what the sections of an experiment do.

Arguments are given by place, in the order shown, or by name. Where the default is "…" the argument may be
left out, and its line says what then holds. Shapes are channels x height x width of a feature map, or the
features of a vector; the batch is left out.
"""

DIAGNOSTICS = """\
Everything that cnnspec reports has a code, shown as in `error[unknown-layer]`. This page lists them all;
`cnnspec explain CODE` prints one of them. Words in braces stand for what was found.

The examples are sketches: they show the lines that matter, and leave the rest of the spec out.
"""


# Text


def prose(text: str | None) -> str:
    """A docstring as Markdown: each paragraph on one line, ``code`` in single quotes."""
    paragraphs = inspect.cleandoc(text or "").replace("``", "`").split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def anchors(titles: Iterable[str]) -> Iterator[str]:
    """The links that Markdown viewers give to headings; what comes again is numbered."""
    seen: Counter[str] = Counter()
    for title in titles:
        name = re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
        yield f"#{name}-{seen[name]}" if seen[name] else f"#{name}"
        seen[name] += 1


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    cells = [list(head), *(list(row) for row in rows)]
    yield _row(cells[0])
    yield _row("---" for _ in cells[0])
    yield from map(_row, cells[1:])
    yield ""


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def code(text: str, language: str = "") -> Iterator[str]:
    yield from (f"```{language}", *inspect.cleandoc(text).splitlines(), "```", "")


# Calls


def spelt(value: Any, argument: Argument) -> str:
    """A default as a spec would write it."""
    if value is None:
        return "…"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return _sequence(value, argument)
    if isinstance(value, str):
        return value if value in argument.kind.choices else f'"{value}"'
    if isinstance(value, float):
        return f"{value:g}"
    return _entry_call(value) if hasattr(value, "call_name") else str(value)


def _sequence(value: tuple[Any, ...], argument: Argument) -> str:
    items = [spelt(item, argument) for item in value]
    if isinstance(argument.kind, ListOf):
        return f"[{', '.join(items)}]"
    return items[0] if len(set(items)) == 1 else f"({', '.join(items)})"


def _entry_call(entry: Any) -> str:
    """``normal(std = 0.02)``: an entry with the arguments that are not its defaults."""
    values = ((a, getattr(entry, a.name)) for a in signature(type(entry)))
    shown = [f"{a.name} = {spelt(value, a)}" for a, value in values if value != a.default]
    return f"{entry.call_name}({', '.join(shown)})" if shown else str(entry.call_name)


def call_text(name: str, arguments: Iterable[Argument]) -> str:
    """``conv(channels, kernel, stride = 1, …)``: what must be given, then what has a default."""
    shown = [a.name if a.required else f"{a.name} = {spelt(a.default, a)}" for a in arguments]
    if not shown:
        return name
    text = f"{name}({', '.join(shown)})"
    return text if len(text) <= WIDTH else f"{name}(\n  " + ",\n  ".join(shown) + ",\n)"


def argument_table(arguments: Iterable[Argument]) -> Iterator[str]:
    rows = [(f"`{a.name}`", a.kind.expected, _default(a), prose(a.doc)) for a in arguments]
    if rows:
        yield from table(("argument", "takes", "default", "meaning"), rows)


def _default(argument: Argument) -> str:
    if argument.required:
        return "must be given"
    return "…" if argument.default is None else f"`{spelt(argument.default, argument)}`"


def entry_lines(name: str, cls: type) -> Iterator[str]:
    """Heading, call, docstring and arguments of one registered class."""
    arguments = signature(cls)
    yield from (f"### {name}", "", *code(call_text(name, arguments)), prose(cls.__doc__), "")
    yield from argument_table(arguments)


# Layers


def made(text: str) -> Op:
    """The layer that an example's text calls."""
    call = parse_call(Source("example", text))
    found = Diagnostics()
    op = bind(call.name, LAYERS.entries[call.name], call, Environment(), found)
    found.raise_errors()
    assert op is not None
    return op


def output_of(example: Example) -> str:
    return show(made(example.text).output_shape(*example.inputs))


def tensors_taken(cls: type[Op]) -> str:
    least, most = cls.inputs
    if most == 1:
        return ""
    count = f"at least {least}" if most is None else str(least) if least == most else f"{least} to {most}"
    return f"Joins {count} tracks: `{cls.call_name} {{ | … | … }}`."


def layer_lines(name: str, cls: type[Op]) -> Iterator[str]:
    yield from entry_lines(name, cls)
    if joins := tensors_taken(cls):
        yield from (joins, "")
    if cls.also_called:
        yield from ("Elsewhere called " + ", ".join(f"`{other}`" for other in cls.also_called) + ".", "")
    rows = [(f"`{e.text}`", ", ".join(map(show, e.inputs)), output_of(e)) for e in cls.examples]
    if rows:
        yield from table(("example", "input", "output"), rows)


def families() -> Iterator[tuple[str, dict[str, type[Op]]]]:
    """Titles and layers, in the order of ``FAMILIES``; a family not listed there comes last."""
    present = dict.fromkeys([*FAMILIES, *(cls.family for cls in LAYERS.entries.values())])
    for family in present:
        layers = {name: cls for name, cls in LAYERS.entries.items() if cls.family == family}
        if layers:
            yield FAMILIES.get(family, family.capitalize()), layers


# Pages


def reference() -> str:
    """The text of reference.md."""
    parts = [*_layer_parts(), *_block_parts(), *_registry_parts(), *_other_parts()]
    lines = ["# Reference", "", MADE, "", REFERENCE, "## Contents", "", *_contents(parts), ""]
    for title, about, entries in parts:
        lines += [f"## {title}", "", *about]
        lines += [line for entry in entries.values() for line in entry]
    return _text(lines)


def _layer_parts() -> Iterator[Part]:
    for title, layers in families():
        yield title, [], {name: [*layer_lines(name, cls)] for name, cls in layers.items()}


def _registry_parts() -> Iterator[Part]:
    for title, (registry, about) in REGISTRIES.items():
        entries = {name: [*entry_lines(name, cls), *_examples(cls)] for name, cls in registry.entries.items()}
        yield title, [about + _left_out(registry), ""], entries


def _examples(cls: Any) -> Iterator[str]:
    """Calls, and what other tools call it, where a class of a registry says so."""
    if examples := getattr(cls, "examples", ()):
        yield from ("For example " + ", ".join(f"`{example}`" for example in examples) + ".", "")
    if others := getattr(cls, "also_called", ()):
        yield from ("Elsewhere called " + ", ".join(f"`{other}`" for other in others) + ".", "")


def _block_parts() -> Iterator[Part]:
    """The blocks of the specs of blocks, each with the comment above it."""
    entries = {}
    for name in zoo_names():
        module = open_target(name)
        if not is_blocks_alone(module):
            continue
        for block in module.spec.blocks:
            head = print_head(block)
            text = head if len(head) <= WIDTH else "\n".join(wrapped(head, 0, WIDTH, 2))
            about = f"{_comment_above(block)} File `{name}`."
            entries[block.name] = [f"### {block.name}", "", *code(text), about, ""]
    about = (
        "Written in the language itself; `use blocks` brings them all. `cnnspec zoo --show FILE` prints the text of "
        "one file. Norms, initialisers and so on follow the `default(…)` of the network that calls them."
    )
    yield "Blocks that ship", [about, ""], entries


def _comment_above(block: tree.Block) -> str:
    """The lines of comment that end right above a block."""
    assert block.span is not None
    lines = block.span.source.text[: block.span.start].splitlines()
    above: list[str] = []
    while lines and lines[-1].startswith("#"):
        above.insert(0, lines.pop().lstrip("# "))
    return " ".join(above)


def _other_parts() -> Iterator[Part]:
    yield "The section train", [*_train_settings()], {}
    yield "Functions", [*_functions()], {}


def _contents(parts: Iterable[Part]) -> Iterator[str]:
    headings = [(title, list(entries)) for title, _, entries in parts]
    links = anchors(["Reference", "Contents", *(h for title, names in headings for h in (title, *names))])
    next(links), next(links)
    for title, names in headings:
        shown = [f"[{heading}]({next(links)})" for heading in (title, *names)]
        yield f"- {shown[0]}" + (": " + ", ".join(shown[1:]) if names else "")


def _left_out(registry: Registry[Any]) -> str:
    kind = next((k for k in SECTIONS.values() if k.registry is registry), None)
    return f" Where a spec leaves it out: `{', '.join(kind.default)}`." if kind and kind.default else ""


def _train_settings() -> Iterator[str]:
    arguments = signature(TrainSettings)
    """The lines of the arguments of ``train``."""
    yield from code(call_text("train", arguments).replace("train(", "train (", 1))
    yield from argument_table(arguments)


def _functions() -> Iterator[str]:
    yield "They can stand in any expression, take their arguments by place, and give a number or a list."
    yield ""
    rows = [(f"`{name}`", *_function(name, function)) for name, function in sorted(FUNCTIONS.items())]
    yield from table(("function", "gives", "takes", "example"), rows)


def _function(name: str, function: Function) -> tuple[str, str, str]:
    doc, example = function.doc, function.example
    least, most = function.takes
    count = f"{least}" if least == most else f"{least} or more" if most == MANY else f"{least} to {most}"
    value = evaluate(parse_expression(Source("example", example)), Environment())
    result = str(list(value)) if isinstance(value, tuple) else f"{value}"
    return doc, count, f"`{example}` is `{result}`"


def all_diagnostics() -> dict[str, type[Diagnostic]]:
    """Every diagnostic by code."""
    return dict(sorted(load_catalogue().items()))


def diagnostics() -> str:
    """The text of diagnostics.md."""
    lines = ["# Diagnostics", "", MADE, "", DIAGNOSTICS]
    for name, diagnostic in all_diagnostics().items():
        lines += _diagnostic(name, diagnostic)
    return _text(lines)


def _diagnostic(name: str, diagnostic: type[Diagnostic]) -> Iterator[str]:
    yield from (f"## {name}", "", f"`{diagnostic.severity}: {diagnostic.message}`", "")
    yield from (prose(diagnostic.__doc__), "")
    for title, example in (("Wrong:", diagnostic.bad), ("Right:", diagnostic.good)):
        if example:
            yield from (title, "", *code(example))


def _text(lines: Iterable[str]) -> str:
    return "\n".join(lines).rstrip() + "\n"


def pages() -> dict[Path, str]:
    """The files and the texts that they should have."""
    return {FOLDER / "reference.md": reference(), FOLDER / "diagnostics.md": diagnostics()}


def stale() -> list[Path]:
    """Files that do not hold what the registries say."""
    return [p for p, text in pages().items() if not p.is_file() or p.read_text(encoding="utf-8") != text]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 where a file is out of date"
    )
    if parser.parse_args().check:
        for path in (out_of_date := stale()):
            print(f"{path.name} is out of date: run python docs/make_reference.py", file=sys.stderr)
        return 1 if out_of_date else 0
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
