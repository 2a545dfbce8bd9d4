"""Source ``folder``: image files, a folder a class."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from ....ir import OpError, Shape, Text, arg
from ....source import did_you_mean
from ...imaging.headers import ENDINGS
from ...registries import DATA_SOURCES, DataSource
from ..assemble import Part, encoded_part, splits_of
from ..dataset import Splits
from ..errors import SingleClass
from ..fitting import fit_argument, mode_argument, skip_argument
from ..image_errors import EmptyClass, NotImageFolder, UnknownClass, UnknownPart
from ..pictures import Files
from ..places import listing, need_folder, needs_classes, require, resolve
from ..selection import Selection, only_argument, per_class_argument
from ..split import check_fractions, fraction_argument
from ..targets import TargetNames, Targets

TRAIN = ("train", "training")
VALIDATION = ("val", "valid", "validation")
TEST = ("test", "testing")
_LISTED = 5


@DATA_SOURCES.register("folder")
class Folder(DataSource):
    """A folder of images: a sub-folder a class, or ``train``, ``validation`` and ``test`` with those inside.

    Classes are the sub-folders, in the order of their names. JPEG, PNG, BMP, GIF, WebP, TIFF and PPM
    files are taken, at any depth; other and hidden files are passed over. Images are read when they
    are needed; all headers are checked first. The camera's orientation is followed, palettes are
    looked up, 16-bit gray is scaled to 8 bits, and ``mode`` leaves transparency out. Parts without a
    folder are taken from the training images.
    """

    path: str = arg(Text(), "the folder; a relative path starts at the spec file's folder")
    validation: float = fraction_argument("share of the images to validate on, where no folder has them", 0.1)
    test: float = fraction_argument("share of the images to test on, where no folder has them", 0.1)
    fit: str = fit_argument()
    mode: str = mode_argument()
    skip_broken: bool = skip_argument()
    only: tuple[str | int, ...] | None = only_argument()
    per_class: int | None = per_class_argument()

    @classmethod
    def suits(cls, path: Path) -> int:
        return int(path.is_dir() and any(child.is_dir() for child in path.iterdir()))

    def load(self, input_shape: Shape, seed: int) -> Splits:
        require("PIL.Image", "pillow", "folder")
        root = need_folder(resolve(self.path), "path")
        train, validation, test = _parts(root)
        check_fractions("folder", 0 if validation else self.validation, 0 if test else self.test)
        classes = _classes(train)
        parts = (self._part(folder, classes, root) if folder else None for folder in (validation, test))
        first = self._part(train, classes, root)
        others = [given or share for given, share in zip(parts, (self.validation, self.test), strict=True)]
        return splits_of(first, others[0], others[1], seed, TargetNames(classes), Selection.of(self))

    def _part(self, folder: Path, classes: tuple[str, ...], root: Path) -> Part:
        """All images of one part, headers checked."""
        import numpy as np

        present = _known_classes(folder, classes)
        found = [images_in(folder / name) for name in present]
        _check_none_empty(folder, present, found)
        paths = tuple(path for images in found for path in images)
        labels = np.repeat([classes.index(n) for n in present], [len(images) for images in found])
        part = encoded_part(
            Files(paths, root), Targets(classes=labels.astype(np.int64)), self.skip_broken, f"'{folder}'"
        )
        _check_none_broken(folder, classes, present, part)
        return part


def _parts(root: Path) -> tuple[Path, Path | None, Path | None]:
    """The folders of the three parts. A class may be called 'train', so all sub-folders must be parts."""
    folders = {name.lower(): root / name for name in _subfolders(root)}
    train, validation, test = (
        next((folders[n] for n in names if n in folders), None) for names in (TRAIN, VALIDATION, TEST)
    )
    if train is None or not _is_part(train, folders):
        return root, None, None
    known = (*TRAIN, *VALIDATION, *TEST)
    for name in folders:
        if name not in known:
            hints = did_you_mean(name, known)
            raise OpError(UnknownPart(name=folders[name].name, path=str(root), hints=hints), "path")
    return train, validation, test


def _is_part(train: Path, folders: Mapping[str, Path]) -> bool:
    """Whether a folder called 'train' holds classes, rather than being one: it has folders, and no images of its own."""
    if set(folders) <= {*TRAIN, *VALIDATION, *TEST}:
        return bool(_subfolders(train))
    images = any(name.lower().endswith(ENDINGS) for name in listing(train, "path"))
    return bool(_subfolders(train)) and not images


def _subfolders(folder: Path) -> list[str]:
    names = listing(folder, "path")
    return [n for n in names if not n.startswith((".", "__MACOSX")) and os.path.isdir(folder / n)]


def _classes(folder: Path) -> tuple[str, ...]:
    names = _subfolders(folder)
    if not names:
        hint = "put the images of each class into a folder of their own, called as the class"
        raise OpError(NotImageFolder(path=str(folder), hints=(hint,)), "path")
    if len(names) == 1 and needs_classes():
        inside = _subfolders(folder / names[0])
        hints = (f'its sub-folders can be the classes: folder("…/{names[0]}")',) if inside else ()
        raise OpError(SingleClass(where=f"'{folder}'", name=names[0], hints=hints), "path")
    return tuple(names)


def _known_classes(folder: Path, classes: tuple[str, ...]) -> list[str]:
    """The class folders of a part, each of which must be among ``classes``."""
    present = _subfolders(folder)
    if not present:
        raise OpError(NotImageFolder(path=str(folder)), "path")
    for name in present:
        if name not in classes:
            hints = did_you_mean(name, classes)
            raise OpError(UnknownClass(name=name, path=str(folder), hints=hints), "path")
    return present


def images_in(folder: Path) -> list[Path]:
    """Image files at any depth, sorted; links to folders inside are not followed, as they may loop."""
    found = []
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        found += [Path(place, f) for f in files if f.lower().endswith(ENDINGS) and not f.startswith(".")]
    return sorted(found)


def _check_none_empty(folder: Path, names: Sequence[str], found: Sequence[list[Path]]) -> None:
    empty = [name for name, images in zip(names, found, strict=True) if not images]
    if not empty:
        return
    for name in empty:
        listing(folder / name, "path")  # a folder that may not be read is not an empty one
    shown = ", ".join(f"'{folder / n}'" for n in empty[:_LISTED]) + (" …" if len(empty) > _LISTED else "")
    hints = ["remove the folder, or put images into it", *_other_files(folder / empty[0])]
    raise OpError(EmptyClass(s="s" if len(empty) > 1 else "", names=shown, hints=tuple(hints)), "path")


def _check_none_broken(folder: Path, classes: Sequence[str], present: Sequence[str], part: Part) -> None:
    """Raise ``OpError`` where all images of a class were broken and left out."""
    left = set() if part.targets.classes is None else set(part.targets.classes.tolist())
    gone = [name for name in present if classes.index(name) not in left]
    if gone:
        shown = ", ".join(f"'{folder / n}'" for n in gone[:_LISTED])
        hints = ("all of its images are broken",)
        raise OpError(EmptyClass(s="s" if len(gone) > 1 else "", names=shown, hints=hints), "path")


def _other_files(folder: Path) -> list[str]:
    others = sorted({Path(n).suffix for n in listing(folder, "path")} - {""})[:_LISTED]
    return [f"it holds {', '.join(others)} files; images are {', '.join(ENDINGS)}"] if others else []
