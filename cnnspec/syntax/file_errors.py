"""What can be wrong with a file, and with its YAML, before its leaves are read."""

from __future__ import annotations

from .errors import SyntaxDiagnostic


class FileMissing(SyntaxDiagnostic):
    """There is no file of this name."""

    code = "file-missing"
    message = "there is no file '{path}'"
    bad = "cnnspec check vgg61.cnn"
    good = "cnnspec check specs/vgg16.cnn"
    path: str


class FileUnreadable(SyntaxDiagnostic):
    """The file is there and cannot be read: a folder, or a file that the system keeps closed."""

    code = "file-unreadable"
    message = "cannot read '{path}': {reason}"
    bad = "cnnspec check specs"
    good = "cnnspec check specs/vgg16.cnn"
    path: str
    reason: str


class FileNotText(SyntaxDiagnostic):
    """A spec is text in UTF-8. This file holds bytes that are not."""

    code = "file-not-text"
    message = "'{path}' is not a text file: {reason}"
    bad = "cnnspec check photo.jpg"
    good = "cnnspec check net.cnn"
    path: str
    reason: str


class FileEmpty(SyntaxDiagnostic):
    """The file holds nothing, or nothing but comments."""

    code = "file-empty"
    message = "'{path}' {what}"
    bad = "# a file of nothing but this comment"
    good = "model m { input 3 x 8 x 8  relu }"
    path: str
    what: str


class FileTooLarge(SyntaxDiagnostic):
    """A spec is written by a person. Files over 10 MB are not read."""

    code = "file-too-large"
    message = "'{path}' is too large for a spec ({megabytes} MB; at most 10)"
    bad = "cnnspec check dataset.yaml    (200 MB)"
    good = "cnnspec check net.yaml"
    path: str
    megabytes: int


class DuplicateKey(SyntaxDiagnostic):
    """A key stands twice in one mapping of a YAML spec."""

    code = "duplicate-key"
    message = "the key '{key}' is written twice"
    bad = "net: [relu]\nnet: [tanh]"
    good = "net: [relu, tanh]"
    key: str


class MissingKey(SyntaxDiagnostic):
    """A YAML spec with a model has the keys ``model``, ``input`` and ``net``."""

    code = "missing-key"
    message = "the key '{key}' is missing"
    bad = "model: m\nnet: [relu]"
    good = "model: m\ninput: 3 x 8 x 8\nnet: [relu]"
    key: str


class YamlFeature(SyntaxDiagnostic):
    """A YAML spec is plain YAML: no anchors, aliases, tags, directives, block texts or several documents.

    What repeats is said with blocks and loops.
    """

    code = "yaml-feature"
    message = "{feature} cannot be used in a spec"
    bad = "net: &layers [relu]"
    good = "net: [relu]"
    feature: str


class YamlSyntax(SyntaxDiagnostic):
    """The file is not well-formed YAML at this place."""

    code = "yaml-syntax"
    message = "{problem}"
    bad = "net: [relu"
    good = "net: [relu]"
    problem: str


class YamlIndentation(SyntaxDiagnostic):
    """Nesting in YAML is said by spaces: items of one list begin in the same column."""

    code = "yaml-indentation"
    message = "{problem}"
    bad = "net:\n  - relu\n - tanh"
    good = "net:\n  - relu\n  - tanh"
    problem: str


class WrongKind(SyntaxDiagnostic):
    """A list, a mapping or a text stands where the spec wants another of these."""

    code = "wrong-kind"
    message = "{what} must be {wanted}, not {found}"
    bad = "net: {relu: 1}"
    good = "net: [relu]"
    what: str
    wanted: str
    found: str
