"""The steps of augmentation; importing this package registers them all, and imports no NumPy."""

from .base import AUGMENTATIONS, Augmentation
from .choice import Choose, Maybe
from .colour import Brightness, Contrast, Grayscale, Hue, Saturation
from .frame import CenterCrop, Padding, RandomCrop, RandomResizedCrop, Resize
from .jitter import ColorJitter
from .mixing import Cutmix, Mixup
from .normalize import Normalize
from .texture import Blur, Noise, RandomErasing
from .trivial import TrivialAugment
from .warp import Affine, Flip, Rotate, Shear, Translate

__all__ = [
    "AUGMENTATIONS",
    "Affine",
    "Augmentation",
    "Blur",
    "Brightness",
    "CenterCrop",
    "Choose",
    "ColorJitter",
    "Contrast",
    "Cutmix",
    "Flip",
    "Grayscale",
    "Hue",
    "Maybe",
    "Mixup",
    "Noise",
    "Normalize",
    "Padding",
    "RandomCrop",
    "RandomErasing",
    "RandomResizedCrop",
    "Resize",
    "Rotate",
    "Saturation",
    "Shear",
    "Translate",
    "TrivialAugment",
]
