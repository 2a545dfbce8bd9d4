"""What is wrong with a quantity that is asked for."""

from __future__ import annotations

from ...source import Diagnostic


class NoSuchPart(Diagnostic):
    """A quantity is asked for of a layer or part by its name, as the table of ``cnnspec summary`` has it; outputs can be
    named too."""

    code = "part-not-found"
    message = "'{model}' has no layer or part '{name}'"
    bad = "assert shape(feature) == 512 x 7 x 7"
    good = "assert shape(features) == 512 x 7 x 7"
    name: str
    model: str
