"""Source ``csv``: tables of images and their targets."""

from pathlib import Path

import numpy as np
import pytest
from data_files import error, load, write_image

from cnnspec.ir import OpError
from cnnspec.source import Diagnostic, render
from cnnspec.train.data import Splits, relative_to
from cnnspec.train.data.table import DELIMITERS, cell_spans, found_delimiter, read_table
from cnnspec.train.registries import DATA_SOURCES

NAMES = [f"{i}.png" for i in range(20)]
ROWS = "".join(f"{name},{'cat' if i % 2 else 'dog'}\n" for i, name in enumerate(NAMES))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twenty images of 4 x 4 and one within a folder, each of a gray of its own."""
    for value, name in enumerate([*NAMES, "more/a.png"]):
        write_image(tmp_path / name, value=value)
    return tmp_path


def write(folder: Path, text: str | bytes, name: str = "t.csv") -> str:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return str(path)


def found(folder: Path, text: str | bytes, **values: object) -> Diagnostic:
    """What is wrong with a table."""
    return error("csv", path=write(folder, text), **values).diagnostic


def whole(folder: Path, text: str | bytes, **values: object) -> Splits:
    """All rows as training images, in their order."""
    return load("csv", path=write(folder, text), **{"validation": 0.0, "test": 0.0, **values})


def place(diagnostic: Diagnostic) -> tuple[str, str]:
    """Line and column as shown, and the text that is underlined."""
    assert diagnostic.span
    line, column = diagnostic.span.first
    shown = render(diagnostic).splitlines()
    assert f"t.csv:{line}:{column}" in shown[1]
    underlined = shown[4].index("^"), shown[4].rindex("^") + 1
    return f"{line}:{column}", shown[3][slice(*underlined)]


def test_a_table_of_classes(folder: Path) -> None:
    write(folder, "path,label\n" + ROWS)
    with relative_to(folder):
        splits = load("csv", path="t.csv")
    assert splits.class_names == ("cat", "dog")
    assert [len(part) for part in splits] == [16, 2, 2]
    assert len({part.names(i) for part in splits for i in range(len(part))}) == 20
    for part in splits:
        for i in range(len(part)):
            number = int(part.names(i).removesuffix(".png"))
            assert part.labels[i] == 1 - number % 2
            assert part.batch([i])[0, 0, 0, 0] == number


def test_the_seed_decides_the_shares(folder: Path) -> None:
    path = write(folder, "path,label\n" + ROWS)
    first, again, other = (load("csv", path=path, seed=seed).train.rows for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).any()


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_ways_to_write_a_table(folder: Path, ends: str, delimiter: str, mark: str) -> None:
    lines = ["id,Image,note,Species", '7,0.png,"a, b;\tc",x', "", '8, "1.png" ,"""q"" \n2",y', ",,,"]
    lines[3] = lines[3].replace('" ,', '",')
    text = mark + ends.join(lines).replace("\n" if ends == "\r" else "\0", ends)
    quoted = text.replace('"a, b;\tc"', "\0")
    splits = whole(folder, quoted.replace(",", delimiter).replace("\0", '"a, b;\tc"'))
    assert splits.class_names == ("x", "y")
    assert [splits.train.names(i) for i in range(2)] == ["0.png", "1.png"]


def test_the_delimiter_can_be_given(folder: Path) -> None:
    text = "path;a,b,c;label\n0.png;1;x\n1.png;2;y\n"
    wrong = found(folder, text)
    assert wrong.code == "table-row"
    assert "with a comma between" in wrong.hints[0]
    assert whole(folder, text, delimiter="semicolon").class_names == ("x", "y")
    for word, symbol in DELIMITERS.items():
        assert whole(folder, text.replace(";", symbol).replace("a,b,c", "a"), delimiter=word).classes == 2
    assert found_delimiter('\n"a;b;c"\td') == "\t"
    assert found_delimiter("path") == ","


def test_pandas_writes_a_column_without_a_name(folder: Path) -> None:
    assert whole(folder, ",path,label\n0,0.png,x\n1,1.png,y\n").class_names == ("x", "y")


def test_classes_that_are_numbers_are_sorted_by_value(folder: Path) -> None:
    splits = whole(folder, "path,class\n0.png,10\n1.png,9\n2.png,-1\n")
    assert splits.class_names == ("-1", "9", "10")
    assert splits.train.labels.tolist() == [2, 1, 0]
    assert whole(folder, "path,class\n0.png,10\n1.png,9\n2.png,a\n").class_names == ("10", "9", "a")


def test_columns_by_name(folder: Path) -> None:
    text = "photo,kind\n0.png,x\n1.png,y\n"
    missing = found(folder, text)
    assert (missing.code, place(missing)) == ("no-image-column", ("1:1", "photo,kind"))
    assert missing.hints[0] == "its columns are 'photo', 'kind'"
    assert found(folder, text, image="photo").code == "no-target-column"
    assert whole(folder, text, image="photo", label="kind").class_names == ("x", "y")
    wrong = found(folder, text, image="foto", label="kind")
    assert (wrong.code, wrong.hints) == ("table-column", ("did you mean 'photo'?",))
    assert "'image' names the column 'foto'" in wrong.text
    assert found(folder, text, image="photo", labels=("kind", "size")).code == "table-column"
    assert found(folder, text, image="photo", label="kind", split="part").code == "table-column"


def test_the_root(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    text = "path,label\n0.png,x\nmore/../more/a.png,y\n"
    splits = whole(elsewhere, text, root=str(folder))
    assert [splits.train.names(i) for i in range(2)] == ["0.png", "more/a.png"]
    missing = found(elsewhere, text)
    assert (missing.code, place(missing)) == ("image-missing", ("2:1", "0.png"))
    assert str(elsewhere) in missing.hints[0]
    assert error("csv", path=str(elsewhere / "t.csv"), root=str(folder / "no")).argument == "root"


def test_files_that_are_no_table(folder: Path) -> None:
    missing = error("csv", path=str(folder / "t.csv"))
    assert (missing.diagnostic.code, missing.argument) == ("data-not-found", "path")
    assert error("csv", path=str(folder)).diagnostic.code == "data-not-found"
    assert found(folder, "").code == "data-empty"
    assert found(folder, " \n\n").code == "table-header"
    empty = found(folder, "path,label\n\n")
    assert (empty.code, place(empty)[0]) == ("table-without-rows", "1:1")


@pytest.mark.parametrize(
    ("text", "where", "says"),
    [
        ("path,label\n0.png,caf\xe9\n".encode("latin-1"), "2:10", "0xe9"),
        (b"path,label\r\n\r\n0.png,a\0b\n", "3:8", "NUL"),
        ("path,label\n0.png,x\n".encode("utf-16"), "1:1", "UTF-16"),
        (b"PK\x03\x04\x00", "1:5", "spreadsheet"),
    ],
)
def test_text_that_is_not_utf8(folder: Path, text: bytes, where: str, says: str) -> None:
    wrong = found(folder, text)
    assert (wrong.code, place(wrong)[0]) == ("table-text", where)
    assert f"line {where[0]} of" in wrong.text
    assert says in render(wrong)


@pytest.mark.parametrize(
    ("rows", "where", "says"),
    [
        ('0.png,x\n1.png,"y\n2.png,x\n', "3:7", "never closed"),
        ('"a" b,x\n', "2:1", "follows"),
        ('0.png,"two\nlines","x" y\n', "3:8", "follows"),
    ],
)
def test_broken_quotes(folder: Path, rows: str, where: str, says: str) -> None:
    wrong = found(folder, "path,label\n" + rows)
    assert (wrong.code, place(wrong)[0]) == ("table-quotes", where)
    assert says in wrong.text


def test_a_quote_that_swallows_the_file(folder: Path) -> None:
    wrong = found(folder, 'path,label\n0.png,"x\n' + "1.png,y\n" * 20_000)
    assert (wrong.code, place(wrong)[0]) == ("table-quotes", "2:7")


def test_headers(folder: Path) -> None:
    double = found(folder, 'path,"label",x,"label"\n0.png,a,b,c\n')
    assert (double.code, place(double)) == ("table-header", ("1:16", '"label"'))
    assert "two are called 'label'" in double.text


def test_rows_that_are_too_long_or_too_short(folder: Path) -> None:
    long = found(folder, "path,label\n0.png,x\n1.png,y,z, w\n")
    assert (long.code, place(long)) == ("table-row", ("3:9", "z, w"))
    assert long.text == "this row has 4 cells, but the header has 2"
    short = found(folder, "path,label\n" + "0.png\n" * 9)
    assert place(short) == ("2:1", "0.png")
    assert "1 cell," in short.text
    assert len(short.notes) == 4
    assert "4 more like these" in short.hints


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("../0.png", "leads out"),
        ("more/../../x.png", "leads out"),
        ("/etc/passwd", "absolute"),
        ("C:\\a.png", "absolute"),
        ("..\\a.png", "leads out"),
        ('""', "empty"),
    ],
)
def test_paths_that_are_refused(folder: Path, path: str, says: str) -> None:
    wrong = found(folder, f"path,label\n0.png,x\n{path},y\n")
    assert (wrong.code, place(wrong)) == ("image-path", ("3:1", path))
    assert says in wrong.text


def test_a_link_out_of_the_folder_is_the_users_own(folder: Path) -> None:
    (folder / "link.png").symlink_to(folder / "0.png")
    assert len(whole(folder, "path,label\nlink.png,x\n1.png,y\n").train) == 2


def test_missing_images_are_named_or_left_out(folder: Path) -> None:
    text = "path,label\n" + ROWS.replace("5.png", "no.png", 1).replace("7.png", "more\\a.png", 1)
    (folder / "9.png").write_bytes(b"\x89PNG nothing")
    wrong = found(folder, text)
    assert (wrong.code, place(wrong)) == ("image-missing", ("7:1", "no.png"))
    assert "t.csv:9:1" in render(wrong)
    splits = whole(folder, text, skip_broken=True)
    assert len(splits.train) == 17
    reasons = [(Path(p.place).name, p.reason) for p in splits.skipped]
    assert [name for name, _ in reasons] == ["no.png", "more\\a.png", "9.png"]
    assert "line 7 of" in reasons[0][1]
    assert splits.train.labels.tolist() == [1 - int(splits.train.names(i)[:-4]) % 2 for i in range(17)]
    assert found(folder, "path,label\nno.png,x\n", skip_broken=True).code == "data-empty"
    broken = found(folder, "path,label\n8.png,x\n9.png,y\n")
    assert broken.code == "broken-image"


@pytest.mark.parametrize("second", ["x", "y"])
def test_an_image_is_named_once(folder: Path, second: str) -> None:
    wrong = found(folder, f"path,label\n0.png,x\n1.png,y\n./0.png,{second}\n")
    assert (wrong.code, place(wrong)) == ("image-twice", ("4:1", "./0.png"))
    assert "in line 2 and in line 4" in wrong.text
    assert "t.csv:2:1" in render(wrong)


def test_empty_and_single_classes(folder: Path) -> None:
    empty = found(folder, 'path,label,n\n0.png,x,1\n"1.png", ,2\n')
    assert (empty.code, place(empty)[0]) == ("cell-value", "3:10")
    assert "must hold a class, not nothing" in empty.text
    single = found(folder, "path,label\n0.png,x\n1.png,x\n")
    assert (single.code, place(single)) == ("single-class", ("1:6", "label"))


def test_the_split_column(folder: Path) -> None:
    words = ["Train", "training", "VAL", "valid", "validation", "test", "Testing", "train"]
    rows = "".join(f"{i}.png,{'xy'[i % 2]},{word}\n" for i, word in enumerate(words))
    splits = load("csv", path=write(folder, "path,label,part\n" + rows), split="part")
    named = [[part.names(i) for i in range(len(part))] for part in splits]
    assert named == [["0.png", "1.png", "7.png"], ["2.png", "3.png", "4.png"], ["5.png", "6.png"]]
    assert splits.validation.labels.tolist() == [0, 1, 0]


def test_a_part_without_rows_is_a_share_of_training(folder: Path) -> None:
    rows = "".join(f"{i}.png,{'xy'[i % 2]},{'test' if i > 11 else 'train'}\n" for i in range(20))
    path = write(folder, "path,label,split\n" + rows)
    sizes = [len(part) for part in load("csv", path=path, split="split", validation=0.5, test=0.9)]
    assert sizes == [6, 6, 8]
    other = write(folder, "path,label,whose\n" + rows)
    assert error("csv", path=other, validation=0.5, test=0.5).argument == "validation"


def test_split_columns_that_are_wrong(folder: Path) -> None:
    head = "path,label,split\n0.png,x,train\n1.png,y,train\n"
    unknown = found(folder, head + "2.png,x,dev\n3.png,y,\n", split="split")
    assert (unknown.code, place(unknown)) == ("cell-value", ("4:9", "dev"))
    assert "not nothing" in unknown.notes[0].message
    new = found(folder, head + "2.png,x,test\n3.png,z,val\n", split="split")
    assert (new.code, place(new)) == ("not-trained", ("5:7", "z"))
    untrained = found(folder, "path,label,split\n0.png,x,test\n1.png,y,val\n", split="split")
    assert (untrained.code, place(untrained)) == ("no-training-rows", ("1:12", "split"))
    lost = found(folder, head + "no.png,x,test\n", split="split", skip_broken=True)
    assert "the testing part" in lost.text


def test_labels_in_columns_of_their_own(folder: Path) -> None:
    text = "path,label,sea,sky\n0.png,x,1,no\n1.png,y,FALSE,Yes\n2.png,x,true,1.0\n"
    splits = whole(folder, text, labels=("sky", "sea"))
    targets = splits.train.targets
    assert (targets.kinds, splits.names.labels) == (("labels",), ("sky", "sea"))
    assert targets.labels is not None and targets.labels.dtype == np.uint8
    assert targets.labels.tolist() == [[0, 1], [1, 0], [1, 1]]
    one = whole(folder, text, labels=("sea",), label="label")
    assert one.train.targets.kinds == ("classes", "labels")
    assert one.train.targets.labels is not None and one.train.targets.labels.tolist() == [[1], [0], [1]]
    wrong = found(folder, text.replace("FALSE", "2").replace(",no", ","), labels=("sea", "sky"))
    assert (wrong.code, place(wrong)) == ("cell-value", ("3:9", "2"))
    assert "t.csv:2:11" in render(wrong)


def test_labels_in_one_cell(folder: Path) -> None:
    text = "path,tags\n0.png,sea | sky\n1.png,\n2.png,gull|sea|\n"
    splits = whole(folder, text, labels=("tags",))
    assert splits.names.labels == ("gull", "sea", "sky")
    assert splits.train.targets.labels is not None
    assert splits.train.targets.labels.tolist() == [[0, 1, 1], [0, 0, 0], [1, 1, 0]]
    other = text.replace("|", ";")
    wrong = found(folder, other, labels=("tags",))
    assert (wrong.code, place(wrong)) == ("label-separator", ("2:7", "sea ; sky"))
    assert whole(folder, other, labels=("tags",), separator=";").names.labels == ("gull", "sea", "sky")
    assert whole(folder, other, labels=("tags",), separator="|").names.labels == ("gull;sea;", "sea ; sky")
    words = whole(folder, text.replace("|", " "), labels=("tags",), separator=" ")
    assert words.names.labels == ("gull", "sea", "sky")


def test_labels_that_training_lacks(folder: Path) -> None:
    text = "path,tags,split\n0.png,sea|sky,train\n1.png,sea|gull,test\n"
    wrong = found(folder, text, labels=("tags",), split="split")
    assert (wrong.code, place(wrong)) == ("not-trained", ("3:7", "sea|gull"))
    assert "the label 'gull'" in wrong.text


def test_numbers(folder: Path) -> None:
    text = "path,label,a,b\n0.png,,1,-2.5\n1.png,,1e3,+.5\n"
    splits = whole(folder, text, numbers=("b", "a"))
    assert (splits.train.targets.kinds, splits.names.numbers) == (("numbers",), ("b", "a"))
    values = splits.train.targets.numbers
    assert values is not None and values.dtype == np.float32
    assert values.tolist() == [[-2.5, 1], [0.5, 1000]]


@pytest.mark.parametrize("cell", ["nan", "NaN", "inf", "-Infinity", "", "abc", "1e39", "1_000", '"1,5"'])
def test_numbers_that_are_none(folder: Path, cell: str) -> None:
    wrong = found(folder, f'path,"a\nb"\n0.png,1\n1.png,{cell}\n', numbers=("a\nb",))
    assert (wrong.code, place(wrong)[0]) == ("cell-value", "4:7")
    assert ("with a point" in "".join(wrong.hints)) == ("," in cell)


def test_boxes(folder: Path) -> None:
    text = "path,class,x1,y1,x2,y2\n0.png,x,0,1,4,3.5\n1.png,x,-0.5,0,2,4.9\n"
    splits = whole(folder, text, boxes=("x1", "y1", "x2", "y2"))
    assert splits.train.targets.kinds == ("boxes",)
    assert splits.train.targets.boxes is not None and splits.train.targets.boxes.dtype == np.float32
    assert splits.train.targets.boxes.tolist() == [[0, 1, 4, 3.5], [0, 0, 2, 4]]
    both = whole(folder, text, boxes=("x1", "y1", "x2", "y2"), label="class")
    assert both.train.targets.kinds == ("classes", "boxes")
    assert both.class_names == ("x",)


@pytest.mark.parametrize(
    ("box", "where", "says"),
    [
        ("2,0,2,4", "3:11", "no width"),
        ("3,0,2,4", "3:11", "ends left"),
        ("0,3,4,1", "3:13", "ends above"),
        ("0,0,5.5,4", "3:11", "4 pixels wide"),
        ("0,-2,2,4", "3:9", "not within its image"),
        ("4.2,0,4.8,4", "3:7", "not within"),
        ("0,0,1,nan", "3:13", "finite"),
    ],
)
def test_boxes_that_are_wrong(folder: Path, box: str, where: str, says: str) -> None:
    text = f"path,a,b,c,d\n0.png,0,0,4,4\n1.png,{box}\n"
    wrong = found(folder, text, boxes=("a", "b", "c", "d"))
    assert place(wrong)[0] == where
    assert says in wrong.text


def test_boxes_outside_are_found_in_all_parts(folder: Path) -> None:
    text = "path,a,b,c,d,split\n0.png,0,0,4,4,train\n1.png,0,0,4,4,val\n2.png,0,0,9,4,test\n"
    wrong = found(folder, text, boxes=("a", "b", "c", "d"), split="split")
    assert (wrong.code, place(wrong)) == ("bad-box", ("4:11", "9"))


def test_rows_are_right_where_others_were_skipped(folder: Path) -> None:
    (folder / "1.png").write_bytes(b"\x89PNG nothing")
    text = "path,a,b,c,d\nno.png,0,0,4,4\n1.png,0,0,4,4\n2.png,0,0,9,4\n"
    wrong = found(folder, text, boxes=("a", "b", "c", "d"), skip_broken=True)
    assert place(wrong) == ("4:11", "9")


def test_boxes_as_fractions_are_refused(folder: Path) -> None:
    text = "path,a,b,c,d\n0.png,0.1,0.1,0.9,1\n1.png,0,0,0.5,0.5\n"
    assert "fractions" in found(folder, text, boxes=("a", "b", "c", "d")).text


def test_points(folder: Path) -> None:
    text = "path,eye_x,eye_y,x1,y1\n0.png,1,2,3,4\n1.png,0,0,-1,9\n"
    splits = whole(folder, text, points=("eye_x", "eye_y", "x1", "y1"))
    assert (splits.train.targets.kinds, splits.names.points) == (("points",), ("eye", "x1, y1"))
    assert splits.train.targets.points is not None
    assert splits.train.targets.points.tolist() == [[[1, 2], [3, 4]], [[0, 0], [-1, 9]]]


@pytest.mark.parametrize(
    ("argument", "values"),
    [
        ("points", {"points": ("a", "b", "c")}),
        ("numbers", {"numbers": ("a", "a")}),
        ("labels", {"labels": ()}),
        ("boxes", {"boxes": ("a", "b", "c")}),
        ("separator", {"separator": ""}),
        ("delimiter", {"delimiter": "space"}),
    ],
)
def test_arguments_that_make_no_sense(argument: str, values: dict[str, object]) -> None:
    with pytest.raises(OpError) as caught:
        DATA_SOURCES.make("csv", path="t.csv", **values)
    assert caught.value.argument == argument


def test_sizes_and_colours_are_those_of_the_network(folder: Path) -> None:
    path = write(folder, "path,label\n" + ROWS)
    assert error("csv", (1, 8, 8), path=path).diagnostic.code == "image-size"
    train = load("csv", (3, 8, 8), path=path, fit="resize", mode="rgb").train
    assert train.batch([0]).shape == (1, 8, 8, 3)


def test_cells_know_where_they_stand(folder: Path) -> None:
    text = 'path , "note",label\n0.png, "a ""b"", \nc", x y \n1.png,,"y"\n'
    table = read_table(Path(write(folder, text)), None)
    spans = [[table.cell(row, column).text for column in range(3)] for row in range(2)]
    assert spans == [["0.png", '"a ""b"", \nc"', "x y"], ["1.png", "", '"y"']]
    assert table.rows == [["0.png", 'a "b", \nc', "x y"], ["1.png", "", "y"]]
    assert [table.line(0), table.line(1), str(table.cell(1, 2)).split(":")[1:]] == [2, 4, ["4", "8"]]
    assert [span.text for span in cell_spans(table.source, 0, ",")] == ["path", '"note"', "label"]


def test_a_column_called_split_that_holds_parts_gives_them(folder: Path) -> None:
    rows = [
        f"{i}.png,{'ab'[i % 2]},{part}"
        for i, part in enumerate(["train", "train", "val", "val", "test", "test"])
    ]
    splits = whole(folder, "file_name,label,split\n" + "\n".join(rows) + "\n")
    assert [len(part) for part in splits] == [2, 2, 2]
    other = "file_name,label,split\n" + "\n".join(rows).replace(",test", ",left") + "\n"
    assert sum(map(len, whole(folder, other))) == 6
