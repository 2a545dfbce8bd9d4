"""Drawing DOT text: with whatever is installed here, with nothing, and with a `dot` on the PATH."""

from __future__ import annotations

import os
import struct
from pathlib import Path
from xml.etree import ElementTree

import pytest

from cnnspec.backends import dot
from cnnspec.backends.dot import RendererMissing, RenderFailed, describe_renderers, find_renderer, render_dot

AWKWARD = r"""
digraph "a \"net\" <of & one>" {
  subgraph cluster_block {
    label="block <1> & \"co\""; style="rounded,filled"; fillcolor="#eeeeff";
    conv [shape=plain, label=<<table>
      <tr><td><b>conv &lt;3x3&gt; &amp; "same"</b></td></tr>
      <tr><td>28 × 28 → é</td></tr>
    </table>>];
    named [label="a < b & \"c\" Ωμέγα Кириллица 卷积"];
  }
  conv -> named [label="64"];
}
"""

svg = pytest.mark.skipif(find_renderer("svg") is None, reason="nothing here draws SVG")
png = pytest.mark.skipif(find_renderer("png") is None, reason="nothing here draws PNG")
posix = pytest.mark.skipif(os.name == "nt", reason="the stand-in dot is a shell script")


@pytest.fixture
def nothing_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("importlib.metadata.files", lambda name: None)


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A `dot` on the PATH that tells which options it was given, in place of a drawing."""
    program = tmp_path / "dot"
    program.write_text(
        "#!/bin/sh\n"
        'case "$*" in\n'
        '  -V) echo "dot - graphviz version 9.8.7 (0)" >&2;;\n'
        '  "-T?") echo "Format: ? not recognized. Use one of: pdf png svg svgz" >&2; exit 1;;\n'
        '  *) echo "$*";;\n'
        "esac\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    return program


@svg
def test_every_label_reaches_the_svg_as_it_was_written() -> None:
    root = ElementTree.fromstring(render_dot(AWKWARD, "svg"))
    texts = {text.text for text in root.iter("{http://www.w3.org/2000/svg}text")}
    assert texts == {
        'block <1> & "co"',
        'conv <3x3> & "same"',
        "28 × 28 → é",
        'a < b & "c" Ωμέγα Кириллица 卷积',
        "64",
    }


@svg
@png
def test_a_png_has_twice_the_pixels_of_the_svgs_points() -> None:
    picture = render_dot("digraph { a -> b }", "png")
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    points = ElementTree.fromstring(render_dot("digraph { a -> b }", "svg")).attrib["width"]
    (pixels,) = struct.unpack(">I", picture[16:20])
    assert pixels == pytest.approx(2 * float(points.removesuffix("pt")), abs=4)


@svg
@pytest.mark.parametrize("wrong", ["digraph { a -> }", "digraph { a [label=<<b>x</i>>] }"])
def test_text_that_is_not_dot_is_reported_with_the_renderers_words(wrong: str) -> None:
    with pytest.raises(RenderFailed, match="line 1"):
        render_dot(wrong, "svg")


def test_a_format_nobody_offers_is_refused() -> None:
    with pytest.raises(ValueError, match="svg, png, pdf"):
        render_dot("digraph {}", "gif")


@pytest.mark.usefixtures("nothing_installed")
@pytest.mark.parametrize(
    ("format", "advice"), [("svg", "pip install graphviz-pure"), ("pdf", "install Graphviz")]
)
def test_without_a_renderer_the_message_says_what_to_install(format: str, advice: str) -> None:
    assert find_renderer(format) is None
    with pytest.raises(RendererMissing, match=advice):
        render_dot("digraph {}", format)


@pytest.mark.usefixtures("nothing_installed")
def test_without_a_renderer_the_description_says_what_to_install() -> None:
    (line,) = describe_renderers()
    assert "pip install graphviz-pure" in line


@posix
def test_a_dot_on_the_path_comes_first(stand_in: Path) -> None:
    found = find_renderer("svg")
    assert found == dot.Renderer("dot", "9.8.7", ("svg", "png", "pdf"), str(stand_in))
    assert describe_renderers()[0] == "dot 9.8.7: svg, png, pdf"


@posix
@pytest.mark.usefixtures("stand_in")
def test_only_a_png_is_given_a_resolution() -> None:
    assert render_dot("digraph {}", "pdf") == b"-Tpdf\n"
    assert render_dot("digraph {}", "png") == b"-Tpng -Gdpi=144\n"


@posix
def test_a_dot_that_does_not_start_is_passed_over(stand_in: Path) -> None:
    stand_in.write_text("#!/bin/sh\nexit 3\n")
    assert all(renderer.name != "dot" for renderer in dot._renderers())
