"""How far the running statistics of norms come in a training."""

WORTH_A_WORD = 0.05
"""The share of old statistics that is worth a word."""


def left_of_statistics(momentum: float, steps: int) -> float:
    """The share of a norm's first running statistics that is left in them after so many steps."""
    return float((1 - momentum) ** steps)
