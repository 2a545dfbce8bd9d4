"""Diagnostics of files, arrays and downloads: what can be missing, broken or contradictory."""

from __future__ import annotations

from ...source import Diagnostic


class DataNotFound(Diagnostic):
    """A file or folder that the data section names is not there.

    Relative paths start from the folder of the spec file; ``~`` is the home folder.
    """

    code = "data-not-found"
    message = "there is no {what} '{path}'"
    bad = 'data folder("flowrs")'
    good = 'data folder("flowers")'
    what: str
    path: str


class UnknownData(Diagnostic):
    """What was named as data is neither a source nor a file or folder of a kind that is known."""

    code = "unknown-data"
    message = "'{path}' {reason}"
    bad = "cnnspec train resnet18 --data photos.zip"
    good = "cnnspec train resnet18 --data photos/"
    path: str
    reason: str


class DataUnreadable(Diagnostic):
    """A file or folder is there, but the system refuses to read it (permissions, a failing disk)."""

    code = "data-unreadable"
    message = "'{path}' cannot be read: {reason}"
    bad = 'data idx("/private/images.idx", "labels.idx")'
    good = 'data idx("images.idx", "labels.idx")'
    path: str
    reason: str


class DataEmpty(Diagnostic):
    """A file, folder or array holds no images, labels or bytes at all."""

    code = "data-empty"
    message = "{where} is empty"
    bad = 'data folder("an_empty_folder")'
    good = 'data folder("flowers")'
    where: str


class DataTooLarge(Diagnostic):
    """An array declares more data than is read into memory.

    Either the file is damaged or the set is very large; keep a large set as a folder of images,
    which is read batch by batch.
    """

    code = "data-too-large"
    message = "{where} declares {size}, more than the {limit} that are read into memory"
    bad = 'data npz("damaged.npz")'
    good = 'data folder("flowers")'
    where: str
    size: str
    limit: str


class PackageMissing(Diagnostic):
    """Reading this data needs a Python package that is not installed."""

    code = "data-package-missing"
    message = "reading '{source}' needs the package {package}, which is not installed"
    bad = "data digits"
    good = 'data npz("digits.npz")'
    source: str
    package: str


class BrokenGzip(Diagnostic):
    """A compressed file is damaged: its checksum is wrong or it cannot be decompressed."""

    code = "broken-gzip"
    message = "'{path}' is damaged: {reason}"
    bad = 'data idx("damaged.gz", "labels.gz")'
    good = 'data idx("images.gz", "labels.gz")'
    path: str
    reason: str


class IdxMagic(Diagnostic):
    """A file does not begin as an IDX file of this kind does.

    IDX begins with two zero bytes, the type of its values (08 for bytes) and the number of
    dimensions: 00 00 08 03 for gray images (N x H x W), 00 00 08 01 for labels (N).
    """

    code = "idx-magic"
    message = "'{path}' is not an IDX file of {expected}: it begins with {found}"
    bad = 'data idx("train-labels-idx1-ubyte", "train-images-idx3-ubyte")'
    good = 'data idx("train-images-idx3-ubyte", "train-labels-idx1-ubyte")'
    path: str
    expected: str
    found: str


class IdxLength(Diagnostic):
    """An IDX file is shorter or longer than its header says, as after an interrupted copy."""

    code = "idx-length"
    message = "'{path}' should hold {expected} bytes by its header ({shape}), but holds {found}"
    bad = 'data idx("half_a_download.gz", "labels.gz")'
    good = 'data idx("images.gz", "labels.gz")'
    path: str
    expected: int
    found: str
    shape: str


class BrokenArchive(Diagnostic):
    """A ``.npz`` file is damaged or is no archive of NumPy arrays."""

    code = "broken-npz"
    message = "{where} cannot be read as NumPy arrays: {reason}"
    bad = 'data npz("photos.zip")'
    good = 'data npz("photos.npz")'
    where: str
    reason: str


class ArraysMissing(Diagnostic):
    """A ``.npz`` file lacks the arrays that hold images and labels.

    Looked for, in this order: ``x_train`` and ``y_train``, ``train_images`` and ``train_labels``,
    ``images`` and ``labels``, ``x`` and ``y``. ``numpy.savez(file, images=…, labels=…)`` writes them.
    """

    code = "npz-arrays"
    message = "'{path}' has no arrays {expected}; it holds {found}"
    bad = 'data npz("weights.npz")'
    good = 'data npz("mnist.npz")'
    path: str
    expected: str
    found: str


class ObjectArray(Diagnostic):
    """An array holds pickled Python objects; loading them could run any code, so it is refused.

    It is usually made of images of several sizes. Save those as a folder of images, or bring them
    to one size and save them as uint8.
    """

    code = "object-array"
    message = "{where} holds Python objects, not numbers"
    bad = 'data npz("ragged.npz")'
    good = 'data folder("photos")'
    where: str


class ImageArray(Diagnostic):
    """An array cannot be taken as images.

    Images are N x H x W, N x H x W x C or N x C x H x W, with values 0 to 255 or floats 0 to 1.
    """

    code = "image-array"
    message = "{where} cannot be taken as images: {problem}"
    bad = 'data npz("standardised.npz")'
    good = 'data npz("uint8_images.npz")'
    where: str
    problem: str


class CountMismatch(Diagnostic):
    """There must be one label an image; these files hold different numbers of them."""

    code = "count-mismatch"
    message = "{images} images in {images_where}, but {labels} labels in {labels_where}"
    bad = 'data idx("train-images-idx3-ubyte", "t10k-labels-idx1-ubyte")'
    good = 'data idx("train-images-idx3-ubyte", "train-labels-idx1-ubyte")'
    images: int
    images_where: str
    labels: int
    labels_where: str


class BadLabels(Diagnostic):
    """Labels must be the classes' numbers: integers from 0 up, one an image."""

    code = "bad-labels"
    message = "the labels in {where} are not class numbers from 0: {problem}"
    bad = 'data npz("one_hot.npz")'
    good = 'data npz("class_numbers.npz")'
    where: str
    problem: str


class SingleClass(Diagnostic):
    """All images are of one class, so there is nothing to tell apart."""

    code = "single-class"
    message = "all images in {where} are of one class, '{name}'"
    bad = 'data folder("flowers/tulip")'
    good = 'data folder("flowers")'
    where: str
    name: str


class ChecksumMismatch(Diagnostic):
    """A downloaded file is not the published one: cut short, changed, or a web page in its place."""

    code = "checksum-mismatch"
    message = "'{url}' has the {kind} checksum {found}, not {expected}; it was not kept"
    bad = "data fashion_mnist(download = true)  # behind a captive portal"
    good = 'data fashion_mnist("folder/with/the/files")'
    url: str
    kind: str
    expected: str
    found: str


class DownloadFailed(Diagnostic):
    """A file could not be downloaded: no network, no such address, no room to store it."""

    code = "download-failed"
    message = "'{url}' could not be downloaded: {reason}"
    bad = "data fashion_mnist(download = true)  # without a network"
    good = 'data fashion_mnist("folder/with/the/files")'
    url: str
    reason: str
