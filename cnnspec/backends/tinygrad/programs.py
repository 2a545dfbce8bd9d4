"""Compiled kernels kept from one process to the next.

tinygrad keeps binaries on disk, by the source they were compiled from; how it came to the source, which takes longer,
it does anew each time. Its table of programs in memory is keyed by all that enters into them: here it is filled from
disk. The table is not a public name: where it is missing, nothing is kept, and all else works.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tinygrad import codegen
from tinygrad.engine import realize
from tinygrad.helpers import diskcache_get, diskcache_put

_TABLE = "cnnspec_programs_0.14"


class Programs(dict[Any, Any]):
    """tinygrad's table of programs, with the disk behind it.

    tinygrad asks of all that it is about to compile whether they are there, and puts each when it is done: ``watcher``
    is told how many are done and how many there are.
    """

    def __init__(self) -> None:
        super().__init__()
        self.watcher: Callable[[int, int], None] | None = None
        self._missing: set[Any] = set()
        self._done = 0

    def __missing__(self, key: Any) -> Any:
        kept = diskcache_get(_TABLE, _name(key))
        if kept is None:
            raise KeyError(key)
        super().__setitem__(key, kept)
        return kept

    def __contains__(self, key: object) -> bool:
        found = self.get(key) is not None
        if not found:
            self._missing.add(key)
        return found

    def get(self, key: Any, default: Any = None) -> Any:
        """As of a dictionary, the disk included."""
        try:
            return self[key]
        except KeyError:
            return default

    def __setitem__(self, key: Any, program: Any) -> None:
        super().__setitem__(key, program)
        diskcache_put(_TABLE, _name(key), program)
        if key in self._missing:
            self._done += 1
            if self.watcher:
                self.watcher(self._done, len(self._missing))
            if self._done == len(self._missing):
                self._missing, self._done = set(), 0


def _name(key: tuple[Any, ...]) -> str:
    """The key in a form that is the same in every process."""
    ast, renderer, *rest = key
    return hashlib.sha256(repr((ast, renderer.__qualname__, rest)).encode()).hexdigest()


def keep_programs() -> None:
    """Put the disk behind tinygrad's table; calling it again does no harm."""
    for module in (codegen, realize):
        table = getattr(module, "to_program_cache", None)
        if isinstance(table, dict) and not isinstance(table, Programs):
            module.to_program_cache = _programs


@contextmanager
def watched(watcher: Callable[[int, int], None]) -> Iterator[None]:
    """Tell of compiling: how many kernels are done, and how many there are, whenever one is."""
    before, _programs.watcher = _programs.watcher, watcher
    try:
        yield
    finally:
        _programs.watcher = before


_programs = Programs()
