"""What may have been meant where a section of several calls is written without its braces."""

from __future__ import annotations

from ..source import Source
from .scan import KEYWORDS, Scan


def braces_hint(found: Scan, index: int, source: Source) -> tuple[str, ...]:
    """What to say of ``allow a b``, three names of one line that end at ``index``, where no section can end."""
    words = found.lexemes[max(index - 3, 0) : index]
    if len(words) < 3 or found.open_before(index):
        return ()
    if any(word.kind != "name" or word.text in KEYWORDS for word in words):
        return ()
    if "\n" in source.text[words[0].start : words[-1].end]:
        return ()
    section, *calls = (word.text for word in words)
    return (f"several calls of one section stand in braces: '{section} {{ {'  '.join(calls)} }}'",)
