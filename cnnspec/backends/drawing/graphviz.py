"""A picture as text of Graphviz's DOT language.

Boxes are layers (with the pointwise layers that follow them) or parts, circles join tracks, frames are blocks and labels,
ovals are the input and outputs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import graphviz

from .legend import legend_rows
from .model import Arrow, Box, Frame, Picture, frozen_fill
from .snake import columns, snake, turned
from .text import Ink, clean, escape, label_markup, markup, stack
from .themes import Theme, theme_of
from .view import Direction, View

_LEGEND_COLUMNS = 4
_HEADING_WRAP = 48
_LONGEST_ROW = 8
_TRUNK_WEIGHT = "500"
_HEAVIER = 1.6
_LARGE = 300
"""From so many boxes on Graphviz looks less long for the best places."""
_DENSE = 300
"""From so many arrows on, if they are twice the boxes, lines are straight and the search for places is short."""


def to_dot(drawn: Picture, view: View) -> str:
    """DOT text of a picture, in the style, direction and colours of ``view``."""
    return _Writer(drawn, view).text()


class _Writer:
    def __init__(self, drawn: Picture, view: View) -> None:
        self.drawn = drawn
        self.theme: Theme = theme_of(view.style, view.dark)
        self.rows = snake(drawn) if view.direction is None and self.theme.direction == "LR" else None
        self.direction = view.direction or self._fitting_direction()
        self.titles_inside = self.direction == "TB"
        self.ink = Ink(self.theme.wrap, self.theme.small, self.theme.faint)
        self.own_ink = Ink(self.theme.wrap, self.theme.small)
        self.frame_ink = Ink(self.theme.frame_wrap, self.theme.small, self.theme.faint, "LEFT")

    def text(self) -> str:
        dot = graphviz.Digraph(
            graphviz.escape(clean(self.drawn.title)),
            graph_attr=self._page(),
            node_attr=self._nodes(),
            edge_attr=self._edges(),
        )
        self._frame(dot, self.drawn.boxes, 0)
        self._arrows(dot)
        if self.titles_inside:
            for tail, head in self._title_order():
                dot.edge(tail, head, style="invis")
        return str(dot.source)

    def _fitting_direction(self) -> Direction:
        """The style's, but from top to bottom where a row would be too long."""
        long = self.rows or len(self.drawn.boxes) > _LONGEST_ROW
        return "TB" if long else self.theme.direction

    def _arrows(self, dot: Any) -> None:
        """Graphviz lays rows out from left to right, so what leads back is written the other way round."""
        rows = self.rows or []
        back = turned(rows)
        for row in rows:
            with dot.subgraph(graph_attr={"rank": "same"}) as same:
                for key in row:
                    same.node(key)
        for number, column in enumerate(columns(rows)):
            for upper, lower in pairwise(column):
                dot.edge(upper, lower, style="invis", weight=_TRUNK_WEIGHT)
            for key in column:
                dot.node(key, group=f"column{number}")
        for arrow in self.drawn.arrows:
            style = self._arrow_style(arrow)
            if (arrow.tail, arrow.head) in back:
                dot.edge(arrow.head, arrow.tail, dir="back", id=f"{arrow.tail}-{arrow.head}", **style)
            else:
                dot.edge(arrow.tail, arrow.head, **style)

    def _page(self) -> dict[str, str]:
        theme = self.theme
        page = {
            "fontname": theme.font, "fontsize": f"{theme.size:g}", "fontcolor": theme.ink, "labelloc": "t",
            "newrank": "true", "nodesep": f"{theme.size / 36:.2f}", "ranksep": f"{theme.size / 40:.2f}", "pad": "0.15",
            "bgcolor": theme.page, "rankdir": self.direction, "label": self._heading(),
        }  # fmt: skip
        if self.rows:
            page |= {"nodesep": "0.6", "ranksep": "0.5"}
        if len(self.drawn.boxes) > _LARGE:
            page |= {"nslimit": "1", "nslimit1": "1", "mclimit": "0.5"}
        if len(self.drawn.arrows) > max(_DENSE, 2 * len(self.drawn.boxes)):
            page |= {"nslimit": "0.3", "nslimit1": "0.3", "mclimit": "0.1", "splines": "line"}
        if theme.fit:
            page["size"] = ",".join(f"{side:g}" for side in theme.fit)
        return page

    def _nodes(self) -> dict[str, str]:
        theme = self.theme
        return {
            "shape": "box", "style": self._filled(), "fontname": theme.font, "fontsize": f"{theme.size:g}",
            "fontcolor": theme.ink, "color": theme.line, "penwidth": f"{theme.width:g}", "margin": "0.12,0.05",
            "height": "0.3", "width": "0.6",
        }  # fmt: skip

    def _edges(self) -> dict[str, str]:
        theme = self.theme
        return {
            "color": theme.line, "arrowsize": f"{0.5 + 0.1 * theme.width:g}", "penwidth": f"{theme.width:g}",
            "fontname": theme.font, "fontsize": f"{theme.small:g}", "fontcolor": theme.faint,
        }  # fmt: skip

    def _filled(self) -> str:
        return "filled,rounded" if self.theme.rounded else "filled"

    def _frame(self, dot: Any, boxes: Iterable[Box], level: int) -> None:
        """Boxes of one frame, those of frames inside it in subgraphs of their own."""
        inner: dict[str, list[Box]] = {}
        for box in boxes:
            if len(box.frames) == level:
                dot.node(box.key, label=self._label(box), **self._box_style(box))
            else:
                inner.setdefault(box.frames[level].path, []).append(box)
        for members in inner.values():
            frame = members[0].frames[level]
            title = "" if self.titles_inside else self._frame_label(frame)
            attributes = self._frame_style(frame, level) | {"label": title}
            with dot.subgraph(name=f"cluster_{frame_key(frame)}", graph_attr=attributes) as sub:
                if self.titles_inside:
                    sub.node(frame_key(frame), label=self._frame_label(frame), **self._frame_title())
                self._frame(sub, members, level + 1)

    def _frame_style(self, frame: Frame, level: int) -> dict[str, str]:
        theme = self.theme
        change = theme.changes[frame.state] if frame.state and frame.state != "same" else None
        return {
            "style": self._filled(), "color": change.line if change else theme.frame_line,
            "fontsize": f"{theme.small + 1:g}", "labeljust": "l", "margin": "8",
            "fillcolor": change.fill if change and frame.state in ("removed", "added") else theme.frames[level % 2],
            "penwidth": f"{theme.width:g}", "tooltip": graphviz.escape(clean(frame.path)),
        }  # fmt: skip

    def _frame_label(self, frame: Frame) -> str:
        sign = self.theme.changes[frame.state].sign if frame.state else ""
        return stack([markup(f"{sign} {frame.title}".strip(), self.frame_ink, bold=True)])

    def _frame_title(self) -> dict[str, str]:
        return {
            "shape": "plaintext", "style": "", "fontsize": f"{self.theme.small + 1:g}", "margin": "0.02,0",
            "height": "0.1", "width": "0.1",
        }  # fmt: skip

    def _title_order(self) -> list[tuple[str, str]]:
        """Invisible edges that put a frame's title above what is in it and below what leads to it.

        Drawn as a node, the title keeps a place of its own; as the frame's label it would lie under the
        arrows that enter at the top.
        """
        boxes = {box.key: box for box in self.drawn.boxes}
        pairs: dict[tuple[str, str], None] = {}
        for arrow in self.drawn.arrows:
            frames = entered(boxes[arrow.tail], boxes[arrow.head])
            if frames:
                path = [arrow.tail, *map(frame_key, frames), arrow.head]
                pairs.update(dict.fromkeys(pairwise(path)))
        return list(pairs)

    def _label(self, box: Box) -> str:
        extra = (box.warmth.text,) if box.warmth and not box.label.glyph else ()
        plain = not (box.warmth or box.frozen or box.state)
        label = label_markup(box.label, self.ink if plain else self.own_ink, extra)
        sign = self.theme.changes[box.state].sign if box.state and not box.label.glyph else ""
        return f"<<B>{sign}</B> {label[1:]}" if sign else label

    def _box_style(self, box: Box) -> dict[str, str]:
        theme = self.theme
        style = {"fillcolor": theme.fills[box.family]}
        if box.tooltip:
            style["tooltip"] = graphviz.escape("\n".join(map(clean, box.tooltip.split("\n"))))
        if box.kind == "part":
            style["penwidth"] = f"{_HEAVIER * theme.width:g}"
        if box.times > 1:
            style["peripheries"] = "2"
        style |= _shape(box)
        style |= self._meaning(box)
        line = "dotted" if box.state == "removed" else "dashed" if box.auxiliary else ""
        if line:
            style["style"] = f"{style.get('style', self._filled())},{line}"
        return style

    def _meaning(self, box: Box) -> dict[str, str]:
        """Colours by what a drawing is about, where it is not about families."""
        theme = self.theme
        if box.state:
            change = theme.changes[box.state]
            return {"fillcolor": change.fill, "color": change.line}
        if box.warmth:
            return {"fillcolor": theme.heat[box.warmth.step], "fontcolor": theme.heat_ink[box.warmth.step]}
        if box.frozen:
            fill = frozen_fill(theme, box.frozen)
            turned = {"gradientangle": "90"} if ":" in fill else {}
            text = {"fontcolor": theme.frozen[2]} if box.frozen == "frozen" else {}
            return {"fillcolor": fill, "color": theme.frozen[1]} | text | turned
        return {}

    def _arrow_style(self, arrow: Arrow) -> dict[str, str]:
        """Heavy edges are kept straight by the layout: the trunk; what skips over it bends beside it."""
        style = {"weight": _TRUNK_WEIGHT} if arrow.main else {}
        if arrow.auxiliary:
            style["style"] = "dashed"
        if arrow.text:
            style["label"] = stack([f" {markup(arrow.text, self.ink)} "])
        if arrow.state and arrow.state != "same":
            style["color"] = self.theme.changes[arrow.state].line
            style["penwidth"] = f"{_HEAVIER * self.theme.width:g}"
        if arrow.state == "removed":
            style["style"] = "dotted"
        return style

    def _heading(self) -> str:
        ink = replace(self.ink, wrap=_HEADING_WRAP)
        name = f'<FONT POINT-SIZE="{self.theme.heading:g}">{markup(self.drawn.title, ink, bold=True)}</FONT>'
        rows = [
            f'<TR><TD COLSPAN="{_LEGEND_COLUMNS}">{text}</TD></TR>'
            for text in (name, *(markup(fact, ink) for fact in self.drawn.facts))
        ]
        rows += self._legend()
        return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="3" CELLPADDING="1">{"".join(rows)}</TABLE>>'

    def _legend(self) -> Iterator[str]:
        """Rows of coloured cells: what the fills mean."""
        for title, entries in legend_rows(self.drawn, self.theme):
            if title:
                text = markup(title, self.ink, small=True)
                yield f'<TR><TD COLSPAN="{_LEGEND_COLUMNS}">{text}</TD></TR>'
            for start in range(0, len(entries), _LEGEND_COLUMNS):
                cells = entries[start : start + _LEGEND_COLUMNS]
                yield f"<TR>{''.join(map(self._legend_cell, cells))}</TR>"

    def _legend_cell(self, entry: Any) -> str:
        border = ' BORDER="1" STYLE="DASHED"' if entry.dashed else ""
        fill = f' BGCOLOR="{entry.fill}" GRADIENTANGLE="90"' if entry.fill else ""
        text = (
            f'<FONT POINT-SIZE="{self.theme.small:g}" COLOR="{entry.ink}">{escape(clean(entry.text))}</FONT>'
        )
        return f"<TD{border}{fill}>{text}</TD>"


def frame_key(frame: Frame) -> str:
    """A name that holds whatever a path may hold; no two paths of a graph share it."""
    return f"frame_{hashlib.sha256(frame.path.encode('utf-8', 'backslashreplace')).hexdigest()[:16]}"


def entered(tail: Box, head: Box) -> tuple[Frame, ...]:
    """The frames that an arrow from ``tail`` to ``head`` enters, outermost first."""
    shared = 0
    for one, other in zip(tail.frames, head.frames, strict=False):
        if one.path != other.path:
            break
        shared += 1
    return head.frames[shared:]


def _shape(box: Box) -> dict[str, str]:
    oval = {"shape": "oval", "style": "filled", "margin": "0.06,0.02"}
    if box.kind == "input":
        return oval
    if box.kind == "output":
        return oval | {"peripheries": "2"}
    if box.kind == "join" and box.label.glyph:
        return {
            "shape": "circle", "style": "filled", "margin": "0.01", "width": "0.26", "height": "0.26",
            "fixedsize": "true",
        }  # fmt: skip
    return {"shape": "oval", "style": "filled", "margin": "0.01"} if box.kind == "join" else {}
