"""How images of another size or colour than the network's input are brought to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...ir import Choice, OpError, Shape, arg, show
from .image_errors import ImageChannels, ImageSize, InputNotImage
from .places import require

if TYPE_CHECKING:
    import numpy as np
    from PIL.Image import Image

FIT = Choice("exact", "resize", "crop", "pad")
MODE = Choice("as_is", "gray", "rgb")
_KINDS = {1: "gray", 2: "gray and transparency", 3: "RGB", 4: "RGB and transparency"}


def fit_argument() -> Any:
    """The field ``fit`` that every data source has."""
    return arg(
        FIT,
        "images of another size than the network's input: refused (exact), scaled to it (resize), scaled "
        "and centre-cropped (crop), or centred in zeros (pad; larger ones are first shrunk to fit)",
        "exact",
    )


def mode_argument() -> Any:
    """The field ``mode`` that every data source has."""
    return arg(MODE, "colour: kept as stored (as_is), or converted to 1 (gray) or 3 channels (rgb)", "as_is")


@dataclass(frozen=True, slots=True)
class Fitting:
    """Brings images to ``shape`` (C, H, W), the network's input."""

    shape: Shape
    fit: str = "exact"
    mode: str = "as_is"

    def __post_init__(self) -> None:
        if len(self.shape) != 3:
            hint = "begin the network with 'input C x H x W  flatten'"
            raise OpError(InputNotImage(found=show(self.shape), hints=(hint,)))

    def channels(self, stored: int) -> int:
        """Channels after conversion, of an image that is stored with ``stored``."""
        return {"as_is": stored, "gray": 1, "rgb": 3}[self.mode]

    def check_channels(self, stored: int, where: str, plural: bool = False) -> None:
        """Raise ``OpError`` where images of ``stored`` channels don't come to the input's."""
        if self.mode != "as_is" and stored > 4:
            raise self._wrong_channels(stored, where, plural)
        if self.channels(stored) != self.shape[0]:
            raise self._wrong_channels(self.channels(stored), where, plural)

    def _wrong_channels(self, found: int, where: str, plural: bool) -> OpError:
        mode = {1: "gray", 3: "rgb"}.get(self.shape[0])
        hints = [f"mode = {mode} converts them"] if mode and mode != self.mode and found <= 4 else []
        hints.append(f"or begin the network with 'input {show((found, *self.shape[1:]))}'")
        return OpError(
            ImageChannels(
                where=where,
                has_have="have" if plural else "has",
                found=_count(found),
                kind=_KINDS.get(found, "no colour image"),
                expected=str(self.shape[0]),
                hints=tuple(hints),
            ),
            "mode",
        )

    def check_size(self, size: Shape, where: str, plural: bool = False) -> None:
        """Raise ``OpError`` where ``fit`` is exact and ``size`` (height, width) isn't the input's."""
        if self.fit == "exact" and size != self.shape[1:]:
            raise OpError(
                ImageSize(
                    where=where,
                    is_are="are" if plural else "is",
                    found=show(size),
                    expected=show(self.shape),
                    hints=(
                        "fit = resize scales images to the input; so do crop and pad, without distortion",
                        f"or begin the network with 'input {show((self.shape[0], *size))}'",
                    ),
                ),
                "fit",
            )

    def check(self, stored: Shape, where: str, plural: bool = False) -> None:
        """Both checks, of images stored as ``stored`` (C, H, W)."""
        self.check_channels(stored[0], where, plural)
        self.check_size(stored[1:], where, plural)

    def known_shape(self, stored: Shape) -> Shape | None:
        """The shape of images stored as ``stored``, where it does not depend on the network."""
        return (self.channels(stored[0]), *stored[1:]) if self.fit == "exact" else None

    def batch(self, images: np.ndarray) -> np.ndarray:
        """(B, C, H, W) of uint8 or float32, as stored, to (B, *shape) of the same type."""
        import numpy as np

        images = recolour(images, self.mode)
        if images.shape[2:] == self.shape[1:]:
            return np.ascontiguousarray(images)
        fitted = np.empty((len(images), *self.shape), images.dtype)
        pillow = require("PIL.Image", "pillow", f"fit = {self.fit}")
        for image, out in zip(images, fitted, strict=True):
            for plane, target in zip(image, out, strict=True):
                target[:] = np.asarray(self.reframe(pillow.fromarray(np.ascontiguousarray(plane))))
        return fitted

    def reframe(self, image: Image) -> Image:
        """A Pillow image at the input's height and width (bilinear, antialiased); as it is, if exact."""
        from PIL import Image as pillow

        height, width = self.shape[1:]
        if self.fit == "exact" or image.size == (width, height):
            return image
        bilinear = pillow.Resampling.BILINEAR
        if self.fit == "crop":
            return image.resize((width, height), bilinear, box=_centre(image.size, width / height))
        if self.fit != "pad":
            return image.resize((width, height), bilinear)
        scale = min(1.0, width / image.width, height / image.height)
        inner = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
        inside = image if inner == image.size else image.resize(inner, bilinear)
        canvas = pillow.new(image.mode, (width, height))
        canvas.paste(inside, ((width - inner[0]) // 2, (height - inner[1]) // 2))
        return canvas


def recolour(images: np.ndarray, mode: str) -> np.ndarray:
    """(B, C, H, W) as ``mode`` says; gray is ITU-R 601 luma in Pillow's arithmetic."""
    import numpy as np

    colours = images[:, : 3 if images.shape[1] > 2 else 1]
    if mode == "as_is":
        return images
    if mode == "rgb":
        return np.repeat(colours, 3, axis=1) if colours.shape[1] == 1 else colours
    if colours.shape[1] == 1:
        return colours
    if images.dtype != np.uint8:
        shares = np.array([0.299, 0.587, 0.114], np.float32)
        gray: np.ndarray = np.einsum("bchw,c->bhw", colours, shares)
        return gray[:, None]
    weights = np.array([19595, 38470, 7471], np.uint32)
    luma: np.ndarray = (np.einsum("bchw,c->bhw", colours.astype(np.uint32), weights) + 0x8000) >> 16
    return luma.astype(np.uint8)[:, None]


def _centre(size: tuple[int, int], aspect: float) -> tuple[float, float, float, float]:
    """The largest centred box of ``aspect`` (width / height) in an image of ``size`` (width, height)."""
    width = min(float(size[0]), size[1] * aspect)
    height = min(float(size[1]), size[0] / aspect)
    left, top = (size[0] - width) / 2, (size[1] - height) / 2
    return left, top, left + width, top + height


def _count(channels: int) -> str:
    return f"{channels} channel{'s' if channels != 1 else ''}"
