"""Diagnostics of the commands ``fits`` and ``cost``."""

from __future__ import annotations

from ..source import Diagnostic


class UnlistedDevice(Diagnostic):
    """The table of devices has published figures only. An amount of memory can always be given instead of a name."""

    code = "unlisted-device"
    message = "there is no device '{name}' in the table"
    bad = "cnnspec cost resnet50 --device a10"
    good = "cnnspec cost resnet50 --device a100"
    name: str


class NotMemory(Diagnostic):
    """An amount of memory is a number and a unit, decimal (kB, MB, GB, TB) or binary (KiB, MiB, GiB, TiB); or the name of
    a device of the table, for its memory.
    """

    code = "not-memory"
    message = "'{given}' is no amount of memory: {problem}"
    bad = "cnnspec fits resnet50 --memory 8XB"
    good = "cnnspec fits resnet50 --memory 8GB"
    given: str
    problem: str


class NoPeak(Diagnostic):
    """The device has no published peak for this precision, or cannot compute in it."""

    code = "no-peak"
    message = "{device} has no figure for {precision}"
    bad = "cnnspec cost resnet50 --device t4 --precision bf16"
    good = "cnnspec cost resnet50 --device t4 --precision fp16"
    device: str
    precision: str


class OptionOfTraining(Diagnostic):
    """The option changes what training keeps, and nothing is trained with ``--inference``."""

    code = "option-of-training"
    message = "{option} is about training, and --inference asks for none"
    bad = "cnnspec fits resnet50 --inference --optimizer adam"
    good = "cnnspec fits resnet50 --optimizer adam"
    option: str
