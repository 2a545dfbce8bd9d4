"""A picture as a Mermaid flowchart, which README files on GitHub and GitLab show."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from ..palette import VEIL, VEIL_LINE
from .graphviz import frame_key
from .model import Arrow, Box, Frame, Picture, frozen_fill
from .text import clean, lines
from .themes import Theme, theme_of
from .view import LEVELS, View

MOST_ARROWS, MOST_TEXT = 500, 50_000
"""Mermaid's ``maxEdges`` and ``maxTextSize`` (UTF-16 units), which no text can raise."""

_NAMED = {"&": "amp", "<": "lt", ">": "gt", '"': "quot"}
_SPECIAL = re.compile(
    r"""[&<>"\#\\`*~@]"""
    r"|(?<![^\W_])_|_(?![^\W_])"  # emphasis, but not inside a word
    r"|\](?=[(:])"  # links
    r"|:(?=//|fa-)|(?<=[wW]{3})\."  # addresses, icons
    r"|(?<=%)%|(?<=\$)\$"  # directives, formulas
    r"|d(?=irection\s+(?:TB|TD|BT|LR|RL))"  # taken for an order wherever it stands
)
_FIRST = re.compile(r"^(\d{1,9}(?=[.)](?:\s|$))|(?=[-+=:|]))(.)")
"""What begins a list, a heading or a table in Markdown."""
_STYLE = re.compile(r"(?:style|classDef)(?=.*:\S*#.*;)")
"""Mermaid takes the last semicolon from what reads like a line of styles."""
_OWN = re.compile("(?<=ﬂ)(?=°)|(?<=¶)(?=ß)")
"""Inside what Mermaid turns codes into; no code protects it."""
_INDENT = "  "
_WIDTH = 40
_FRAMES = f"""\
config:
  themeVariables:
    clusterBkg: "{VEIL}"
    clusterBorder: "{VEIL_LINE}"
"""
"""Readable on a light and on a dark page, whose theme colours titles and arrows."""


class TooLargeForMermaid(Exception):
    """Web pages would show an error instead of the flowchart; the message says the size, the limit and what to do."""


def to_mermaid(drawn: Picture, view: View) -> str:
    """Text of a flowchart. All that a person wrote is in quotes, with entity codes for what means something there.

    Only the title cannot hold ``<``, and shows ``‹``. Raises :class:`TooLargeForMermaid`.
    """
    theme = theme_of("graph" if view.style == "volumes" else view.style, view.dark)
    written = _heading(drawn)
    written += [f"flowchart {view.direction or theme.direction}"]
    written += [f"{_INDENT}%% {_escaped(fact)}" for fact in drawn.facts]
    written += _nodes(drawn.boxes, theme, 0)
    written += [_INDENT + _arrow(arrow) for arrow in drawn.arrows]
    written += _colours(drawn, theme)
    text = "\n".join(written) + "\n"
    _refuse_too_large(drawn, text, view)
    return text


def _refuse_too_large(drawn: Picture, text: str, view: View) -> None:
    arrows, size = len(drawn.arrows), len(text.encode("utf-16-le")) // 2
    if arrows <= MOST_ARROWS and size <= MOST_TEXT:
        return
    found = f"{arrows:,} arrows" if arrows > MOST_ARROWS else f"{size:,} characters"
    limit = f"{MOST_ARROWS if arrows > MOST_ARROWS else MOST_TEXT:,}"
    raise TooLargeForMermaid(
        f"the flowchart would have {found}, and Mermaid shows at most {limit}: "
        f"draw it {'at a coarser --level, or ' if view.level != LEVELS[0] else ''}as .svg or .html"
    )


def _heading(drawn: Picture) -> list[str]:
    """As YAML, nothing in which older versions take for a code or a directive, or Markdown for a fence."""
    text = f"{drawn.title} ({drawn.heat.title})" if drawn.heat else drawn.title
    quoted = json.dumps(_line(text).replace("<", "‹"), ensure_ascii=False)
    title = re.sub(r"#(?=\w)|(?<=%)%|`", lambda m: f"\\u{ord(m.group()):04x}", quoted)
    framed = any(box.frames for box in drawn.boxes)
    return ["---", f"title: {title}", *(_FRAMES.splitlines() if framed else ()), "---"]


def _nodes(boxes: Iterable[Box], theme: Theme, level: int) -> Iterator[str]:
    inner: dict[str, list[Box]] = {}
    indent = _INDENT * (level + 1)
    for box in boxes:
        if len(box.frames) == level:
            yield indent + _node(box, theme)
        else:
            inner.setdefault(box.frames[level].path, []).append(box)
    for members in inner.values():
        yield indent + _frame(members[0].frames[level], theme)
        yield from _nodes(members, theme, level + 1)
        yield f"{indent}end"


def _frame(frame: Frame, theme: Theme) -> str:
    sign = theme.changes[frame.state].sign if frame.state else ""
    return f'subgraph {frame_key(frame)} ["{_escaped(f"{sign} {frame.title}")}"]'


def _node(box: Box, theme: Theme) -> str:
    """A line of text in it is a line here: beside ``<br/>``, Mermaid undoes entity codes before it reads Markdown."""
    first, *others = box.label.texts
    if box.state and not box.label.glyph:
        first = f"{theme.changes[box.state].sign} {first}"
    if box.warmth and not box.label.glyph:
        others.append(box.warmth.text)
    text = "\n".join(_escaped(line) for text in (first, *others) for line in _broken(text))
    opening, closing = _brackets(box)
    return f'{box.key}{opening}"{text}"{closing}'


def _broken(text: str) -> list[str]:
    """Mermaid breaks lines at spaces, or nowhere: what has none for long is broken here."""
    return lines(text, _WIDTH) if any(len(word) > _WIDTH for word in text.split()) else [text]


def _brackets(box: Box) -> tuple[str, str]:
    if box.label.glyph:
        return "((", "))"
    if box.kind in ("input", "output", "join"):
        return "([", "])"
    return ("[[", "]]") if box.times > 1 else ("[", "]")


def _escaped(text: str) -> str:
    """Codes for what Mermaid, Markdown or HTML could take for more than text, and no more: people read this."""
    coded = _SPECIAL.sub(lambda m: _code(m.group()), _line(text))
    coded = _FIRST.sub(lambda m: m.group(1) + _code(m.group(2)), coded)
    return _STYLE.sub(lambda m: _code(m.group()[0]) + m.group()[1:], coded) or " "


def _line(text: str) -> str:
    return " ".join(_OWN.sub(" ", clean(text)).split())


def _code(character: str) -> str:
    return f"#{_NAMED.get(character, ord(character))};"


def _arrow(arrow: Arrow) -> str:
    line = (
        "-.->" if arrow.auxiliary or arrow.state == "removed" else "==>" if arrow.state == "added" else "-->"
    )
    text = f'|"{_escaped(arrow.text)}"|' if arrow.text else ""
    return f"{arrow.tail} {line}{text} {arrow.head}"


def _colours(drawn: Picture, theme: Theme) -> Iterator[str]:
    """A class for each look that boxes and changed frames have here, and who has it."""
    looks: dict[str, dict[str, None]] = {}
    for box in drawn.boxes:
        looks.setdefault(_look(box, theme), {})[box.key] = None
        for frame in box.frames:
            if frame.state and frame.state != "same":
                look = f"stroke:{theme.changes[frame.state].line}"
                looks.setdefault(look, {})[frame_key(frame)] = None
    for number, (look, keys) in enumerate(looks.items()):
        yield f"{_INDENT}classDef look{number} {look}"
        yield f"{_INDENT}class {','.join(keys)} look{number}"


def _look(box: Box, theme: Theme) -> str:
    fill, line, ink = theme.fills[box.family], theme.line, theme.ink
    if box.state:
        change = theme.changes[box.state]
        fill, line = change.fill, change.line
    elif box.warmth:
        fill, ink = theme.heat[box.warmth.step], theme.heat_ink[box.warmth.step]
    elif box.frozen:
        fill, line = frozen_fill(theme, box.frozen).partition(":")[0], theme.frozen[1]
    dashes = ",stroke-dasharray:5 3" if box.auxiliary else ""
    return f"fill:{fill},stroke:{line},color:{ink}{dashes}"
