"""Levels of detail in the page: which are offered, what each shows, and which is marked."""

from __future__ import annotations

from cnnspec.backends.drawing.view import View
from cnnspec.elaborate import elaborate, open_target


def test_levels(shown, resnet):
    counts = []
    for level in ("model", "stage", "block", "layer"):
        shown.page.click(f"[data-level={level}]")
        assert shown.level().lower() == level
        counts.append(shown.page.locator("#canvas .box").count())
    assert counts == sorted(set(counts))
    assert counts[:2] == [5, 10]
    blocks = [s for s in resnet.scopes if any(n.name.startswith(f"{s.path}.") for n in resnet.nodes)]
    assert shown.page.locator("#canvas .bar").count() == len(blocks) + 4  # the rows of equal blocks
    assert shown.page.locator("#canvas .box.sign").count() == 16
    assert shown.page.locator("#rows tr[data-node]").count() == len(resnet.nodes) - 1


def test_the_level_that_is_seen_is_marked(shown):
    assert shown.level() == "Block"
    shown.bar("stage2").click()
    assert shown.level() == ""
    shown.box("stage2").click()
    assert shown.level() == "Block"
    shown.page.fill("#search", "stage3.bottleneck4 conv 3x3")
    shown.page.keyboard.press("Enter")
    assert shown.level() == ""
    shown.page.click("#turn")
    shown.page.click("[data-level=stage]")
    assert shown.level() == "Stage"


def test_the_overview_has_similar_stages_as_one_block_to_open(show, resnet):
    shown = show(resnet, view=View(level="model"))
    assert shown.level() == "Model"
    group = shown.box("stage1\N{HORIZONTAL ELLIPSIS}4")
    assert "\N{MULTIPLICATION SIGN}4" in group.inner_text() and "23.50 M parameters" in group.inner_text()
    assert shown.row("stage1\N{HORIZONTAL ELLIPSIS}4 \N{MULTIPLICATION SIGN}4").is_visible()
    group.click()
    assert [shown.box(f"stage{n}").is_visible() for n in (1, 2, 3, 4)] == [True] * 4
    assert shown.row("stage2").is_visible() and shown.level() == ""
    shown.bar("stage1\N{HORIZONTAL ELLIPSIS}4").click()
    assert shown.level() == "Model"
    shown.page.fill("#search", "stage3.bottleneck4 conv 3x3")
    shown.page.keyboard.press("Enter")
    assert shown.page.locator("#canvas .marked").is_visible()
    shown.page.click("[data-level=layer]")
    assert shown.level() == "Layer"
    assert shown.bar("stage1\N{HORIZONTAL ELLIPSIS}4").count() == 0
    assert shown.page.locator("#canvas > .item > .item", has_text="stage1").count() == 1


def test_levels_that_show_the_same_are_one(show):
    shown = show(elaborate(open_target("alexnet")))
    assert shown.page.locator("#levels button").all_inner_texts() == ["Model", "Layer"]
    assert shown.level() == "Layer"
    assert "stage, block, layer" in shown.page.get_attribute("[data-level=layer]", "title")
