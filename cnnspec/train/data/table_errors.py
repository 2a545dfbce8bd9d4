"""Diagnostics of tables: text, header, rows and cells that cannot be taken as images and targets."""

from __future__ import annotations

from ...source import Diagnostic


class TableText(Diagnostic):
    """A table is not plain text in UTF-8: another encoding, or a spreadsheet's own format.

    Spreadsheets write it as "CSV UTF-8". A byte order mark in front does no harm.
    """

    code = "table-text"
    message = "line {line} of '{path}' is not UTF-8 text: {problem}"
    bad = 'data csv("birds.xlsx")'
    good = 'data csv("birds.csv")'
    path: str
    line: int
    problem: str


class TableQuotes(Diagnostic):
    """A cell begins with a quote that is not closed before a delimiter or the end of a line.

    A quote inside a quoted cell is written twice: "5"" disc".
    """

    code = "table-quotes"
    message = "a cell in quotes is broken: {problem}"
    bad = 'data csv("birds.csv")  # a.jpg,"red kite'
    good = 'data csv("birds.csv")  # a.jpg,"red kite"'
    problem: str


class TableHeader(Diagnostic):
    """The first line of a table must name its columns, each by a name of its own.

    Columns without a name are passed over, such as the numbers that pandas writes before each row.
    """

    code = "table-header"
    message = "the first line of '{path}' must name the columns: {problem}"
    bad = 'data csv("birds.csv")  # path,label,label'
    good = 'data csv("birds.csv")  # path,label,species'
    path: str
    problem: str


class TableRow(Diagnostic):
    """A row has more or fewer cells than the header has columns.

    Text with a delimiter in it must stand in quotes: "Paris, France".
    """

    code = "table-row"
    message = "this row has {found}, but the header has {expected}"
    bad = 'data csv("birds.csv")  # a.jpg,gull,Paris, France'
    good = 'data csv("birds.csv")  # a.jpg,gull,"Paris, France"'
    found: str
    expected: int


class TableWithoutRows(Diagnostic):
    """A table has a header and nothing below it."""

    code = "table-without-rows"
    message = "'{path}' has a header, but no rows"
    bad = 'data csv("header_only.csv")'
    good = 'data csv("birds.csv")'
    path: str


class TableColumn(Diagnostic):
    """An argument names a column that the table does not have; capitals count."""

    code = "table-column"
    message = "'{argument}' names the column '{name}', which '{path}' does not have"
    bad = 'data csv("birds.csv", label = "specie")'
    good = 'data csv("birds.csv", label = "species")'
    argument: str
    name: str
    path: str


class NoImageColumn(Diagnostic):
    """Nothing says which column of the table holds the paths of the images.

    Without ``image`` it is the first of path, file, filename, file_name, image, filepath and image_path that the table has.
    """

    code = "no-image-column"
    message = "no column of '{path}' is known to hold image paths"
    bad = 'data csv("birds.csv")  # photo,species'
    good = 'data csv("birds.csv", image = "photo")'
    path: str


class NoTargetColumn(Diagnostic):
    """Nothing says which column of the table is to be learnt.

    Without any of ``label``, ``labels``, ``numbers``, ``boxes`` and ``points`` it is the first of label,
    class, category, target and species that the table has.
    """

    code = "no-target-column"
    message = "no column of '{path}' is known to hold classes or other targets"
    bad = 'data csv("birds.csv")  # path,kind'
    good = 'data csv("birds.csv", label = "kind")'
    path: str


class CellValue(Diagnostic):
    """A cell does not hold what its column is read as.

    Numbers are finite and have a decimal point. Several labels in columns of their own are 0 or 1, true or
    false, yes or no. Parts are train, validation and test. An empty cell is not taken as anything.
    """

    code = "cell-value"
    message = "the column '{column}' must hold {expected}, not {found}"
    bad = 'data csv("birds.csv", numbers = ["wingspan"])  # a.jpg,unknown'
    good = 'data csv("birds.csv", numbers = ["wingspan"])  # a.jpg,1.25'
    column: str
    expected: str
    found: str


class ImagePath(Diagnostic):
    """A path of an image must stay within one folder, the table's own or ``root``."""

    code = "image-path"
    message = "the path '{name}' {problem}"
    bad = 'data csv("birds.csv")  # /home/me/birds/a.jpg,gull'
    good = 'data csv("birds.csv", root = "birds")  # a.jpg,gull'
    name: str
    problem: str


class ImageMissing(Diagnostic):
    """A row of a table names an image file that is not there.

    Paths start at the folder of the table, or at ``root``. ``skip_broken = true`` leaves such rows out and
    reports them.
    """

    code = "image-missing"
    message = "there is no image '{path}'"
    bad = 'data csv("birds.csv")  # the images are in photos/'
    good = 'data csv("birds.csv", root = "photos")'
    path: str


class ImageTwice(Diagnostic):
    """Two rows of a table name the same image, which could then be trained on and tested on.

    Each image has one row: several labels stand in one cell or in columns of their own, and an image
    has one box.
    """

    code = "image-twice"
    message = "the image '{name}' is in line {first} and in line {second}"
    bad = 'data csv("birds.csv", labels = ["tags"])  # a.jpg,gull  a.jpg,sea'
    good = 'data csv("birds.csv", labels = ["tags"])  # a.jpg,gull|sea'
    name: str
    first: int
    second: int


class BadBox(Diagnostic):
    """A box must be left, top, right and bottom in pixels, and lie within its image.

    The first pixel of a row reaches from 0 to 1. Up to one pixel outside is cut off.
    """

    code = "bad-box"
    message = "the box ({box}) {problem}"
    bad = 'data csv("birds.csv", boxes = ["x", "y", "width", "height"])'
    good = 'data csv("birds.csv", boxes = ["left", "top", "right", "bottom"])'
    box: str
    problem: str


class NotTrained(Diagnostic):
    """A class or label occurs in rows for validation or testing only, so it could never be learnt."""

    code = "not-trained"
    message = "the {kind} '{name}' does not occur in the rows for training"
    bad = 'data csv("birds.csv", split = "split")  # a.jpg,gul,test'
    good = 'data csv("birds.csv", split = "split")  # a.jpg,gull,test'
    kind: str
    name: str


class NoTrainingRows(Diagnostic):
    """The column ``split`` gives all rows to validation and testing."""

    code = "no-training-rows"
    message = "the column '{column}' of '{path}' leaves no row for training"
    bad = 'data csv("test.csv", split = "split")'
    good = 'data csv("birds.csv", split = "split")'
    column: str
    path: str


class LabelSeparator(Diagnostic):
    """No cell of a column of several labels holds the separator '|', but some hold another.

    ``separator`` says what stands between the names; given, it is taken as it is.
    """

    code = "label-separator"
    message = "no cell of '{column}' holds a '|' between labels, but this one holds a '{found}'"
    bad = 'data csv("birds.csv", labels = ["tags"])  # a.jpg,gull;sea'
    good = 'data csv("birds.csv", labels = ["tags"], separator = ";")'
    column: str
    found: str
