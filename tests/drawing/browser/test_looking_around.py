"""The page of a network as a reader uses it: blocks, levels, cards, search, table, colours, keys."""

from __future__ import annotations

import re
from typing import Any

import pytest
from networks import Builder, several_outputs

from cnnspec.analyses.summary import summarize
from cnnspec.backends.drawing.view import View
from cnnspec.elaborate import elaborate, open_target
from cnnspec.ir import Graph, Node
from cnnspec.source import Source, Span


def test_it_begins_folded_and_a_block_opens(shown):
    assert shown.bar("stage1").get_attribute("aria-expanded") == "true"
    boxes = shown.page.locator("#canvas .box", has_text="bottleneck(128, 512)")
    row = shown.box("bottleneck(128, 512)")
    assert "\N{MULTIPLICATION SIGN}3" in row.inner_text()
    assert "512x28x28" in row.inner_text() and "840.2 k parameters" in row.inner_text()
    row.click()
    assert boxes.count() == 3
    shown.box("bottleneck(128, 512)").click()
    for text in ("conv 1x1, 128", "conv 3x3, 128", "conv 1x1, 512", "+", "relu"):
        assert shown.box(text).is_visible()
    shown.bar("bottleneck(128, 512) \N{MULTIPLICATION SIGN}3").click()
    assert boxes.count() == 1


def test_what_was_open_inside_is_open_again(shown):
    shown.box("bottleneck(64, 256)").click()
    shown.box("bottleneck(64, 256)").click()
    boxes = shown.page.locator("#canvas .box").count()
    shown.bar("stage1").click()
    assert shown.page.locator("#canvas .box").count() < boxes
    shown.box("stage1").click()
    assert shown.page.locator("#canvas .box").count() == boxes


def test_a_toggled_block_stays_where_it_is(shown):
    shown.page.locator("#pane").evaluate("pane => { pane.scrollTop = 500; }")
    before = shown.bar("stage3").bounding_box()
    shown.bar("stage3").click()
    after = shown.box("stage3").bounding_box()
    assert abs(before["y"] - after["y"]) < 2


_FILL = "el => getComputedStyle(el).backgroundColor"


@pytest.mark.parametrize("dark", [False, True])
def test_blocks_are_filled_by_the_family_of_most_of_their_work(show, dark):
    shown = show(elaborate(open_target("alexnet")), view=View(level="model", dark=dark))
    fills = [box.evaluate(_FILL) for box in (shown.box("conv"), shown.box("linear"))]
    assert fills == [
        shown.page.locator(f"#legend .family-{name}").evaluate(_FILL) for name in ("convolution", "linear")
    ]
    shown.page.click("[data-level=layer]")
    assert [box.evaluate(_FILL) for box in (shown.box("conv"), shown.box("linear"))] == fills


_CUT = "el => el.scrollHeight > el.clientHeight + 1"


def test_long_titles_take_lines_and_are_whole_in_the_card(show):
    b = Builder("long", 3, 8, 8)
    title = f"cell({', '.join(f'keyword{n} = {n}' for n in range(16))})"
    endless = f"endless({'x' * 800})"
    for label, text, block in (("one", title, "one"), ("two1", endless, "two"), ("two2", endless, "two")):
        with b.scope(label, text, block):
            b("conv", 4, 1), b("conv", 4, 1, groups=2)
    shown = show(b.graph(), view=View(level="stage"))
    assert not shown.box("cell(").locator(".head").evaluate(_CUT)
    assert shown.box("endless(").locator(".head").evaluate(_CUT)
    assert (
        shown.box("endless(").locator(".head").evaluate("el => getComputedStyle(el).webkitLineClamp") == "9"
    )
    assert "\N{MULTIPLICATION SIGN}2" in shown.box("endless(").locator(".line").first.inner_text()
    shown.box("endless(").hover()
    shown.card.wait_for(state="visible")
    assert endless in shown.card.inner_text()


def test_a_card_shows_many_lines_with_their_numbers_and_says_what_is_left_out(show):
    source = Source("net.cnn", "".join(f"line{n}\n" for n in range(1, 31)))
    b = Builder("net", 3, 8, 8)
    b("conv", 4, 3), b("maxpool", 2)
    graph = b.graph()
    spans = (None, Span(source, source.text.index("line3"), len(source.text) - 1), Span(source, 0, 10))
    nodes = tuple(
        Node(n.name, n.op, n.inputs, n.shape, n.parameters, span, n.origin)
        for n, span in zip(graph.nodes, spans, strict=True)
    )
    shown = show(Graph(graph.name, nodes, graph.outputs, graph.scopes))
    shown.box("conv").click()
    numbers = "els => els.map((el) => el.dataset.line)"
    assert shown.card.locator("pre [data-line]").evaluate_all(numbers) == [str(n) for n in range(3, 19)]
    assert "net.cnn:3\N{EN DASH}30" in shown.card.inner_text()
    assert "\N{HORIZONTAL ELLIPSIS} 12 more lines" in shown.card.inner_text()
    shown.page.keyboard.press("Escape")
    shown.box("maxpool").click()
    assert "net.cnn:1\N{EN DASH}2" in shown.card.inner_text() and "more" not in shown.card.inner_text()


def test_a_card_tells_figures_and_the_line_of_the_spec(shown, resnet):
    shown.page.click("[data-level=layer]")
    shown.box("conv 7x7").hover()
    shown.card.wait_for(state="visible")
    text = shown.card.inner_text()
    layer = next(layer for layer in summarize(resnet).layers if layer.name == "stem.conv1")
    assert "stem.conv1" in text and "conv(64, 7, stride = 2, padding = 3, bias = false)" in text
    assert f"{layer.params:,}" in text and f"{layer.macs:,}" in text
    assert "3x224x224 \N{RIGHTWARDS ARROW} 64x112x112" in text
    assert "7 px, stride 2 px" in text and "3.2 MB" in text
    assert "64x3x7x7" in text and "running_mean" in text
    line, _ = layer.span.first
    assert f"resnet.cnn:{line}" in text and layer.span.source.line(line).strip() in text
    assert layer.span.source.name not in text
    shown.page.keyboard.press("Escape")
    assert shown.card.is_hidden()


@pytest.mark.parametrize("size", [(400, 700), (700, 320), (1400, 900)])
def test_cards_stay_on_the_screen(show, resnet, size):
    shown = show(resnet, width=size[0], height=size[1])
    shown.page.click("[data-level=layer]")
    for box in shown.page.locator("#canvas .box.layer").all()[:12:3]:
        shown.page.keyboard.press("Escape")
        box.click()
        found = shown.card.bounding_box()
        assert found["x"] >= 0 and found["y"] >= 0
        assert found["x"] + found["width"] <= size[0] and found["y"] + found["height"] <= size[1]


def test_a_block_has_a_card_of_its_sums(shown):
    shown.box("bottleneck(128, 512, 2)").hover()
    shown.card.wait_for(state="visible")
    text = shown.card.inner_text()
    assert "379,392 (1.5 %)" in text and "256x56x56 \N{RIGHTWARDS ARROW} 512x28x28" in text


def test_search_reveals_what_is_hidden(shown):
    shown.page.keyboard.press("/")
    assert shown.page.evaluate("document.activeElement.id") == "search"
    shown.page.keyboard.type("stage3.bottleneck4 CONV 3x3")
    assert shown.page.inner_text("#count") == "1 found"
    assert shown.page.locator("#found li").count() == 1
    shown.page.keyboard.press("Enter")
    marked = shown.page.locator("#canvas .marked")
    assert "conv 3x3, 256" in marked.inner_text() and marked.is_visible()
    assert shown.page.locator("#rows .marked", has_text="conv2").is_visible()
    shown.page.fill("#search", "512x28x28")
    assert int(shown.page.inner_text("#count").split()[0]) > 10
    shown.page.keyboard.press("Enter")
    shown.page.keyboard.press("Enter")
    assert shown.page.inner_text("#count").startswith("2 of ")
    shown.page.keyboard.press("Shift+Enter")
    assert shown.page.inner_text("#count").startswith("1 of ")
    shown.page.fill("#search", "no such layer")
    assert shown.page.inner_text("#count") == "0 found" and shown.page.locator("#found").is_hidden()


def test_a_row_shows_its_layer_and_a_box_its_row(shown):
    shown.row("stage2").locator(".twist").click()
    assert shown.bar("stage2").count() == 0
    shown.row("stem").locator(".twist").click()
    shown.row("maxpool1").click()
    assert "maxpool" in shown.page.locator("#canvas .marked").inner_text()
    shown.box("head: linear").scroll_into_view_if_needed()
    shown.box("head: linear").click()
    assert "linear 1000" in shown.page.locator("#rows .marked").inner_text()
    shown.row("stem").hover()
    assert "hover" in shown.bar("stem").get_attribute("class")


def test_heat_and_its_legend(shown):
    shown.page.select_option("#colour", "params")
    assert "20 %" in shown.page.inner_text("#legend")
    assert shown.box("bottleneck(512, 2048, 2)").get_attribute("data-step") == "6"
    assert shown.box("stem").get_attribute("data-step") == "0"
    assert "24 %" in shown.box("bottleneck(512, 2048, 2)").inner_text()
    shown.page.select_option("#colour", "receptive-field")
    assert shown.box("bottleneck(512, 2048, 2)").get_attribute("data-step") == "6"
    assert shown.box("bottleneck(64, 256)").get_attribute("data-step") == "1"
    assert "field 19 px" in shown.box("bottleneck(64, 256)").inner_text()
    shown.page.select_option("#colour", "")
    assert shown.box("stem").get_attribute("data-step") is None
    assert "convolution" in shown.page.inner_text("#legend")


def test_keys_alone(shown):
    shown.box("stem").focus()
    shown.page.keyboard.press("Enter")
    assert shown.bar("stem").get_attribute("aria-expanded") == "true"
    assert shown.page.evaluate("document.activeElement.className").startswith("bar")
    shown.page.keyboard.press("ArrowDown")
    assert "conv 7x7" in shown.page.evaluate("document.activeElement.innerText")
    shown.card.wait_for(state="visible")
    shown.page.keyboard.press("ArrowUp")
    shown.page.keyboard.press("Space")
    assert shown.box("stem").is_visible()
    shown.page.locator("#rows tr").first.focus()
    for key in ("ArrowRight", "ArrowDown", "Enter"):
        shown.page.keyboard.press(key)
    assert "conv 7x7" in shown.page.locator("#canvas .marked").inner_text()


def test_the_head_tells_the_totals(shown, resnet):
    text = shown.page.inner_text("header")
    summary = summarize(resnet)
    for figure in (summary.params.total, summary.macs, summary.flops):
        assert f"{figure:,}" in text
    assert "resnet50" in text and "3x224x224" in text and "427 pixels" in text


@pytest.mark.parametrize(
    ("dark", "system", "first"),
    [(False, "dark", "dark"), (False, "light", "light"), (True, "light", "dark")],
)
def test_dark_and_light(show, resnet, dark, system, first):
    shown = show(resnet, view=View(dark=dark), color_scheme=system)
    theme = "document.documentElement.dataset.theme"
    assert shown.page.evaluate(theme) == first
    shown.page.click("#theme")
    assert shown.page.evaluate(theme) != first


def test_zoom_and_turn(shown):
    width = "document.getElementById('sizer').offsetWidth"
    before = shown.page.evaluate(width)
    shown.page.click("#larger")
    assert shown.page.evaluate(width) > before
    shown.page.click("#full")
    shown.page.click("#turn")
    assert shown.page.evaluate(width) > 2 * before
    shown.page.click("#fit")
    assert shown.page.evaluate("pane.scrollWidth <= pane.clientWidth")


def test_a_drawing_too_wide_for_the_page_begins_so_that_it_can_be_read(show, resnet):
    shown = show(resnet, View(level="layer", direction="LR"))
    assert shown.box("conv 7x7").bounding_box()["width"] > 80
    assert shown.box("input").bounding_box()["x"] < 100


def test_outputs_of_training_are_dashed(show):
    shown = show(several_outputs())
    outputs = shown.page.locator("#canvas .box.output")
    assert re.findall(r"class|box|side", " ".join(outputs.all_inner_texts())) == ["class", "box", "side"]
    assert "auxiliary" in shown.page.locator(".box.output", has_text="side").get_attribute("class")
    assert shown.page.locator(".wire.auxiliary").count() > 0
    assert "training only" in shown.page.inner_text("#legend")


def test_printing_hides_the_controls(shown: Any):
    shown.page.emulate_media(media="print")
    assert shown.page.locator("#tools").is_hidden()
    assert shown.page.locator("#pane").is_visible()


def test_it_begins_as_it_was_asked_for(show, resnet):
    shown = show(resnet, view=View(level="stage", heat="params", direction="LR"))
    assert shown.page.locator("#colour").input_value() == "params"
    assert shown.page.locator("#turn").get_attribute("aria-pressed") == "true"
    assert shown.box("stage4").get_attribute("data-step") == "6"
    first, last = shown.box("stem").bounding_box(), shown.box("stage4").bounding_box()
    assert last["x"] > first["x"] + first["width"]
