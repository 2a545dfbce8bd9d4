"""Which arrows are the trunk of a network, and which lead beside it."""

from __future__ import annotations


class Trunk:
    """``sources`` holds, for each place, the places before it that arrows into it come from."""

    def __init__(self, sources: list[list[int]]) -> None:
        heads: list[list[int]] = [[] for _ in sources]
        for head, tails in enumerate(sources):
            for tail in tails:
                heads[tail].append(head)
        above = _longest(range(len(sources)), sources)
        below = _longest(range(len(sources) - 1, -1, -1), heads)
        self._from_tail = [_middle_deepest(numbers, below) for numbers in heads]
        self._into_head = [_middle_deepest(numbers, above) for numbers in sources]

    def main(self, tail: int, head: int) -> bool:
        """Whether an arrow lies on the longest path both into ``head`` and out of ``tail``."""
        return self._into_head[head] == tail and self._from_tail[tail] == head

    def goes_on(self, tail: int) -> bool:
        """Whether some arrow out of ``tail`` is on the trunk."""
        head = self._from_tail[tail]
        return head is not None and self._into_head[head] == tail


def _longest(order: range, before: list[list[int]]) -> dict[int, int]:
    """Length of the longest path to each place from those that have nothing ``before`` them."""
    length: dict[int, int] = {}
    for number in order:
        length[number] = 1 + max((length[n] for n in before[number]), default=0)
    return length


def _middle_deepest(numbers: list[int], depth: dict[int, int]) -> int | None:
    """The one with the longest path; of several, the middle one, so that equal tracks lie around it."""
    if not numbers:
        return None
    deepest = max(depth[n] for n in numbers)
    equal = [n for n in numbers if depth[n] == deepest]
    return equal[(len(equal) - 1) // 2]
