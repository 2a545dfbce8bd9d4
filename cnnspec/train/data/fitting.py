"""How images of another size or colour than the network's input are brought to it, where no step does it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...elaborate.bind import count
from ...ir import Bool, Choice, OpError, Shape, arg, show
from .image_errors import ImageChannels, ImageSize, InputNotImage

if TYPE_CHECKING:
    from ..augment.base import Augmentation

FIT = Choice("exact", "resize", "crop", "pad")
MODE = Choice("as_is", "gray", "rgb")
_KINDS = {1: "gray", 2: "gray and transparency", 3: "RGB", 4: "RGB and transparency"}


def fit_argument() -> Any:
    """The field ``fit`` that every data source has."""
    return arg(
        FIT,
        "images of another size than the network's input, where no step sets the size: refused (exact), scaled to it "
        "(resize), scaled and centre-cropped (crop), or centred in zeros (pad; larger ones are first shrunk to fit)",
        "exact",
    )


def mode_argument() -> Any:
    """The field ``mode`` that every data source has."""
    return arg(MODE, "colour: kept as stored (as_is), or converted to 1 (gray) or 3 channels (rgb)", "as_is")


def skip_argument() -> Any:
    """The field ``skip_broken`` that sources of image files have."""
    return arg(Bool(), "whether broken images are left out and reported, instead of refused", False)


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

    def steps(self, written: Sequence[Augmentation]) -> tuple[Augmentation, ...]:
        """The steps ``written`` in a spec, with one before them that sets the size where none of them does."""
        from ..augment.fit import Contain, Cover
        from ..augment.frame import Resize

        size = (self.shape[1], self.shape[2])
        if self.fit == "exact" or any(step.sets_size for step in written):
            return tuple(written)
        first: dict[str, Augmentation] = {"resize": Resize(size), "crop": Cover(size), "pad": Contain(size)}
        return (first[self.fit], *written)

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
                found=count(found, "channel"),
                kind=_KINDS.get(found, "no colour image"),
                expected=str(self.shape[0]),
                hints=tuple(hints),
            ),
            "mode",
        )

    def check_size(self, size: Shape, where: str, plural: bool = False) -> None:
        """Raise ``OpError`` where ``size`` (height, width) isn't the input's, and nothing changes it."""
        if size != self.shape[1:]:
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
