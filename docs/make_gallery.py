"""Writes docs/gallery.md and its drawings from the specs that ship: ``python docs/make_gallery.py``.

With ``--check`` nothing is written; the exit code is 1 where the page is out of date (drawings are not looked at).
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cnnspec.analyses.comparison import Figures, figures
from cnnspec.backends.drawing.formats import FORMATS, subject
from cnnspec.backends.drawing.view import View
from cnnspec.elaborate import chosen_model, elaborate, is_blocks_alone, open_target, zoo_names
from cnnspec.ir import Graph, show

FOLDER = Path(__file__).parent
PAGE = FOLDER / "gallery.md"
IMAGES = FOLDER / "images" / "gallery"

STYLES = {
    "volumes": View(style="volumes"),
    "blocks": View(level="block"),
    "paper": View(level="stage", style="paper"),
    "slides": View(level="stage", style="slides"),
    "dark": View(level="stage", style="slides", dark=True),
    "heat": View(level="block", heat="macs"),
}
"""Further drawings of the first of each family."""

HEAD = """\
# Gallery

<!-- Made by docs/make_gallery.py from the specs that ship: change it there. -->

Every architecture that ships, with its drawing, its figures and its spec. A name is what commands take as SPEC:
`cnnspec summary resnet50`, `cnnspec draw resnet50 --level stage -o resnet50.svg`. Layers are those with weights, depth
is the most of them on one path, MACs are multiply-adds of convolutions and linear layers for one image. How the drawings are
made, and their styles: [drawings](drawings.md).
"""


@dataclass(frozen=True)
class Entry:
    """A spec that ships; ``family`` is the one that holds its model."""

    name: str
    family: str
    text: str
    graph: Graph
    figures: Figures


def entries() -> Iterator[Entry]:
    for name in zoo_names():
        module = open_target(name)
        if is_blocks_alone(module):
            continue
        owner = chosen_model(module).owner
        graph = elaborate(module)
        family = owner.path.stem if owner.path else name
        yield Entry(name, family, module.source.text, graph, figures(graph))


def heading(text: str) -> str:
    """The comment at the head of a spec, as a paragraph."""
    lines = []
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        lines.append(line.lstrip("#").strip())
    return "\n\n".join(" ".join(part.split()) for part in "\n".join(lines).split("\n\n"))


def _row(entry: Entry) -> str:
    f = entry.figures
    field = "all" if f.receptive_field is None else show(f.receptive_field)
    cells = (
        f"[{entry.name}](images/gallery/{entry.name}.svg)",
        show(f.input),
        f"{f.layers}",
        f"{f.depth}",
        f"{f.params:,}",
        f"{f.macs:,}",
        field,
    )
    return "| " + " | ".join(cells) + " |"


def page() -> str:
    """The text of gallery.md."""
    families: dict[str, list[Entry]] = {}
    for entry in entries():
        families.setdefault(entry.family, []).append(entry)
    lines = [HEAD]
    for family, members in families.items():
        lines += [*_family(family, members)]
    return "\n".join(lines).rstrip() + "\n"


def _family(family: str, members: list[Entry]) -> Iterator[str]:
    whole = next(entry for entry in members if entry.name == family)
    presets = [entry for entry in members if entry.name != family]
    shown = presets[0] if presets else whole
    yield from (f"## {family}", "", heading(whole.text), "")
    yield from ("| spec | input | layers | depth | parameters | MACs | receptive field |", "| --- " * 7 + "|")
    yield from map(_row, presets or members)
    images = f"images/gallery/{shown.name}"
    yield from ("", _image(f"{images}.svg", shown.name, 560), "")
    yield from (_image(f"{images}-volumes.svg", f"{shown.name}, its feature maps as boxes", 320), "")
    links = [f"[{style}]({images}-{style}.svg)" for style in STYLES if style != "volumes"]
    yield from (f"More of {shown.name}: {', '.join(links)}.", "")
    yield from _text(whole)
    for entry in presets:
        call = re.search(r"^use (\w+\(.*\))$", entry.text, re.MULTILINE)
        yield f"* `{entry.name}`: `use {call.group(1) if call else family}`"
    yield ""


def _text(entry: Entry) -> Iterator[str]:
    yield from ("<details>", f"<summary><code>specs/{entry.name}.cnn</code></summary>", "")
    yield from ("```", entry.text.rstrip(), "```", "", "</details>", "")


def _image(path: str, name: str, height: int) -> str:
    return f'<a href="{path}"><img src="{path}" alt="{name}" height="{height}"></a>'


def drawing(graph: Graph, view: View) -> bytes:
    """SVG of the network."""
    return FORMATS["svg"].write(subject(graph, view), 1.0)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 where the page is out of date"
    )
    text = page()
    if parser.parse_args().check:
        current = PAGE.is_file() and PAGE.read_text(encoding="utf-8") == text
        if not current:
            print(f"{PAGE.name} is out of date: run python docs/make_gallery.py", file=sys.stderr)
        return 0 if current else 1
    IMAGES.mkdir(parents=True, exist_ok=True)
    for old in IMAGES.glob("*.svg"):
        old.unlink()
    for entry in entries():
        for suffix, view in {
            "": View(level="stage"),
            **{f"-{style}": v for style, v in STYLES.items()},
        }.items():
            if f"{entry.name}{suffix}.svg" in text:
                (IMAGES / f"{entry.name}{suffix}.svg").write_bytes(drawing(entry.graph, view))
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
