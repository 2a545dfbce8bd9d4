"""Lints: what a spec may say and most likely does not mean.

Those of sections are here, one class a file; importing this package registers them, and those that a graph or the text of
a spec alone shows.
"""

from ...analyses import lint as _graphs
from ...elaborate import lint as _specs
from . import (
    crop_against_size,
    late_schedule,
    long_patience,
    long_warmup,
    norm_of_one,
    spare_outputs,
    undone_step,
)
from .finding import lint
from .silences import check_silences

REGISTERED = (
    _graphs,
    _specs,
    crop_against_size,
    late_schedule,
    long_patience,
    long_warmup,
    norm_of_one,
    spare_outputs,
    undone_step,
)
"""Imported for the lints that they add."""

__all__ = ["check_silences", "lint"]
