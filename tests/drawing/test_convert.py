"""SVG as PNG and PDF: nothing is lost, nothing outside is read, and what cannot be done is said."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from cnnspec.backends.drawing.convert import embedding, fonts, letters_without_font, svg_to_pdf, svg_to_png
from cnnspec.backends.drawing.failures import ConversionFailed, PictureTooLarge

HOSTILE = 'a < b & "c" ]]> <script> Ωμέγα Кириллица 卷 שלום ×≈−→ 😀'
SIZE = 'width="200" height="100"'
NAMESPACES = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'


def svg(inside: str, size: str = SIZE) -> str:
    return f"<svg {NAMESPACES} {size}>{inside}</svg>"


def text(words: str, attributes: str = "") -> str:
    escaped = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return svg(f'<text xml:space="preserve" x="10" y="50" {attributes}>{escaped}</text>')


def picture(drawing: str, scale: float = 1.0) -> Image.Image:
    return Image.open(io.BytesIO(svg_to_png(drawing, scale))).convert("RGBA")


def letters(pdf: bytes) -> set[str]:
    """What a reader of the PDF can select: the letters that its fonts say they stand for."""
    streams = re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL)
    # What a stream ends with may look like the line break behind it, so that one is left to the decompressor.
    texts = [zlib.decompressobj().decompress(s) for s in streams if s.startswith(b"x\x9c")]
    codes = [c for t in texts if b"beginbfchar" in t for c in re.findall(rb"<..> <([0-9A-F]{4,8})>", t)]
    return {bytes.fromhex(code.decode()).decode("utf-16-be") for code in codes}


@pytest.fixture
def bundled_fonts_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """A folder: fonts in it are those of the system."""
    caches = (fonts._system_files, fonts._like_helvetica, fonts._preferred, fonts.face_for)
    monkeypatch.setattr(fonts, "_folders", lambda: [tmp_path])
    for cache in caches:
        cache.cache_clear()
    yield tmp_path
    for cache in caches:
        cache.cache_clear()


@pytest.mark.parametrize(
    ("size", "pixels"),
    [
        (SIZE, (300, 150)),
        ('width="200px" height="100px" viewBox="0 0 20 10"', (300, 150)),
        ('width="200pt" height="100pt"', (400, 200)),
        ('viewBox="5 5 200 100"', (300, 150)),
        ('width="100%" viewBox="0 0 200 100"', (300, 150)),
        ('width="1in" height="1in"', (144, 144)),
    ],
)
def test_a_png_has_144_pixels_an_inch_times_the_scale(size: str, pixels: tuple[int, int]) -> None:
    assert picture(svg("", size)).size == pixels
    assert picture(svg("", size), 2).size == (2 * pixels[0], 2 * pixels[1])


@pytest.mark.parametrize("scale", [0, -1, float("nan"), float("inf")])
def test_a_scale_is_a_positive_number(scale: float) -> None:
    with pytest.raises(ValueError, match="a scale is a number above 0"):
        svg_to_png(svg(""), scale)


@pytest.mark.parametrize("scale", [120, 1000])
def test_too_many_pixels_are_refused_with_a_scale_that_fits(scale: float) -> None:
    with pytest.raises(PictureTooLarge) as caught:
        svg_to_png(svg(""), scale)
    fits = re.search(r"scale (\S+) fits", str(caught.value))
    assert fits and 30 < float(fits[1]) < scale
    with pytest.raises(PictureTooLarge, match=r"300,000,000 x 150 pixels"):
        svg_to_png(svg("", 'width="200000000" height="100"'))


def test_what_is_not_painted_can_be_seen_through() -> None:
    drawn = picture(svg('<rect width="100" height="100" fill="#ff000080"/>'.replace("80", "")))
    assert drawn.getpixel((10, 10)) == (255, 0, 0, 255) and drawn.getpixel((250, 10))[3] == 0


@pytest.mark.parametrize(
    "attributes", ["", 'font-family="Times" font-weight="bold"', 'font-family="monospace"']
)
def test_texts_stay_texts_in_a_pdf_whatever_their_letters(attributes: str) -> None:
    assert set(HOSTILE) <= letters(svg_to_pdf(text(HOSTILE, attributes)))


@pytest.mark.usefixtures("bundled_fonts_only")
def test_letters_without_a_font_are_told_are_boxes_and_stay_in_the_text() -> None:
    assert letters_without_font(text("a 卷積 b 卷")) == "卷積"
    assert letters_without_font(text("a ×≈−→ Ωж 😀")) == ""
    assert {"卷", "a"} <= letters(svg_to_pdf(text("a卷")))
    assert (
        picture(text("卷")).getbbox()
        == picture(text("\N{WHITE SQUARE}", 'font-family="DejaVu Sans"')).getbbox()
    )


def test_a_font_that_is_made_anew_does_not_tell_when(monkeypatch: pytest.MonkeyPatch) -> None:
    face = fonts.boxes()
    made = []
    for now in (0, 10_000):
        monkeypatch.setattr("fontTools.fontBuilder.timestampNow", lambda now=now: now)
        with TTFont(face.path, lazy=True) as font:
            made.append(embedding._font_file(font, {0x5377: font.getBestCmap()[ord(fonts.BOX)]}, "x").read())
    assert made[0] == made[1]


def test_fonts_of_the_system_that_are_broken_are_passed_over(bundled_fonts_only: Path) -> None:
    font_of_one_letter(bundled_fonts_only / "a.ttf", "卷", cubic=False)
    whole = (bundled_fonts_only / "a.ttf").read_bytes()
    for number, cut in enumerate(range(0, len(whole), 90)):
        (bundled_fonts_only / f"a{number}.ttf").write_bytes(whole[:cut])
    (bundled_fonts_only / "a.ttf").rename(bundled_fonts_only / "z.ttf")
    assert letters_without_font(text("卷")) == ""
    assert "卷" in letters(svg_to_pdf(text("卷")))


@pytest.mark.parametrize("cubic", [False, True])
def test_a_font_of_the_system_draws_what_others_lack(bundled_fonts_only: Path, cubic: bool) -> None:
    font_of_one_letter(bundled_fonts_only / "other.otf", "卷", cubic)
    drawing = text("卷", 'font-size="40"')
    assert letters_without_font(drawing) == ""
    assert picture(drawing).getpixel((20, 70)) == (0, 0, 0, 255)  # its letter is a full square
    assert "卷" in letters(svg_to_pdf(drawing))


def font_of_one_letter(path: Path, letter: str, cubic: bool) -> None:
    from fontTools.fontBuilder import FontBuilder
    from fontTools.pens.t2CharStringPen import T2CharStringPen
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    built = FontBuilder(1000, isTTF=not cubic)
    built.setupGlyphOrder([".notdef", "square"])
    built.setupCharacterMap({ord(letter): "square"})
    glyphs = {}
    for name, side in ((".notdef", 100), ("square", 900)):
        pen = T2CharStringPen(1000, None) if cubic else TTGlyphPen(None)
        pen.moveTo((0, 0))
        for corner in ((0, side), (side, side), (side, 0)):
            pen.lineTo(corner)
        pen.closePath()
        glyphs[name] = pen.getCharString() if cubic else pen.glyph()
    if cubic:
        built.setupCFF("Other", {"FullName": "Other"}, glyphs, {})
    else:
        built.setupGlyf(glyphs)
    built.setupHorizontalMetrics(dict.fromkeys(glyphs, (1000, 0)))
    built.setupHorizontalHeader(ascent=900, descent=-100)
    built.setupNameTable({"familyName": "Other", "styleName": "Regular", "psName": "Other"})
    built.setupOS2()
    built.setupPost()
    built.save(path)


@pytest.mark.usefixtures("bundled_fonts_only")
def test_sans_serif_texts_are_as_wide_as_helvetica_without_a_font_like_it() -> None:
    face = fonts.face_for("a", "sans", False, False)
    assert face is not None and face.narrowed == "Helvetica"
    assert face.width("convolution") * face.stretch("convolution") == pytest.approx(5.058, abs=0.002)


def test_the_fonts_of_a_pdf_are_in_it() -> None:
    pdf = svg_to_pdf(text(HOSTILE))
    assert pdf.count(b"/FontFile2") == pdf.count(b"/Subtype /TrueType") > 0 and b"/Type1" not in pdf


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs poppler")
def test_poppler_reads_the_texts(tmp_path: Path) -> None:
    (tmp_path / "drawing.pdf").write_bytes(svg_to_pdf(text(HOSTILE.replace(" שלום", ""), 'font-size="4"')))
    ran = subprocess.run(["pdftotext", "drawing.pdf", "-"], cwd=tmp_path, capture_output=True, check=True)
    assert ran.stdout.decode().strip() == HOSTILE.replace(" שלום", "") and not ran.stderr


def test_a_pdf_of_any_size_has_a_page_that_readers_open() -> None:
    (box,) = re.findall(
        rb"/MediaBox \[ 0 0 (\S+) (\S+) \]", svg_to_pdf(svg("", 'width="10pt" height="28800pt"'))
    )
    assert [float(side) for side in box] == [5, 14400]


@pytest.mark.parametrize(
    "drawing",
    [
        svg('<image xlink:href="http://127.0.0.1:9/a.png" width="9" height="9"/>'),
        svg('<image xlink:href="file:///etc/hostname" width="9" height="9"/>'),
        svg('<use xlink:href="http://127.0.0.1:9/a.svg#b"/>'),
        svg('<rect width="9" height="9" fill="url(http://127.0.0.1:9/a.svg#b)"/>'),
        svg('<rect width="9" height="9" style="fill: URL( \'//127.0.0.1/a#b\')"/>'),
        svg("<style>@import url(http://127.0.0.1:9/a.css);</style>"),
        svg("<script>1</script>"),
        svg("<foreignObject/>"),
        f'<!DOCTYPE svg [<!ENTITY e SYSTEM "file:///etc/hostname">]>{svg("<text>&e;</text>")}',
        f'<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>{svg("<text>&b;</text>")}',
        svg("<text>&e;</text>"),
    ],
)
@pytest.mark.parametrize("convert", [svg_to_png, svg_to_pdf, letters_without_font])
def test_what_points_outside_is_refused(convert: object, drawing: str) -> None:
    assert callable(convert)
    with pytest.raises(ConversionFailed):
        convert(drawing)


@pytest.mark.parametrize(
    "drawing",
    [
        "", "<svg", "<a/>", "<svg/>", "\ud800", svg("", ""), svg("", 'width="0" height="9"'),
        svg("", 'width="1e999" height="9"'), svg("", 'width="9em" height="9"'),
        svg('<rect width="9" height="9" filter="url(#f)"/>'), svg('<g transform="turn(3)"/>'),
        svg('<path d="M 1"/>'), svg('<path d="what"/>'), svg('<rect width="9" height="9" fill="url(#none)"/>'),
        svg('<rect width="9" height="9" fill="nocolour"/>'), svg('<text x="1 2 3">abc</text>'),
        svg('<text font-size="huge">a</text>'), svg('<text text-anchor="left">a</text>'), svg("<svg/>"),
        svg("<g>" * 3000 + "</g>" * 3000),
    ],
)  # fmt: skip
def test_what_is_not_known_is_refused_in_words(drawing: str) -> None:
    with pytest.raises(ConversionFailed):
        svg_to_pdf(drawing)


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=40))
def test_any_text_can_be_drawn(words: str) -> None:
    drawing = text(words)
    try:
        svg_to_pdf(drawing)
        svg_to_png(drawing, 0.5)
        letters_without_font(drawing)
    except ConversionFailed as error:  # U+FFFE and U+FFFF are no characters of XML
        assert {"\ufffe", "\uffff"} & set(words), error


SHAPES = """
<defs><linearGradient id="l" gradientUnits="userSpaceOnUse" x1="0" y1="10" x2="0" y2="90">
<stop offset="0" style="stop-color:#ff0000;stop-opacity:1.;"/><stop offset="1" stop-color="blue"/></linearGradient></defs>
<rect width="40" height="100" fill="url(#l)"/>
<g transform="translate(40 0) scale(2)" stroke="black" fill="none" stroke-dasharray="5,2">
<ellipse cx="10" cy="25" rx="8" ry="20" fill="lime"/><path d="M25,5C25,5 35,5 35,45 Z m 5 5 h 5 v 5" stroke-width="2"/></g>
<polygon points="130,10 190,10 160,90" fill="#0000ff" fill-opacity="0.5"/>
<polyline points="130,90 190,90" stroke="green" fill="none"/>
<text x="160" y="60" text-anchor="middle" font-size="14">mid<tspan font-weight="bold" fill="red">dle</tspan></text>
"""


@pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="needs poppler")
def test_a_pdf_looks_like_the_png(tmp_path: Path) -> None:
    drawing = svg('<rect width="200" height="100" fill="white"/>' + SHAPES)
    (tmp_path / "drawing.pdf").write_bytes(svg_to_pdf(drawing))
    subprocess.run(
        ["pdftoppm", "-r", "144", "-png", "-singlefile", "drawing.pdf", "page"], cwd=tmp_path, check=True
    )
    page, png = Image.open(tmp_path / "page.png").convert("RGB"), picture(drawing).convert("RGB")
    assert page.size == png.size
    differences = ImageChops.difference(page, png).convert("L").point(lambda value: 255 * (value > 60))
    assert sum(differences.histogram()[255:]) < 0.01 * page.width * page.height
