"""Drawing DOT text: with whatever is installed here, with nothing, and with a `dot` on the PATH."""

from __future__ import annotations

import io
import os
import struct
from functools import partial
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image

from cnnspec.backends.drawing import renderers as dot
from cnnspec.backends.drawing.renderers import (
    FORMATS,
    PictureTooLarge,
    RendererMissing,
    RenderFailed,
    describe_renderers,
    find_renderer,
    render_dot,
)

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
posix = pytest.mark.skipif(os.name == "nt", reason="the stand-in dot is a shell script")


@pytest.fixture
def nothing_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("importlib.metadata.files", lambda name: None)


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A `dot` on the PATH: it draws the same PNG of 400 x 200 pixels each time, and writes down its options."""
    program = tmp_path / "dot"
    drawing = "<svg xmlns='http://www.w3.org/2000/svg' width='100pt' height='50pt'/>"
    png = io.BytesIO()
    Image.new("RGB", (400, 200)).save(png, "png")
    (tmp_path / "drawn.png").write_bytes(png.getvalue())
    program.write_text(
        "#!/bin/sh\n"
        'case "$*" in\n'
        '  -V) echo "dot - graphviz version 9.8.7 (0)" >&2;;\n'
        '  "-T?") echo "Format: ? not recognized. Use one of: pdf png svg svgz" >&2; exit 1;;\n'
        f'  -Tpng*) echo "$*" >> {tmp_path}/told; /bin/cat {tmp_path}/drawn.png;;\n'
        f'  -Tsvg*) echo "$*" >> {tmp_path}/told; echo "{drawing}";;\n'
        '  -Tpdf*) echo "%PDF-1.5 $*"; echo "/CreationDate (D:20261130021534Z) $SOURCE_DATE_EPOCH"; echo "%%EOF";;\n'
        "esac\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    dot._identify.cache_clear()
    return program


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """`graphviz-pure` is not there."""
    monkeypatch.setattr("importlib.metadata.files", lambda name: None)


def says(stand_in: Path, format: str, commands: str) -> None:
    """Let it do something else where ``format`` is asked for."""
    text = stand_in.read_text()
    stand_in.write_text(text.replace(f"  -T{format}*)", f"  -T{format}*) {commands};;\n  never)"))


def pixels(png: bytes) -> tuple[int, int]:
    wide, high = struct.unpack(">II", png[16:24])
    return wide, high


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
@pytest.mark.parametrize("scale", [1, 2, 0.5])
def test_a_png_has_twice_the_scale_in_pixels_of_the_svgs_points(scale: float) -> None:
    picture = render_dot("digraph { a -> b }", "png", scale)
    points = ElementTree.fromstring(render_dot("digraph { a -> b }", "svg")).attrib["width"]
    assert pixels(picture)[0] == pytest.approx(2 * scale * float(points.removesuffix("pt")), abs=4)


@svg
def test_a_png_tells_its_resolution() -> None:
    per_meter = 2 * 144 / 0.0254
    assert b"pHYs" + struct.pack(">II", round(per_meter), round(per_meter)) in render_dot(
        "digraph { a }", "png", 2
    )


@svg
def test_a_png_that_nothing_could_open_is_refused_with_a_scale_that_fits() -> None:
    wide = 'digraph { a [width=400, height=1, label="x"] }'
    with pytest.raises(PictureTooLarge, match=r"57,\d+ x \d+ pixels is too large .* scale 0\.56 fits"):
        render_dot(wide, "png")
    assert 20_000 < pixels(render_dot(wide, "png", 0.56))[0] < 32_768


@svg
def test_a_pdf_is_made(tmp_path: Path) -> None:
    assert render_dot(AWKWARD, "pdf").startswith(b"%PDF-")


@svg
@pytest.mark.parametrize("wrong", ["digraph { a -> }", "digraph { a [label=<<b>x</i>>] }"])
def test_text_that_is_not_dot_is_reported_with_the_renderers_words(wrong: str) -> None:
    with pytest.raises(RenderFailed, match="line 1"):
        render_dot(wrong, "svg")


def test_a_format_nobody_offers_is_refused() -> None:
    with pytest.raises(ValueError, match="svg, png, pdf"):
        render_dot("digraph {}", "gif")


@pytest.mark.usefixtures("nothing_installed")
@pytest.mark.parametrize("format", FORMATS)
def test_without_a_renderer_the_message_says_what_to_install_and_what_needs_none(format: str) -> None:
    assert find_renderer(format) is None
    with pytest.raises(
        RendererMissing, match=r"pip install graphviz-pure .* \.dot, \.mmd and \.html .* 'volumes'"
    ):
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
def test_a_dot_writes_every_format_itself_and_only_a_png_is_given_a_resolution(stand_in: Path) -> None:
    assert render_dot("digraph {}", "pdf").startswith(b"%PDF-1.5 -Tpdf\n")
    assert pixels(render_dot("digraph {}", "png", 2)) == (400, 200)
    assert (stand_in.parent / "told").read_text().splitlines() == ["-Tsvg", "-Tpng -Gdpi=288"]


@posix
@pytest.mark.usefixtures("alone")
def test_a_png_that_a_dot_made_smaller_is_noticed(stand_in: Path) -> None:
    with pytest.raises(RenderFailed, match=r"\(200, 100\) pixels was asked for, and one of \(400, 200\)"):
        render_dot("digraph {}", "png", 1)


@posix
@pytest.mark.usefixtures("alone")
def test_a_dot_that_is_killed_says_so(stand_in: Path) -> None:
    says(stand_in, "pdf", "kill -9 $$")
    with pytest.raises(RenderFailed, match="dot could not draw the graph: it was stopped by signal 9"):
        render_dot("digraph {}", "pdf")


@posix
def test_what_a_dot_cannot_write_is_made_of_its_svg(stand_in: Path) -> None:
    stand_in.write_text(stand_in.read_text().replace("pdf png svg svgz", "svg svgz"))
    dot._identify.cache_clear()
    assert describe_renderers()[0] == "dot 9.8.7: svg; png and pdf made of its svg"
    assert render_dot("digraph {}", "pdf").startswith(b"%PDF-")
    assert pixels(render_dot("digraph {}", "png")) == (200, 100)


@posix
def test_a_dot_that_does_not_start_is_passed_over(stand_in: Path) -> None:
    stand_in.write_text("#!/bin/sh\nexit 3\n")
    assert all(renderer.name != "dot" for renderer in dot._renderers())


GARBAGE = {
    "svg": [
        ("echo nonsense", "syntax error"),
        ("echo '<html/>'", "its root is <html>"),
        ("echo '<svg>'", "no element"),
    ],
    "pdf": [("echo '<svg/>'", r"it begins with b'<svg/>"), ("echo '%PDF-1.5 cut'", "its end is missing")],
    "png": [("echo nonsense", "no PNG")],
}


@posix
@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize(
    ("format", "commands", "said"), [(format, *case) for format, cases in GARBAGE.items() for case in cases]
)
def test_what_is_no_picture_is_noticed(stand_in: Path, format: str, commands: str, said: str) -> None:
    says(stand_in, format, commands)
    with pytest.raises(RenderFailed, match=said):
        render_dot("digraph {}", format)


@posix
@svg
@pytest.mark.parametrize("format", FORMATS)
def test_where_a_dot_fails_the_other_one_draws_and_that_is_said(
    stand_in: Path, caplog: pytest.LogCaptureFixture, format: str
) -> None:
    says(stand_in, format, "echo out of memory >&2; exit 1")
    assert dot._fault(render_dot("digraph { a }", format), format) == ""
    (record,) = caplog.records
    assert record.getMessage() == (
        "note: dot could not draw the graph: out of memory; graphviz-pure drew it instead"
    )


@posix
@svg
def test_where_both_fail_both_are_told(stand_in: Path, caplog: pytest.LogCaptureFixture) -> None:
    says(stand_in, "svg", "echo bad text >&2; exit 1")
    with pytest.raises(RenderFailed, match=r"^dot could .*: bad text; graphviz-pure could .*line 1"):
        render_dot("digraph { a -> }", "svg")
    assert not caplog.records


@posix
@svg
def test_after_a_dot_that_does_not_end_nothing_else_is_tried(
    stand_in: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert find_renderer("svg")
    says(stand_in, "svg", "exec /bin/sleep 60")
    monkeypatch.setattr(dot, "_run", partial(dot._run, most=0.5))
    with pytest.raises(RenderFailed, match="more than 10 minutes"):
        render_dot("digraph {}", "svg")


@posix
@pytest.mark.usefixtures("alone")
def test_bytes_that_are_no_text_are_told_as_numbers(stand_in: Path) -> None:
    says(stand_in, "svg", r"printf 'gr\366\337er' >&2; exit 1")
    with pytest.raises(RenderFailed, match=r"gr\\xf6\\xdfer"):
        render_dot("digraph {}", "svg")


@posix
@pytest.mark.parametrize(
    ("given", "told", "date"),
    [("", "946684800", "20000101000000"), ("86400", "86400", "19700102000000"), ("later", "later", "2000")],
)
@pytest.mark.usefixtures("stand_in")
def test_a_pdf_does_not_tell_when_it_was_made(
    monkeypatch: pytest.MonkeyPatch, given: str, told: str, date: str
) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    if given:
        monkeypatch.setenv("SOURCE_DATE_EPOCH", given)
    lines = render_dot("digraph {}", "pdf").decode().splitlines()
    assert lines[1].startswith(f"/CreationDate (D:{date}") and lines[1].endswith(f"Z) {told}")
