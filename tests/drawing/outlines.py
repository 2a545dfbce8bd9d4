"""What is in a drawing, whatever it looks like: read from the picture, from SVG, from Mermaid."""

from __future__ import annotations

import html
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass

from cnnspec.backends.drawing.graphviz import frame_key
from cnnspec.backends.drawing.model import Arrow, Box, Frame, Picture
from cnnspec.backends.drawing.text import clean
from cnnspec.backends.palette import CHANGES

_SVG = "{http://www.w3.org/2000/svg}"


@dataclass(frozen=True)
class Structure:
    """Texts of nodes by key, arrows (tail, head, text) sorted, texts of frames by key."""

    nodes: dict[str, str]
    arrows: list[tuple[str, str, str]]
    frames: dict[str, str]


def squeezed(text: str) -> str:
    """Without spaces: lines are broken in each format's own way."""
    return "".join(clean(text).split())


def expected(drawn: Picture) -> Structure:
    frames = {
        frame_key(frame): squeezed(_sign(frame) + frame.title) for box in drawn.boxes for frame in box.frames
    }
    arrows = sorted((a.tail, a.head, squeezed(a.text)) for a in drawn.arrows)
    return Structure(
        {box.key: squeezed(_sign(box) + " ".join(_texts(box))) for box in drawn.boxes}, arrows, frames
    )


def _sign(drawn: Box | Frame) -> str:
    """What says without colour what became of it."""
    if drawn.state is None or (isinstance(drawn, Box) and drawn.label.glyph):
        return ""
    return CHANGES[drawn.state].sign


def _texts(box: Box) -> tuple[str, ...]:
    return (*box.label.texts, *((box.warmth.text,) if box.warmth and not box.label.glyph else ()))


def of_svg(svg: bytes) -> Structure:
    nodes: dict[str, str] = {}
    arrows, frames, clusters = [], {}, set()
    for group in ET.fromstring(svg).iter(f"{_SVG}g"):
        name = group.findtext(f"{_SVG}title") or ""
        text = squeezed("".join(e.text or "" for e in group.iter(f"{_SVG}text")))
        if group.get("class") == "node":
            (frames if name.startswith("frame_") else nodes)[name] = text
        elif group.get("class") == "edge":
            turned = re.fullmatch(r"(\w+)-(\w+)", group.get("id", ""))
            tail, head = turned.groups() if turned else name.split("->")
            arrows.append((tail, head, text))
        elif group.get("class") == "cluster":
            clusters.add(name.removeprefix("cluster_"))
            if text:
                frames[name.removeprefix("cluster_")] = text
    assert clusters == set(frames)
    return Structure(nodes, sorted(arrows), frames)


_NODE = re.compile(r'\s+(\w+)(?:\[\[|\(\(|\(\[|\[)"([^"]*)"(?:\]\]|\)\)|\]\)|\])')
_ARROW = re.compile(r'\s+(\w+) (?:-->|-\.->|==>)(?:\|"([^"]*)"\|)? (\w+)')
_FRAME = re.compile(r'\s+subgraph (\w+) \["([^"]*)"\]')
_OTHER = re.compile(
    r"---|title: \".*\"|config:|  themeVariables:|    cluster\w+: \"#\w+\"|"
    r"flowchart (TB|LR)|\s+%% .*|\s+end|\s+classDef [\w :#,.-]+|\s+class [\w, ]+|"
)


def of_mermaid(text: str) -> Structure:
    nodes, arrows, frames = {}, [], {}
    for line in _statements(text):
        if found := _FRAME.fullmatch(line):
            frames[found.group(1)] = _plain(found.group(2))
        elif found := _ARROW.fullmatch(line):
            arrows.append((found.group(1), found.group(3), _plain(found.group(2) or "")))
        elif found := _NODE.fullmatch(line):
            nodes[found.group(1)] = _plain(found.group(2))
        else:
            assert _OTHER.fullmatch(line), line
    return Structure(nodes, sorted(arrows), frames)


def _statements(text: str) -> Iterator[str]:
    """Lines of the flowchart; a label's lines belong to one of them."""
    statement = ""
    for line in text.split("\n"):
        statement = f"{statement}\n{line}" if statement else line
        if statement.startswith(("title:", "  %%")) or statement.count('"') % 2 == 0:
            yield statement
            statement = ""
    assert not statement


def _plain(coded: str) -> str:
    named = re.sub(r"#(amp|lt|gt|quot);", r"&\1;", coded)
    text = re.sub(r"#(\d+);", lambda m: chr(int(m.group(1))), named)
    return squeezed(html.unescape(text))


def outline(drawn: Picture) -> str:
    """The golden text of a picture: a line a frame, box and arrow."""
    lines = [f"title {drawn.title}", *(f"fact {fact}" for fact in drawn.facts)]
    inside: tuple[str, ...] = ()
    for box in drawn.boxes:
        frames = tuple(
            " | ".join(filter(None, (frame.path, frame.title, frame.state))) for frame in box.frames
        )
        if frames != inside:
            lines += [
                f"{'  ' * level}frame {text}"
                for level, text in enumerate(frames)
                if frames[: level + 1] != inside[: level + 1]
            ]
            inside = frames
        lines.append("  " * len(frames) + _line(box))
    lines += [_arrow_line(arrow) for arrow in drawn.arrows]
    return "\n".join(lines) + "\n"


def _line(box: Box) -> str:
    marks = [f"x{box.times}"] if box.times > 1 else []
    marks += ["training only"] if box.auxiliary else []
    marks += [m for m in (box.frozen, box.state) if m]
    warmth = [f"{box.warmth.step}: {box.warmth.text}"] if box.warmth else []
    return " | ".join([f"{box.kind} {box.key} {box.family}", *box.label.texts, *marks, *warmth])


def _arrow_line(arrow: Arrow) -> str:
    line = (
        f"{arrow.tail} -> {arrow.head}{' main' if arrow.main else ''}{f' {arrow.text}' if arrow.text else ''}"
    )
    return f"{line} | {arrow.state}" if arrow.state else line
