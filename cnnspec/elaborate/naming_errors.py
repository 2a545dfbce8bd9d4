"""What can be wrong with the names that other libraries give to parameters."""

from __future__ import annotations

from ..source import Diagnostic


class BadRule(Diagnostic):
    """A rule of the section ``names`` is not a pattern and a name: braces that do not match, or a name that is none."""

    code = "bad-rule"
    message = "{problem}"
    bad = 'names { torchvision("stage{s", "layer{s}") }'
    good = 'names { torchvision("stage{s}", "layer{s}") }'
    problem: str


class NoNames(Diagnostic):
    """The spec of the model does not say what this library calls its parameters."""

    code = "no-names"
    message = "'{model}' has no names of '{library}'"
    bad = "cnnspec names lenet5 --library torchvision"
    good = "cnnspec names resnet18 --library torchvision"
    model: str
    library: str


class UnnamedLayer(Diagnostic):
    """No rule of the section ``names`` is about a layer that has parameters."""

    code = "unnamed-layer"
    message = "no rule says what {library} calls '{layer}'"
    bad = 'names { torchvision("conv1", "features.0") }    (and there is a conv2)'
    good = 'names { torchvision("conv{n}", "features.{n - 1}") }'
    layer: str
    library: str


class SameName(Diagnostic):
    """The rules of the section ``names`` give two layers the same name."""

    code = "same-name"
    message = "{library} would call both '{first}' and '{second}' '{name}'"
    bad = 'names { torchvision("conv{n}", "features") }'
    good = 'names { torchvision("conv{n}", "features.{n}") }'
    name: str
    first: str
    second: str
    library: str
