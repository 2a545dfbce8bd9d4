"""What drawings show: golden outlines, and the same structure in each format that is text."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from outlines import expected, of_mermaid, of_svg, outline

from cnnspec.backends.drawing.blocks import block_graph, find_block
from cnnspec.backends.drawing.graphviz import to_dot
from cnnspec.backends.drawing.mermaid import to_mermaid
from cnnspec.backends.drawing.model import picture
from cnnspec.backends.drawing.renderers import find_renderer, render_dot
from cnnspec.backends.drawing.view import View
from cnnspec.elaborate import elaborate, open_target
from cnnspec.ir import Graph

FOLDER = Path(__file__).parent
EXAMPLES = FOLDER.parents[1] / "examples"
LEVELS = [
    (name, View(level=level))  # type: ignore[arg-type]
    for name in (
        "alexnet",
        "vgg16",
        "resnet50",
        "densenet121",
        "efficientnet_b0",
        "nasnet_a_mobile",
        "googlenet",
        "unet",
    )
    for level in ("model", "stage", "block")
]
OTHERS = [
    ("lenet5", View(level="layer")),
    ("googlenet", View(level="layer", direction="LR")),
    ("resnet18", View(level="layer", fold=True)),
    ("densenet121", View(level="layer", fold=True)),
    ("shufflenet_v2", View(level="layer", fold=True)),
    ("alexnet", View(level="layer", heat="params")),
    ("vgg16", View(level="stage", heat="macs")),
    ("resnet18", View(level="block", heat="memory")),
    ("vgg16", View(level="layer", heat="receptive-field")),
    ("resnet50", View(depth=1)),
    ("nasnet_a_mobile", View(level="stage", style="paper")),
    ("efficientnet_b0", View(level="block", style="slides", dark=True)),
]
CASES = [*LEVELS, *OTHERS]
needs_renderer = pytest.mark.skipif(find_renderer("svg") is None, reason="no Graphviz here")


@cache
def graph_of(name: str) -> Graph:
    file = EXAMPLES / f"{name}.cnn"
    return elaborate(open_target(str(file) if file.is_file() else name))


def identifier(case: tuple[str, View]) -> str:
    name, view = case
    said = [view.level or f"depth{view.depth}", view.style, view.direction or "", view.heat or ""]
    said += ["fold"] * view.fold + ["dark"] * view.dark
    return "-".join([name, *(word for word in said if word and word != "graph")])


@pytest.mark.parametrize("case", CASES, ids=identifier)
def test_outline(case: tuple[str, View], regenerate: bool) -> None:
    text = outline(picture(graph_of(case[0]), case[1]))
    golden = FOLDER / "goldens" / f"{identifier(case)}.txt"
    if regenerate:
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


@needs_renderer
@pytest.mark.parametrize("case", CASES, ids=identifier)
def test_svg_has_what_the_picture_has(case: tuple[str, View]) -> None:
    drawn = picture(graph_of(case[0]), case[1])
    assert of_svg(render_dot(to_dot(drawn, case[1]), "svg")) == expected(drawn)


@pytest.mark.parametrize("case", CASES, ids=identifier)
def test_mermaid_has_what_the_picture_has(case: tuple[str, View]) -> None:
    drawn = picture(graph_of(case[0]), case[1])
    assert of_mermaid(to_mermaid(drawn, case[1])) == expected(drawn)


@pytest.mark.parametrize("block", ["bottleneck", "stage2.bottleneck1", "stage1"])
def test_one_block_alone(block: str, regenerate: bool) -> None:
    graph = graph_of("resnet50")
    alone = block_graph(graph, find_block(graph, block).scope)
    text = outline(picture(alone, View(level="layer")))
    golden = FOLDER / "goldens" / f"block-{block}.txt"
    if regenerate:
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


def test_a_block_with_several_inputs() -> None:
    graph = graph_of("nasnet_a_mobile")
    found = find_block(graph, "normal_cell")
    assert (found.scope.path, len(found.others), found.kinds) == ("stage1.cell2", 11, 3)
    alone = block_graph(graph, found.scope)
    inputs = [box.label.head for box in picture(alone, View(level="stage")).boxes if box.kind == "input"]
    assert inputs == ["from stage1.cell1.concat1", "from stem2.concat1"]


@pytest.mark.parametrize("name", ["resnet18", "nasnet_a_mobile", "densenet121"])
def test_the_trunk_goes_through(name: str) -> None:
    """From the input to the output along heavy arrows alone."""
    drawn = picture(graph_of(name), View(level="stage"))
    main = {a.tail: a.head for a in drawn.arrows if a.main}
    place = drawn.boxes[0].key
    while place in main:
        place = main[place]
    assert place == "out0"


def test_a_title_that_is_a_sentence_is_broken_in_mermaid_too() -> None:
    drawn = picture(graph_of("lenet5"), View(level="layer"))
    assert of_mermaid(to_mermaid(replace(drawn, title='a "b"\n---\nflowchart'), View())) == expected(drawn)


def test_what_is_folded_still_counts() -> None:
    """Parameters, shares and widths are those of all blocks that a folded one stands for: the six layers of the first
    stage read 64, 96 … 224 maps, which makes 864 * 128 of 7,978,856 parameters."""
    graph = graph_of("densenet121")
    whole, folded = (picture(graph, View(level="layer", fold=fold, heat="params")) for fold in (False, True))
    assert folded.facts == whole.facts and len(folded.boxes) < len(whole.boxes) / 3
    layers = [box for box in folded.boxes if box.label.texts[0] == "conv 1x1, 128"]
    assert [box.warmth.text for box in layers if box.warmth] == ["1.4 %", "0.41 %", "5.9 %", "24 %", "19 %"]
    assert any(arrow.text == "256x56x56" for arrow in folded.arrows)
