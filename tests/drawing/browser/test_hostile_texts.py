"""Names and lines of a spec that try to be markup or script: they are shown as text, and nothing of them runs."""

from __future__ import annotations

import pytest
from networks import Builder

from cnnspec.backends.drawing.page.facts import file_name
from cnnspec.backends.drawing.text import clean
from cnnspec.ir import Graph, GraphOutput, Node
from cnnspec.source import Source, Span

HOSTILE = [
    "</script><script>window.hurt = 1; alert(1)</script>",
    '<img src=x onerror="window.hurt = 1">',
    "<svg onload=window.hurt=1><b>bold</b>",
    "]]> <!-- <script> --> </style> </title>",
    "say \"hi\" & 'bye' &lt;i&gt; &#60;",
    "${window.hurt = 1} `${1}` \\u003cimg> \\",
    "before\u2028after\u2029end \ud800 \udfff \x00\x1b\x7f",
    "שלום \u202eevil עולם",
    "畳み込み層 слой größe",
    "x" * 200,
    "__proto__",
    "constructor",
]


def network(text: str) -> Graph:
    b = Builder(text, 1, 8, 8)
    with b.scope("part", text, "block"):
        b("conv", 2, 3, name=text.replace(".", "_")), b("relu")
    b("conv", 2, 3, name="last")
    graph = b.graph(GraphOutput(text, b.at))
    source = Source(f"folder/{text}", f"first\n  {text.splitlines()[0]}\n")
    span = Span(source, 6, len(source.text) - 1)
    nodes = tuple(Node(n.name, n.op, n.inputs, n.shape, n.parameters, span, n.origin) for n in graph.nodes)
    return Graph(graph.name, nodes, graph.outputs, graph.scopes)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_they_are_text_everywhere(show, text):
    graph = network(text)
    shown = show(graph)
    page = shown.page
    seen, layer = clean(text), clean(graph.nodes[1].name)
    assert page.text_content("#name") == seen
    assert page.title().split() == seen.split()
    assert seen in page.text_content("#canvas .bar")
    assert seen in page.text_content("#canvas .box.output")
    assert layer.removeprefix("part.") in page.text_content("#canvas .box.layer")
    assert page.text_content("#rows tr[data-node='1'] td") == layer.rpartition(".")[2]
    assert seen in page.text_content("#rows tr.block")
    page.locator("#canvas .box.layer").first.click()
    card = page.text_content("#card")
    assert layer in card
    assert f"{clean(file_name(f'folder/{text}'))}:2" in card
    assert f"  {clean(text.splitlines()[0])}" in page.text_content("#card pre")
    page.fill("#search", layer.removeprefix("part.")[:9])
    assert layer in page.text_content("#found")
    assert page.evaluate("window.hurt") is None
    assert page.locator("img, style + style, #canvas script, b, i").count() == 0
    assert page.locator("script").count() == 2


def test_the_policy_lets_nothing_else_run(show):
    shown = show(network("plain"))
    policy = shown.page.get_attribute("meta[http-equiv=Content-Security-Policy]", "content")
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy and "*" not in policy
    shown.page.evaluate("""() => {
      const script = document.createElement('script');
      script.textContent = 'window.hurt = 1';
      const image = document.createElement('img');
      image.src = 'https://example.org/x.png';
      image.setAttribute('onerror', 'window.hurt = 1');
      document.body.append(script, image);
    }""")
    shown.page.wait_for_timeout(100)
    assert shown.page.evaluate("window.hurt") is None
    refused = [problem for problem in shown.problems if "Content Security Policy" in problem]
    assert len(refused) >= 2
    shown.problems.clear()
    shown.requests[:] = [shown.address]
