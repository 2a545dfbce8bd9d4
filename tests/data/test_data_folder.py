"""Source ``folder``."""

import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from data_files import error, load, write_folder, write_image
from PIL import Image

from cnnspec.ir import OpError
from cnnspec.train.data import Dataset, Fitting, Targets, measure, relative_to
from cnnspec.train.data.pictures import Files, broken, scanned
from cnnspec.train.data.preparing import pipelines
from cnnspec.train.registries import DATA_SOURCES


def decode(path: Path, fitting: Fitting) -> np.ndarray:
    """The image as a network takes it, (C, H, W)."""
    pictures, problems = scanned(Files((path,), path.parent))
    if problems:
        raise broken(problems)
    dataset = Dataset(pictures, Targets(), pipeline=pipelines((), (), fitting)[1])
    return dataset.batch([0])[0].transpose(2, 0, 1)


def shape_of(path: Path) -> tuple[int, ...]:
    """(C, H, W) as stored and seen upright."""
    pictures, problems = scanned(Files((path,), path.parent))
    assert not problems
    return tuple(pictures.shapes[0].tolist())


def bomb(side: int) -> bytes:
    """A PNG of a few bytes that claims side x side pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">2I5B", side, side, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    )


@pytest.mark.usefixtures("library")
def test_a_folder_a_class(tmp_path: Path) -> None:
    write_folder(tmp_path / "pets", ("dog", "cat"))
    (tmp_path / "pets" / "cat" / "Thumbs.db").write_text("no image")
    (tmp_path / "pets" / ".hidden").mkdir()
    write_image(tmp_path / "pets" / "dog" / "old" / "x.PNG")
    with relative_to(tmp_path):
        splits = load("folder", path="pets")
    assert splits.class_names == ("cat", "dog")
    assert [len(part) for part in splits] == [17, 2, 2]
    names = sorted(part.names(i) for part in splits for i in range(len(part)))
    assert len(set(names)) == 21
    assert "dog/old/x.PNG" in names
    for i in range(len(splits.train)):
        assert splits.class_names[splits.train.labels[i]] == splits.train.names(i).split("/")[0]
    batch = splits.train.batch(np.array([3, 0]))
    assert (batch.dtype, batch.shape) == (np.uint8, (2, 4, 4, 1))
    assert len(measure(splits.train, sample=5).mean) == 1


def test_given_parts(tmp_path: Path) -> None:
    for part, count in [("train", 10), ("Val", 3), ("test", 2)]:
        write_folder(tmp_path / part, count=count)
    assert [len(part) for part in load("folder", path=str(tmp_path))] == [20, 6, 4]
    for path in (tmp_path / "Val").rglob("*.png"):
        path.unlink()
    assert error("folder", path=str(tmp_path)).diagnostic.code == "empty-class"


def test_a_missing_part_is_taken_from_training_and_classes_must_be_known(tmp_path: Path) -> None:
    write_folder(tmp_path / "train")
    assert [len(part) for part in load("folder", path=str(tmp_path), test=0.3)] == [12, 2, 6]
    write_folder(tmp_path / "test", ("cats",))
    found = error("folder", path=str(tmp_path)).diagnostic
    assert (found.code, found.hints) == ("untrained-class", ("did you mean 'cat'?",))


def test_a_class_may_be_called_train(tmp_path: Path) -> None:
    write_folder(tmp_path, ("bus", "train"))
    assert load("folder", path=str(tmp_path)).class_names == ("bus", "train")


def test_folders_that_are_none(tmp_path: Path) -> None:
    def code(path: Path) -> str:
        return error("folder", path=str(path)).diagnostic.code

    assert code(tmp_path / "no") == "data-not-found"
    assert code(tmp_path) == "data-empty"
    file = write_image(tmp_path / "a.png")
    assert code(file) == "data-not-found"
    assert code(tmp_path) == "not-an-image-folder"
    write_image(tmp_path / "one" / "a.png")
    assert code(tmp_path) == "single-class"
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / "x.heic").write_text("")
    assert code(tmp_path) == "empty-class"
    assert ".heic" in error("folder", path=str(tmp_path)).diagnostic.hints[1]


def test_broken_images_are_all_named_up_front(tmp_path: Path) -> None:
    path = write_folder(tmp_path)
    for i in range(7):
        (tmp_path / "cat" / f"{i}.png").write_bytes(b"\x89PNG nothing")
    found = error("folder", path=path)
    assert (found.diagnostic.code, found.argument) == ("broken-image", "path")
    assert "7 broken images" in found.diagnostic.text
    assert "4.png" in found.diagnostic.text
    assert "5.png" not in found.diagnostic.text
    assert "and 2 more" in found.diagnostic.text


@pytest.mark.parametrize("side", [10_000, 100_000])
def test_bombs_are_broken_images(tmp_path: Path, side: int) -> None:
    path = write_folder(tmp_path)
    (tmp_path / "cat" / "0.png").write_bytes(bomb(side))
    assert "million pixels" in error("folder", path=path).diagnostic.text


@pytest.mark.usefixtures("library")
def test_images_that_break_later(tmp_path: Path) -> None:
    path = write_folder(tmp_path, size=(64, 64))
    target = tmp_path / "cat" / "0.png"
    noise = np.random.RandomState(0).randint(0, 256, (64, 64), np.uint8)
    Image.fromarray(noise).save(target)
    train = load("folder", (1, 64, 64), path=path, validation=0.0, test=0.0).train
    target.write_bytes(target.read_bytes()[:1000])
    with pytest.raises(OpError) as found:
        train.batch(range(len(train)))
    assert "0.png" in found.value.diagnostic.text
    (tmp_path / "cat" / "1.png").unlink()
    write_image(tmp_path / "cat" / "2.png", (8, 8))
    for index, reason in [(1, "gone"), (2, "changed")]:
        with pytest.raises(OpError, match=reason):
            train.batch([index])


def test_sizes_and_colours(tmp_path: Path) -> None:
    path = write_folder(tmp_path)
    write_image(tmp_path / "cat" / "0.png", (6, 5))
    found = error("folder", path=path)
    assert (found.diagnostic.code, found.argument) == ("image-size", "fit")
    assert "0.png' is 5 x 6" in found.diagnostic.text
    assert "1 of 20 images" in found.diagnostic.hints[-1]
    assert error("folder", (3, 4, 4), path=path).diagnostic.code == "image-channels"
    train = load("folder", (3, 7, 8), path=path, fit="crop", mode="rgb").train
    assert train.batch([0, 1]).shape == (2, 7, 8, 3)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"])
@pytest.mark.usefixtures("library")
def test_kinds_of_images(tmp_path: Path, mode: str) -> None:
    value = {"1": 1, "I;16": 257 * 100}.get(mode, 100)
    ending = "tif" if mode == "CMYK" else "png"
    path = write_image(tmp_path / f"a.{ending}", (3, 2), mode, value)
    channels = {"LA": 2, "RGBA": 4, "P": 3, "RGB": 3, "CMYK": 3}.get(mode, 1)
    assert shape_of(path) == (channels, 2, 3)
    stored = decode(path, Fitting((channels, 2, 3)))
    gray = decode(path, Fitting((1, 2, 3), mode="gray"))
    colour = decode(path, Fitting((3, 2, 3), mode="rgb"))
    assert {a.dtype for a in (stored, gray, colour)} == {np.dtype(np.uint8)}
    if mode in ("L", "LA", "RGB", "RGBA", "I;16"):
        assert (gray == 100).all()
        assert (colour == 100).all()


@pytest.mark.usefixtures("library")
def test_transparent_palettes_have_four_channels(tmp_path: Path) -> None:
    path = write_image(tmp_path / "a.png", mode="P", transparency=0)
    assert shape_of(path) == (4, 4, 4)
    assert decode(path, Fitting((4, 4, 4))).shape == (4, 4, 4)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.usefixtures("library")
def test_the_cameras_orientation_is_followed(tmp_path: Path, orientation: int) -> None:
    from PIL import ImageOps

    pixels = np.random.RandomState(0).randint(0, 256, (16, 24, 3), np.uint8)
    image = Image.fromarray(pixels)
    exif = image.getexif()
    exif[0x0112] = orientation
    path = tmp_path / "a.jpg"
    image.save(path, exif=exif)
    upright = np.asarray(ImageOps.exif_transpose(Image.open(path))).transpose(2, 0, 1)
    assert shape_of(path) == upright.shape
    assert (decode(path, Fitting(upright.shape)) == upright).all()


@pytest.mark.usefixtures("library")
def test_large_photos_come_out_the_same_at_a_fraction_of_the_work(tmp_path: Path) -> None:
    ramp = np.linspace(0, 255, 640 * 480).reshape(480, 640).astype(np.uint8)
    path = tmp_path / "a.jpg"
    Image.fromarray(ramp).save(path, quality=95)
    out = decode(path, Fitting((1, 32, 32), "resize"))[0].astype(int)
    exact = np.asarray(Image.open(path).resize((32, 32), Image.Resampling.BILINEAR)).astype(int)
    assert np.abs(out - exact).max() <= 3


@pytest.mark.usefixtures("library")
def test_floats_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    Image.fromarray(np.zeros((4, 4), np.float32)).save(path)
    with pytest.raises(OpError, match="32-bit floats"):
        decode(path, Fitting((1, 4, 4)))
    (tmp_path / "b.png").write_bytes(b"")
    with pytest.raises(OpError, match="broken"):
        decode(tmp_path / "b.png", Fitting((1, 4, 4)))


def test_unreadable_folder(tmp_path: Path) -> None:
    path = write_folder(tmp_path)
    os.chmod(tmp_path / "cat", 0)
    try:
        if os.access(tmp_path / "cat", os.R_OK):
            pytest.skip("this user may read everything")
        assert error("folder", path=path).diagnostic.code == "data-unreadable"
    finally:
        os.chmod(tmp_path / "cat", 0o700)


@pytest.mark.parametrize("ending", ["png", "jpg", "bmp"])
@pytest.mark.usefixtures("library")
def test_an_image_cut_short_is_found_before_training(tmp_path, ending):

    for name in ("cats", "dogs"):
        (tmp_path / name).mkdir()
        for number in range(4):
            Image.effect_noise((8, 8), 50).convert("RGB").save(tmp_path / name / f"{number}.{ending}")
    cut = tmp_path / "cats" / f"2.{ending}"
    cut.write_bytes(cut.read_bytes()[:-60])
    source = DATA_SOURCES.make("folder", path=str(tmp_path))
    with pytest.raises(OpError) as caught:
        source.load((3, 8, 8), 0)
    assert caught.value.diagnostic.code == "broken-image"
    assert f"2.{ending}" in caught.value.diagnostic.text


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("mode", ["gray", "rgb", "as_is"])
@pytest.mark.parametrize("orientation", [1, 6, 8])
def test_photos_read_smaller_are_upright_and_coloured(tmp_path: Path, mode: str, orientation: int) -> None:
    """A large JPEG that is shrunk much is decoded at a fraction of its size, whatever its orientation."""
    from PIL import ImageOps

    y, x = np.mgrid[0:500, 0:340] / 40.0
    waves = np.stack([np.sin(x), np.cos(y), np.sin(x + y)], axis=2)
    image = Image.fromarray((127 + 100 * waves).astype(np.uint8))
    exif = image.getexif()
    exif[0x0112] = orientation
    path = tmp_path / "a.jpg"
    image.save(path, exif=exif, quality=95)
    upright = ImageOps.exif_transpose(Image.open(path))
    reference = upright.convert("L" if mode == "gray" else "RGB").resize((40, 56), Image.Resampling.BILINEAR)
    out = decode(path, Fitting((1 if mode == "gray" else 3, 56, 40), "resize", mode))
    expected = np.asarray(reference).reshape(56, 40, -1).transpose(2, 0, 1)
    assert np.abs(out.astype(int) - expected).max() <= 9


@pytest.mark.usefixtures("library")
def test_odd_files_are_read_as_a_person_expects(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (4, 4), (value, 0, 0)) for value in (10, 200)]
    frames[0].save(tmp_path / "moving.gif", save_all=True, append_images=frames[1:])
    assert decode(tmp_path / "moving.gif", Fitting((3, 4, 4), mode="rgb"))[0].max() <= 12
    Image.new("CMYK", (4, 4), (0, 255, 255, 0)).save(tmp_path / "print.jpg")
    red = decode(tmp_path / "print.jpg", Fitting((3, 4, 4), mode="rgb"))[:, 0, 0]
    assert red[0] > 150 and red[1] < 100
    Image.new("L", (1, 1), 77).save(tmp_path / "dot.png")
    assert (decode(tmp_path / "dot.png", Fitting((1, 8, 8), "resize")) == 77).all()
    (tmp_path / "notes.jpg").write_text("these are no pixels")
    (tmp_path / "empty.jpg").write_bytes(b"")
    for name in ("notes.jpg", "empty.jpg"):
        with pytest.raises(OpError, match="not an image"):
            decode(tmp_path / name, Fitting((3, 4, 4)))


def test_links(tmp_path: Path) -> None:
    """Links to files are read, wherever they lead; links to nothing are broken images; links to folders may loop."""
    path = write_folder(tmp_path / "pets")
    (tmp_path / "pets" / "cat" / "linked.png").symlink_to(write_image(tmp_path / "elsewhere.png"))
    (tmp_path / "pets" / "cat" / "loop").symlink_to(tmp_path / "pets")
    assert sum(map(len, load("folder", path=path))) == 21
    (tmp_path / "elsewhere.png").unlink()
    assert "link to nothing" in error("folder", path=path).diagnostic.text


def test_broken_images_can_be_left_out(tmp_path: Path) -> None:
    path = write_folder(tmp_path)
    for i in range(3):
        (tmp_path / "cat" / f"{i}.png").write_bytes(b"nothing")
    splits = load("folder", path=path, skip_broken=True)
    assert sum(map(len, splits)) == 17
    assert [p.reason for p in splits.skipped] == ["not an image"] * 3
    for image in tmp_path.rglob("*.png"):
        image.write_bytes(b"nothing")
    assert error("folder", path=path, skip_broken=True).diagnostic.code == "data-empty"


@pytest.mark.parametrize(
    ("folders", "hint"),
    [
        (("train/a", "train/b", "valdation/a"), "validation"),
        (("train/a", "train/b", "test/a", "unlabeled/a"), ""),
        (("train/a", "train/b", "extra/a"), ""),
    ],
)
def test_a_folder_beside_the_parts_is_no_class(tmp_path: Path, folders: tuple[str, ...], hint: str) -> None:
    for folder in folders:
        for i in range(3):
            write_image(tmp_path / folder / f"{i}.png", value=i)
    found = error("folder", path=str(tmp_path)).diagnostic
    assert found.code == "unknown-part"
    assert hint in "".join(found.hints)


def test_damage_in_the_middle_of_a_png_is_found_before_training(tmp_path: Path) -> None:
    path = write_folder(tmp_path, size=(40, 40))
    target = tmp_path / "cat" / "3.png"
    Image.fromarray(np.random.RandomState(0).randint(0, 256, (40, 40), np.uint8)).save(target)
    data = bytearray(target.read_bytes())
    data[len(data) // 2] ^= 4
    target.write_bytes(data)
    Image.fromarray(np.zeros((40, 40), np.float32)).save(tmp_path / "dog" / "x.tif")
    found = error("folder", (1, 40, 40), path=path).diagnostic
    assert "2 broken images" in found.text and "3.png" in found.text and "32-bit floats" in found.text


def test_a_class_of_broken_images_alone_is_an_empty_class(tmp_path: Path) -> None:
    path = write_folder(tmp_path)
    for image in (tmp_path / "cat").glob("*.png"):
        image.write_bytes(b"nothing")
    found = error("folder", path=path, skip_broken=True).diagnostic
    assert (found.code, found.hints) == ("empty-class", ("all of its images are broken",))
