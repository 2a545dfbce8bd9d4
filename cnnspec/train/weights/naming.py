"""Names: sets of dotted ones as the few beginnings that stand for them, and those that were most likely meant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_NEAR = 0.6
_MEANT = 6
"""So many names are offered that are equally near."""
_BARE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")


def covering(names: Sequence[str], everything: Iterable[str]) -> tuple[str, ...]:
    """The shortest beginnings of ``names``, up to a dot, that nothing else of ``everything`` has."""
    wanted = set(names)
    others = {beginning for name in everything if name not in wanted for beginning in beginnings(name)}
    found = {next((b for b in beginnings(name) if b not in others), name): None for name in names}
    return tuple(found)


def beginnings(name: str) -> list[str]:
    """``a``, ``a.b`` and ``a.b.c`` of ``a.b.c``."""
    parts = name.split(".")
    return [".".join(parts[:n]) for n in range(1, len(parts) + 1)]


def quoted(name: str) -> str:
    """A name as a step of fine-tuning has it: in quotes where it is none of the spec's own."""
    return name if _BARE.fullmatch(name) else f'"{name}"'


def likely_names(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """The names of ``known`` that ``name`` was most likely meant to be: the nearest, and all that are as near."""
    from difflib import SequenceMatcher, get_close_matches

    folded = {_folded(each): each for each in sorted(known)}
    close = get_close_matches(_folded(name), folded, n=max(1, len(folded)), cutoff=_NEAR)
    matcher = SequenceMatcher(b=_folded(name))

    def nearness(candidate: str) -> float:
        matcher.set_seq1(candidate)
        return matcher.ratio()

    best = nearness(close[0]) if close else 0.0
    return tuple(sorted(folded[each] for each in close if nearness(each) == best))


def _folded(name: str) -> str:
    return name.lower().replace("_", "")


def meant(names: Iterable[str]) -> tuple[str, ...]:
    """The hint that one of ``names`` may have been meant; none where there are none."""
    listed = [f"'{name}'" for name in names]
    if not listed:
        return ()
    more = f" and {len(listed) - _MEANT} more" if len(listed) > _MEANT else ""
    shown = listed[:_MEANT]
    return (f"did you mean {', '.join(shown)}{more}?",) if more else (f"did you mean {_either(shown)}?",)


def _either(names: Sequence[str]) -> str:
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
