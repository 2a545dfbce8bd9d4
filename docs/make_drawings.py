"""Writes docs/drawings.md and its pictures: ``python docs/make_drawings.py``.

Each picture is made by the command that stands above it. With ``--check`` nothing is written; the exit code is 1 where the
page is out of date (pictures are not looked at).
"""

from __future__ import annotations

import argparse
import contextlib
import io
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

from cnnspec.cli.main import main as cnnspec

FOLDER = Path(__file__).parent
PAGE = FOLDER / "drawings.md"
IMAGES = FOLDER / "images" / "drawings"

HEAD = """\
# Drawings

<!-- Made by docs/make_drawings.py: change it there. -->

`cnnspec draw SPEC -o FILE` draws a network; the suffix of FILE says how: `.svg`, `.png` and `.pdf` are pictures,
`.dot` is text for Graphviz, `.mmd` and `.md` are Mermaid, which README files on GitHub and GitLab show, and `.html`
is a page to look around in. Nothing has to be installed for any of them: a Graphviz `dot` is used where there is one,
otherwise what came with cnnspec. From Python it is `cnnspec.load("resnet50").draw(level =
"stage").save("resnet50.svg")`; a notebook shows a drawing by itself.

Boxes are layers, with the norm and activation that follow them, or whole parts; frames are blocks and labels. Double
lines and ×N are equal blocks in a row. Shapes stand on the arrows where they change. Colours are families of layers,
told apart by lightness first, so they hold in grey print and for colour-blind readers. Dashed is what exists in
training only, grey-blue what is frozen.
"""

SECTIONS: tuple[tuple[str, str, tuple[tuple[str, int], ...]], ...] = (
    (
        "How much detail",
        "`--level` is `model` (a glance; stages in a row are one box, with the range of their widths), "
        "`stage` (a box a part), `block` (a box a block) or `layer` (all of it). Left out, it is the most "
        "that can be read. `--depth N` counts levels of nesting instead. `--fold` draws equal blocks in a row "
        "once where their layers are shown.",
        (
            ("resnet50 --level model -o resnet50-model.svg", 280),
            ("resnet50 --level stage -o resnet50-stage.svg", 420),
            ("resnet50 --level block -o resnet50-block.svg", 700),
            ("resnet18 --level layer --fold -o resnet18-folded.svg", 700),
        ),
    ),
    (
        "One block",
        "`--block NAME` draws the first block of a name alone; a path such as `stage2.bottleneck1` names one "
        "of them, or any part.",
        (
            ("resnet50 --block bottleneck -o bottleneck.svg", 420),
            ("nasnet_a_large --block normal_cell --level block -o normal_cell.svg", 360),
        ),
    ),
    (
        "Feature maps as boxes",
        "`--style volumes`, after the figure of the AlexNet paper: height and depth of a box follow the map, "
        "kernels are drawn on the map that they read. Networks with branches have a box a part.",
        (
            ("alexnet_lecture --style volumes -o alexnet-volumes.svg", 260),
            ("resnet50 --style volumes --dark -o resnet50-volumes.svg", 260),
            ("lenet5 --style volumes --direction vertical -o lenet5-volumes.svg", 520),
        ),
    ),
    (
        "For a paper, for slides",
        "`--style paper` is black on white with serifs, small enough for one column of 3.4 inches: `--style "
        "paper -o figure.pdf` goes into LaTeX, fonts and all. `--style slides` has large letters, and rows "
        "that fill a slide where the network is a chain; `--dark` is light on dark. `--direction` is "
        "`horizontal` or `vertical`.",
        (
            ("densenet121 --level stage --style paper -o densenet121-paper.svg", 560),
            ("densenet121 --level stage --style slides -o densenet121-slides.svg", 340),
            ("resnet50 --level stage --style slides --dark -o resnet50-dark.svg", 300),
        ),
    ),
    (
        "Where parameters and work are",
        "`--heat` colours by `params`, `macs`, `memory` (of what training keeps of a layer) or `receptive-field`. The "
        "classes are shares of the network's total, or of the image's side, so that drawings can be compared.",
        (
            ("alexnet --heat params -o alexnet-params.svg", 560),
            ("alexnet --heat macs -o alexnet-macs.svg", 560),
        ),
    ),
    (
        "What differs between two networks",
        "`--diff` draws two networks as one: what was removed, added, changed, and what is the same on other "
        "sizes.",
        (
            ("resnet50 resnext50_32x4d --diff --level stage -o resnext-diff.svg", 420),
            ("vgg16 vgg16_bn --diff --block vgg_block -o vgg-diff.svg", 320),
        ),
    ),
)

MERMAID = "densenet121 --level stage -o densenet121.md"

TAIL = """\
## A page to look around in

```
cnnspec draw densenet264 -o densenet264.html
```

One file, which asks for nothing from any network: blocks open and close, a card tells of each layer its shapes,
tensors, multiply-adds, receptive field and the line of the spec; `/` searches; a row of the table shows its layer and
the other way round. It can be coloured as above and used by keyboard alone.

## How large

`--scale` makes a `.png` larger: 1 is 144 pixels an inch. Pictures that programs cannot open are refused, with the
scale that fits. Mermaid shows at most 500 arrows and 50,000 characters; larger networks need a coarser level. The
longest PDF is 200 inches: a longer drawing is made smaller.
"""


def page() -> str:
    """The text of drawings.md."""
    return "\n".join((HEAD, *_sections(), *_mermaid(), TAIL))


def _sections() -> Iterator[str]:
    for title, words, drawings in SECTIONS:
        yield from (f"## {title}", "", words, "")
        for command, height in drawings:
            image = f"images/drawings/{_file(command)}"
            yield from ("```", f"cnnspec draw {command}", "```", "")
            yield from (
                f'<a href="{image}"><img src="{image}" alt="{command.split()[0]}" height="{height}"></a>',
                "",
            )


def _mermaid() -> Iterator[str]:
    yield from ("## In a README", "", "```", f"cnnspec draw {MERMAID}", "```", "")
    yield from (_drawn(MERMAID).decode(), "")


def _file(command: str) -> str:
    return command.rpartition(" ")[2]


def _drawn(command: str) -> bytes:
    """The file that a command writes."""
    target = IMAGES / _file(command)
    IMAGES.mkdir(parents=True, exist_ok=True)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        code = cnnspec(["draw", *shlex.split(command)[:-1], str(target)])
    if code:
        raise SystemExit(f"cnnspec draw {command} ended with {code}")
    content = target.read_bytes()
    if target.suffix == ".md":
        target.unlink()
    return content


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
            print(f"{PAGE.name} is out of date: run python docs/make_drawings.py", file=sys.stderr)
        return 0 if current else 1
    for _, _, drawings in SECTIONS:
        for command, _ in drawings:
            _drawn(command)
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
