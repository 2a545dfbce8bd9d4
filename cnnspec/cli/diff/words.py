"""What became of a part, in words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

from ...analyses.changes import Part, Side, together
from ...backends.drawing.titles import CALL, ELLIPSIS, arguments, merged_labels, shortened
from ...elaborate import Module
from ...syntax import print_expression, tree
from ...train.wording import count, printable

ARROW, MINUS, TIMES = "\N{RIGHTWARDS ARROW}", "\N{MINUS SIGN}", "\N{MULTIPLICATION SIGN}"
SIGNS = {"same": "\N{MIDDLE DOT}", "resized": "~", "changed": "≠", "removed": MINUS, "added": "+"}
"""Of the states of parts: they can be told apart without colours."""
RESTS = {"same": "the same", "resized": "on other sizes"}
"""What is said where nothing else differs."""
MOVED = {"removed": "moved away", "added": "moved here"}
KEPT = "\N{NO-BREAK SPACE}"
_SHORT, _SHORTEST = 28, 16
_CHANGE = re.compile(rf"(?:[^ ,;:]+ ){{0,2}}\S+ {ARROW} [^ ,;]+")
_VALUES = re.compile(rf"\S+ {ARROW} \S+")
_TIGHT = re.compile(rf" (?={TIMES}|{ELLIPSIS}\))|(?<==) | (?==)|(?<=[+{MINUS}]) ")
"""Where no line ends: in a change that is not too long, or at least in its values; before how many there are; beside a
sign."""
_COUNTED = re.compile(r"(.*?)(\d+)")
_MOST = 4
_LONG = 48
"""Letters of a call that is told in a row; the rest of its arguments are in the JSON."""

Parameters = Mapping[str, Mapping[str, str | None]]
"""For each block by its name: its parameters, and the text of the default where that is a plain value."""


def block_parameters(module: Module) -> Parameters:
    """The parameters of all blocks that a spec and those that it uses define."""
    found: dict[str, dict[str, str | None]] = {}
    for each in module.all():
        for name, (_, definition) in each.names.items():
            found.setdefault(name, {p.name: _plain(p.default) for p in definition.parameters})
    return found


def _plain(default: tree.Expression | None) -> str | None:
    return print_expression(default) if isinstance(default, tree.Literal) else None


def became(before: str, after: str) -> str:
    """What was and what is, or the one text that is both."""
    return before if before == after else f"{before} {ARROW} {after}"


def renamed(pairs: Iterable[tuple[str, str]], everything: Iterable[str]) -> list[str]:
    """Names that became others, each pair once, and without the parts at the end that it shares where all names of
    ``everything`` that begin as it did became others."""
    from ...train.weights.naming import beginnings

    given = [pair for pair in pairs if pair[0] != pair[1]]
    firsts = {one for one, _ in given}
    kept_names = {b for name in everything if name not in firsts for b in beginnings(name)}
    found = (_without_end(one.split("."), other.split("."), kept_names) for one, other in given)
    return list(dict.fromkeys(printable(became(*each)) for each in found))


def _without_end(one: list[str], other: list[str], kept_names: Container[str]) -> tuple[str, str]:
    while min(len(one), len(other)) > 1 and one[-1] == other[-1] and ".".join(one[:-1]) not in kept_names:
        one, other = one[:-1], other[:-1]
    return ".".join(one), ".".join(other)


def kept(text: str) -> str:
    """With spaces that hold what belongs together in one line."""
    for change, most in ((_CHANGE, _SHORT), (_VALUES, _SHORTEST)):
        for short in {found for found in change.findall(text) if len(found) <= most}:
            text = text.replace(short, short.replace(" ", KEPT))
    return _TIGHT.sub(KEPT, text)


def few(texts: Sequence[str], most: int = 3) -> str:
    """The first of some texts, and how many more there are."""
    more = len(texts) - most
    return ", ".join(texts[:most]) + (f" and {more:,} more" if more > 0 else "")


def name_of(part: Part, inside: Part) -> str:
    """What a part is called in both networks, as seen from ``inside`` of the part around it; with how many it was folded."""
    sides = zip((part.first, part.second), (inside.first, inside.second), strict=True)
    names = [_short(side, around) for side, around in sides if side is not None]
    return became(names[0], names[-1]) + (f" {TIMES}{part.times}" if part.times > 1 else "")


def name_of_run(parts: Sequence[Part], inside: Part) -> str:
    """What neighbours in one row are called: ``residual1…2 ×2`` where they are numbered on, else the first and last."""
    name = name_of(together(parts), inside)
    if f" {ELLIPSIS} " not in name:
        return name
    return f"{name_of(parts[0], inside)} {ELLIPSIS} {name_of(parts[-1], inside)}"


def _short(side: Side, around: Side | None) -> str:
    beginnings = [f"{path}." for path in around.paths] if around else []
    shown = list(dict.fromkeys(_without(path, beginnings) for path in side.paths))
    return printable(_numbered(shown) or merged_labels(shown))


def _numbered(labels: Sequence[str]) -> str:
    """``conv2, 4…6`` where numbers are left out between the first and the last; "" for others, and where that is often."""
    matches = [_COUNTED.fullmatch(label) for label in labels]
    if len({match and match[1] for match in matches}) > 1 or not all(matches):
        return ""
    numbers = [int(match[2]) for match in matches if match]
    starts = [n for place, n in enumerate(numbers) if not place or n != numbers[place - 1] + 1]
    if not 1 < len(starts) <= _MOST:
        return "" if len(starts) == 1 else f"{labels[0]} {ELLIPSIS} {labels[-1]}"
    ends = [n for place, n in enumerate(numbers) if n + 1 not in numbers[place + 1 : place + 2]]
    spans = (str(a) if a == b else f"{a}{ELLIPSIS}{b}" for a, b in zip(starts, ends, strict=True))
    return f"{labels[0].rstrip('0123456789')}{', '.join(spans)}"


def _without(path: str, beginnings: Iterable[str]) -> str:
    return path.removeprefix(next((b for b in beginnings if path.startswith(b)), ""))


def what(part: Part, opened: bool, parameters: tuple[Parameters, Parameters]) -> str:
    """What differs. Of a scope that is ``opened`` only its call: its rows tell the rest."""
    if part.moved:
        return MOVED[part.state]
    if part.state in ("removed", "added"):
        return printable(shortened(part.some.title, _LONG) or count(part.some.layers, "layer"))
    if part.state in RESTS:
        return RESTS[part.state]
    if part.is_layer:
        return "; ".join(layer_changes(part))
    told = list(_calls(part, parameters))
    if not told and not opened:
        told = _most(_inside(part))
    return printable(", ".join(told))


def layer_changes(part: Part) -> list[str]:
    """What differs in a layer, sizes that follow from it left out."""
    told = [d for d in part.differences if d.kind != "size"]
    if part.some.title.startswith("input"):
        return ["another size"] if told else []
    return [printable(str(d)).replace(" x ", "x") for d in told]


def _calls(part: Part, parameters: tuple[Parameters, Parameters]) -> Iterator[str]:
    """How the calls of a block differ: by parameter, where both are of one block."""
    assert part.first is not None and part.second is not None
    one, other = part.first, part.second
    if one.block != other.block:
        yield became(_of_what(part, 0), _of_what(part, 1))
        return
    if one.block is None or one.title == other.title:
        return
    known = parameters[0].get(one.block, {}), parameters[1].get(one.block, {})
    before, after = given(one.title, known[0]), given(other.title, known[1])
    for name in dict.fromkeys((*before, *after)):
        old, new = before.get(name, known[0].get(name)), after.get(name, known[1].get(name))
        if old is None or new is None:
            yield f"{MINUS if new is None else '+'} {name} {old if new is None else new}"
        elif old != new:
            yield f"{name} {became(old, new)}"


def _of_what(part: Part, side: int) -> str:
    """The block that a part is of in one of the networks, or what it is made of there."""
    whole = (part.first, part.second)[side]
    assert whole is not None
    if whole.block is not None:
        return whole.block
    leaves = ((leaf.first, leaf.second)[side] for leaf in part.leaves())
    names = (_without(path, [f"{whole.paths[0]}."]) for each in leaves if each for path in each.paths)
    scopes = dict.fromkeys(name.partition(".")[0] for name in names if "." in name)
    kinds = Counter(name.rstrip("0123456789") for name in scopes)
    told = [f"{kind} {TIMES}{n}" if n > 1 else kind for kind, n in kinds.items()]
    return " ".join(_most(told)) or count(whole.layers, "layer")


def given(title: str, parameters: Mapping[str, str | None]) -> dict[str, str]:
    """The arguments of a call by the names of its parameters."""
    call = CALL.fullmatch(title)
    names = list(parameters)
    return {
        key or (names[place] if place < len(names) else str(place + 1)): value
        for place, (key, value) in enumerate(arguments(call.group(2)) if call else [])
    }


def _inside(part: Part) -> list[str]:
    """What differs in the parts of a scope, those that are told alike as one."""
    told: dict[str, list[Part]] = {}
    alone: Counter[tuple[str, str]] = Counter()
    for each in part.parts:
        if each.state == "changed" and each.is_layer:
            told.setdefault("; ".join(layer_changes(each)), []).append(each)
        elif each.state not in ("same", "resized"):
            kind = each.some.block or each.some.title.partition(" ")[0] or name_of(each, part)
            alone[SIGNS[each.state], kind] += each.times
    texts = [f"{names(parts, part)} {text}" for text, parts in told.items()]
    return [*texts, *(f"{sign} {kind}{f' {TIMES}{n}' if n > 1 else ''}" for (sign, kind), n in alone.items())]


def names(parts: Sequence[Part], inside: Part) -> str:
    """The names of some parts in one text."""
    return ", ".join(_most([name_of(each, inside) for each in parts]))


def _most(texts: Sequence[str]) -> list[str]:
    return list(texts) if len(texts) <= _MOST else [*texts[: _MOST - 1], f"{len(texts) - _MOST + 1} more"]
