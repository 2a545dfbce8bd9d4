"""Diagnostics of published sets and archives: CIFAR's files, pickles, tar shards, Parquet tables."""

from __future__ import annotations

from ...source import Diagnostic


class CifarMissing(Diagnostic):
    """A folder does not hold all files of CIFAR-10 or CIFAR-100, in one of the forms they are published in.

    Looked for, in the folder and in the sub-folder that the archive unpacks to: ``data_batch_1`` to
    ``data_batch_5`` and ``test_batch`` (CIFAR-10) or ``train`` and ``test`` (CIFAR-100), all with
    ``.bin`` in the binary version.
    """

    code = "cifar-missing"
    message = "'{path}' lacks {missing}"
    bad = 'data cifar("downloads")  # cifar-10-python.tar.gz, not unpacked'
    good = 'data cifar("downloads/cifar-10-batches-py")'
    path: str
    missing: str


class CifarAmbiguous(Diagnostic):
    """A folder holds both CIFAR-10 and CIFAR-100; name the sub-folder of one of them."""

    code = "cifar-ambiguous"
    message = "'{path}' holds both CIFAR-10 and CIFAR-100"
    bad = 'data cifar("downloads")'
    good = 'data cifar("downloads/cifar-100-binary")'
    path: str


class CifarFile(Diagnostic):
    """A file of CIFAR is damaged, or is another file under its name.

    In the binary version an image is a byte for its class (CIFAR-100: two, the coarse and the fine
    one) and 3072 for its pixels. In the Python version ``data`` is an array of N x 3072 bytes.
    """

    code = "cifar-file"
    message = "'{path}' is no file of {version}: {problem}"
    bad = 'data cifar("half_a_download")'
    good = 'data cifar("cifar-10-batches-bin")'
    path: str
    version: str
    problem: str


class PickleRefused(Diagnostic):
    """A pickle asks for something other than arrays, numbers and text.

    A pickle can name any function to be called while it is read. Only the names that a NumPy array
    needs are known here, and even those are not NumPy's: nothing that a file asks for is run.
    """

    code = "pickle-refused"
    message = "'{path}' is a pickle that asks for '{name}', which is neither an array, a number nor text"
    bad = 'data cifar("from_a_stranger")'
    good = 'data cifar("cifar-10-batches-py")'
    path: str
    name: str


class BadShards(Diagnostic):
    """A path that stands for several files cannot be understood, or names a file twice.

    It is a file, a folder, a pattern with ``*`` and ``?``, or has braces: ``{0000..0012}`` counts
    (as wide as it is written), ``{a,b}`` lists.
    """

    code = "bad-shards"
    message = "'{path}': {problem}"
    bad = 'data webdataset("train-{12..0}.tar")'
    good = 'data webdataset("train-{0000..0012}.tar")'
    path: str
    problem: str


class MixedParts(Diagnostic):
    """Some files are named as parts of the data, such as ``test-0000.tar``, and others are not.

    Names that begin with ``train``, ``validation`` (``valid``, ``val``) or ``test`` say which part a
    file is of. Where a few do and others don't, images meant for testing could be trained on.
    """

    code = "mixed-parts"
    message = "'{path}' has files of the part {part}, but it is unclear which part '{other}' is of"
    bad = 'data webdataset("shards")  # test-0000.tar, birds-0000.tar'
    good = 'data webdataset("shards/birds-*.tar", test_shards = "shards/test-*.tar")'
    path: str
    part: str
    other: str


class CompressedTar(Diagnostic):
    """A compressed archive can only be read from its start, and training reads images in any order.

    Images are compressed already; unpacked, the archive is hardly larger.
    """

    code = "compressed-tar"
    message = "'{path}' is compressed with {method}; images are read from plain tar archives"
    bad = 'data webdataset("train.tar.gz")'
    good = 'data webdataset("train.tar")'
    path: str
    method: str


class BrokenTar(Diagnostic):
    """An archive is damaged, cut short, or no tar archive.

    A tar archive ends with blocks of zeros; without them it was not written or copied to its end.
    """

    code = "broken-tar"
    message = "'{path}' cannot be read as a tar archive: {reason}"
    bad = 'data webdataset("half_a_download.tar")'
    good = 'data webdataset("train-0000.tar")'
    path: str
    reason: str


class UnsafeMember(Diagnostic):
    """An archive holds something other than plain files under plain names.

    Links, devices, absolute names and names with ``..`` have no place in a set of images. Nothing is
    ever unpacked, but such an archive is not what it says it is.
    """

    code = "unsafe-member"
    message = "'{path}' holds '{member}', {problem}"
    bad = 'data webdataset("from_a_stranger.tar")  # with ../../.bashrc'
    good = 'data webdataset("train-0000.tar")'
    path: str
    member: str
    problem: str


class DuplicateSample(Diagnostic):
    """Two files of an archive have the same sample and extension, so it is unclear which one is meant.

    The name of a sample is the path up to the first dot of the file's name. Archives are often
    appended to by mistake; write them anew.
    """

    code = "duplicate-sample"
    message = "'{path}' holds the file '{extension}' of the sample '{key}' twice"
    bad = 'data webdataset("train.tar")  # 0001.jpg, 0001.cls, 0001.jpg'
    good = 'data webdataset("train.tar")  # 0001.jpg, 0001.cls, 0002.jpg'
    path: str
    key: str
    extension: str


class BrokenSamples(Diagnostic):
    """Samples of an archive without an image, or without a class that can be understood.

    A class is a number from 0 or a name, in ``.cls``, in ``.txt``, or in ``.json`` under ``label``,
    ``class`` or ``cls``.
    """

    code = "broken-sample"
    message = "{count} sample{s} cannot be used: {names}"
    bad = 'data webdataset("train.tar")  # 0001.jpg without 0001.cls'
    good = 'data webdataset("train.tar", skip_broken = true)'
    count: int
    s: str
    names: str


class MixedLabels(Diagnostic):
    """Some classes are numbers and others are names, or differ so from file to file.

    Numbers count classes from 0. Where names may look like numbers, list them all in ``classes``.
    """

    code = "mixed-labels"
    message = "the labels in {where} are {found}, but {others}"
    bad = 'data webdataset("letters.tar")  # 7 and B'
    good = 'data webdataset("letters.tar", classes = ["7", "B"])'
    where: str
    found: str
    others: str


class UnknownLabel(Diagnostic):
    """A class that is not in the list ``classes``, or does not occur among the training images."""

    code = "unknown-label"
    message = "the class '{name}' in {where} is not among {known}"
    bad = 'data webdataset("pets.tar", classes = ["cat", "dgo"])'
    good = 'data webdataset("pets.tar", classes = ["cat", "dog"])'
    name: str
    where: str
    known: str


class NotClasses(Diagnostic):
    """There are about as many different labels as images: captions or file names rather than classes."""

    code = "not-classes"
    message = "the labels in {where} have {found} different values for {images} images, such as '{example}'"
    bad = 'data webdataset("captions.tar")  # 0001.txt: a dog on a sofa'
    good = 'data webdataset("pets.tar")  # 0001.cls: dog'
    where: str
    found: int
    images: int
    example: str


class BrokenParquet(Diagnostic):
    """A file is damaged, cut short, or no Parquet file."""

    code = "broken-parquet"
    message = "'{path}' cannot be read as a Parquet file: {reason}"
    bad = 'data parquet("half_a_download.parquet")'
    good = 'data parquet("train-00000-of-00001.parquet")'
    path: str
    reason: str


class ColumnMissing(Diagnostic):
    """A table has no column of the name that is given, or that is looked for where none is given."""

    code = "column-missing"
    message = "'{path}' has no column '{column}'; it has {found}"
    bad = 'data parquet("cifar10")  # its columns are img and label'
    good = 'data parquet("cifar10", image = "img")'
    path: str
    column: str
    found: str


class ColumnType(Diagnostic):
    """A column holds something other than images or classes.

    Images are the bytes of encoded files (JPEG, PNG …), either bare or as Hugging Face's pairs of
    ``bytes`` and ``path``. Classes are whole numbers or text.
    """

    code = "column-type"
    message = "the column '{column}' of '{path}' is of type {found}, not {expected}"
    bad = 'data parquet("pixels")  # lists of numbers'
    good = 'data parquet("photos")  # encoded images'
    path: str
    column: str
    found: str
    expected: str


class ImageElsewhere(Diagnostic):
    """A row holds no image, or only the path of one.

    Paths in a table are not followed: they mostly point into the machine where it was written. Write
    it with the bytes inside, as ``push_to_hub`` and ``Image().embed_storage`` do.
    """

    code = "image-elsewhere"
    message = "row {row} of '{path}' holds {found}"
    bad = 'data parquet("paths_only.parquet")'
    good = 'data parquet("with_bytes.parquet")'
    path: str
    row: int
    found: str


class Unlabelled(Diagnostic):
    """All labels of a part are -1 or missing: it was published without labels, for a competition.

    Nothing can be measured on it. Move its files elsewhere, and a share of the training images is
    taken in their place.
    """

    code = "unlabelled"
    message = "'{path}' is published without labels: all are {found}"
    bad = 'data parquet("food")  # train-…, and test-… without labels'
    good = 'data parquet("food/train-*.parquet", test = 0.1)'
    path: str
    found: str
