"""What is wrong with what is asserted of a network."""

from __future__ import annotations

from ..source import Diagnostic


class AssertionFailed(Diagnostic):
    """The network is not what the spec says of it. The figure is that of the model as it stands in the file, or as ``--set``
    makes it."""

    code = "assertion-failed"
    message = "{claim}, but it is {found}"
    bad = "assert params <= 5M  # of a model with 25,557,032"
    good = "assert params <= 30M"
    claim: str
    found: str


class UnknownUnit(Diagnostic):
    """A number in an assertion may have a unit: of counts k, M, G, B (also 10^9) and T, of bytes B, kB, MB, GB, TB and KiB,
    MiB, GiB, TiB. It stands right after the number."""

    code = "unknown-unit"
    message = "'{unit}' is no unit of {quantity}; expected {expected}"
    bad = "assert memory(batch = 32) <= 8Gb"
    good = "assert memory(batch = 32) <= 8GB"
    unit: str
    quantity: str
    expected: str


class UnitMissing(Diagnostic):
    """Bytes are written with their unit, so that nobody takes megabytes for bytes."""

    code = "unit-missing"
    message = "{quantity} is compared with a number of bytes; expected {expected}"
    bad = "assert memory(batch = 32) <= 8"
    good = "assert memory(batch = 32) <= 8GB"
    quantity: str
    expected: str


class OtherSizes(Diagnostic):
    """A shape is compared by ``==`` or ``!=`` with three sizes (channels x height x width), or with the one of a vector; all
    else with one number."""

    code = "other-sizes"
    message = "{quantity} is compared with {expected}, not {found}"
    bad = "assert params == 3 x 4 x 5"
    good = "assert shape(features) == 512 x 7 x 7"
    quantity: str
    expected: str
    found: str


class BadVariation(Diagnostic):
    """What varies is a parameter of the model, or another that ``--set`` takes, over numbers: a range, a range with a step,
    or a list. A range of decimal numbers has a step."""

    code = "bad-variation"
    message = "{problem}; expected NAME=FROM..TO, NAME=FROM..TO:STEP or NAME=[A, B]"
    bad = 'cnnspec solve net.cnn --vary "width=16-256" --maximise width --subject-to "params <= 1M"'
    good = 'cnnspec solve net.cnn --vary "width=16..256" --maximise width --subject-to "params <= 1M"'
    problem: str


class NothingVaries(Diagnostic):
    """A parameter is varied once, and one or two of them in all: the result is a number, or a frontier."""

    code = "nothing-varies"
    message = "{problem}"
    bad = 'cnnspec solve net.cnn --vary "a=1..2" --vary "b=1..2" --vary "c=1..2" --maximise macs'
    good = 'cnnspec solve net.cnn --vary "a=1..2" --vary "b=1..2" --maximise macs'
    problem: str


class NoSolution(Diagnostic):
    """No setting that was looked at satisfies all constraints. The hint tells of the one that comes nearest, and what each
    constraint wants of it."""

    code = "no-solution"
    message = "no setting {which}of {varied} satisfies {claims}"
    bad = 'cnnspec solve resnet18 --vary "classes=2..10" --maximise classes --subject-to "params <= 1M"'
    good = 'cnnspec solve resnet18 --vary "classes=2..10" --maximise classes --subject-to "params <= 12M"'
    varied: str
    claims: str
    which: str = ""


class NoNetworks(Diagnostic):
    """None of the settings that were tried gives a network that can be measured. The notes say what is wrong with the
    first."""

    code = "no-networks"
    message = "no setting {which}of {varied} gives a network that can be measured"
    bad = 'cnnspec solve vgg16 --vary "size=1..16" --maximise size'
    good = 'cnnspec solve vgg16 --vary "size=1..512:32" --maximise size'
    varied: str
    which: str = ""


class NotOneNumber(Diagnostic):
    """What is sought is a parameter that varies, or a quantity that is a number. A shape has three sizes, none of which is
    the shape's; of a receptive field or resolution the smaller side is taken."""

    code = "not-one-number"
    message = "{quantity} is no one number, to be {wanted}; expected a parameter that varies, or a number such as macs"
    bad = "cnnspec solve net.cnn --vary width=16..256 --maximise shape"
    good = "cnnspec solve net.cnn --vary width=16..256 --maximise macs"
    quantity: str
    wanted: str
