"""Files and texts to trees."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..source import Diagnostic, Source, Span, SpecError, did_you_mean, nearest
from . import file_errors as errors
from . import tree
from .checks import depth_of_expressions, depth_of_item, duplicates, strange
from .parser import Parsed, parse_file, parse_rule

MAX_BYTES = 10_000_000
YAML_SUFFIXES = (".yaml", ".yml")


def load_source(path: str | Path) -> Source:
    """Read the file at ``path``: UTF-8, without its byte order mark, lines ended by ``\\n``.

    Raises :class:`SpecError` where there is no such text.
    """
    name, file = str(path), Path(path)
    text = _decode(name, _read(name, file)).removeprefix("\ufeff").replace("\r\n", "\n")
    if not any(line.strip() and not line.lstrip().startswith("#") for line in text.split("\n")):
        what = "holds nothing but comments" if text.strip() else "is empty"
        raise SpecError([errors.FileEmpty(file=name, path=name, what=what)])
    return Source(name, text)


def is_yaml(source: Source) -> bool:
    """Whether a text is one of YAML, by the name of its file."""
    return source.name.lower().endswith(YAML_SUFFIXES)


def _read(name: str, file: Path) -> bytes:
    try:
        if file.is_dir():
            raise SpecError([errors.FileUnreadable(file=name, path=name, reason="it is a folder")])
        size = file.stat().st_size
        if size > MAX_BYTES:
            raise SpecError([errors.FileTooLarge(file=name, path=name, megabytes=-(-size // 1_000_000))])
        with file.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        raise SpecError([errors.FileMissing(file=name, path=name, hints=_neighbours(file))]) from None
    except PermissionError:
        reason = "no permission"
        raise SpecError([errors.FileUnreadable(file=name, path=name, reason=reason)]) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise SpecError([errors.FileUnreadable(file=name, path=name, reason=reason)]) from None
    if len(data) > MAX_BYTES:
        raise SpecError([errors.FileTooLarge(file=name, path=name, megabytes=11)])
    return data


def _neighbours(file: Path) -> tuple[str, ...]:
    try:
        names = [p.name for p in file.parent.iterdir() if p.is_file()]
    except OSError:
        return (f"there is no folder '{file.parent}'",)
    stems = {Path(name).stem: name for name in names if Path(name).suffix == file.suffix}
    near = nearest(file.stem, stems)  # endings that are alike would make all names near
    return (
        (f"did you mean '{stems[near]}'?",)
        if near
        else did_you_mean(file.name, _others(file, names), limit=0)
    )


def _others(file: Path, names: list[str]) -> list[str]:
    return [name for name in names if Path(name).suffix != file.suffix]


def _decode(name: str, data: bytes) -> str:
    reason = ""
    if b"\0" in data:
        reason = f"byte {data.index(0) + 1} is zero; it looks like a binary file"
    else:
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            before = data[data.rfind(b"\n", 0, error.start) + 1 : error.start]
            column = len(before.decode("utf-8", "replace")) + 1
            reason = f"byte 0x{data[error.start]:02x} at line {line}, column {column} is not UTF-8"
    raise SpecError([errors.FileNotText(file=name, path=name, reason=reason, hints=("save it as UTF-8",))])


def parse(source: Source) -> tree.Spec:
    """The tree of ``source``: YAML where its name ends in ``.yaml`` or ``.yml``, else ``.cnn``."""
    if is_yaml(source):
        return parse_yaml(source)
    return parse_text(source)


def parse_yaml(source: Source) -> tree.Spec:
    """The tree of a YAML spec. Raises :class:`SpecError`."""
    from .yaml_read import read_yaml

    refuse_strange(source)
    return read_yaml(source)


def parse_text(source: Source) -> tree.Spec:
    """The tree of a ``.cnn`` text. Raises :class:`SpecError`."""
    refuse_strange(source)
    parsed = parse_file(source)
    items: list[Any] = parsed.value
    found = [*parsed.found, *duplicates(items)]
    for item in items:
        found += depth_of_item(item)
    return assemble(source, items, parsed.comments, found)


def refuse_strange(source: Source) -> None:
    """Raise :class:`SpecError` where ``source`` holds characters that no spec may hold."""
    found = strange(source)
    if found:
        raise SpecError(found)


def assemble(
    source: Source, items: Iterable[Any], comments: Iterable[tuple[int, str]], found: list[Diagnostic]
) -> tree.Spec:
    """The spec of ``items`` in source order, once nothing was ``found`` wrong."""
    if found:
        raise SpecError(found)
    every = list(items)
    return tree.Spec(
        uses=(*(x for x in every if isinstance(x, tree.Use)),),
        model=next((x for x in every if isinstance(x, tree.Model)), None),
        blocks=(*(x for x in every if isinstance(x, tree.Block)),),
        sections=(*(x for x in every if isinstance(x, tree.Section)),),
        assertions=(*(x for x in every if isinstance(x, tree.Assertion)),),
        comments=(*(_comment(source, start, text) for start, text in comments),),
        span=Span(source, 0, len(source.text)),
    )


def _comment(source: Source, start: int, text: str) -> tree.Comment:
    line = source.text.rfind("\n", 0, start) + 1
    alone = not source.text[line:start].strip()
    return tree.Comment(text, alone, span=Span(source, start, start + len(text)))


def parse_call(source: Source, start: int = 0) -> tree.Call:
    """A call alone, such as ``vgg16(classes = 2)`` of a command line, from ``start`` to the end.

    Raises :class:`SpecError`.
    """
    call: tree.Call = _one("call", source, start)
    return call


def parse_arguments(source: Source, start: int = 0) -> tuple[tree.Argument, ...]:
    """Arguments in parentheses, such as those after a file name, from ``start`` to the end.

    Raises :class:`SpecError`.
    """
    refuse_strange(source)
    parsed = parse_rule("arguments", source, start)
    arguments: tuple[tree.Argument, ...] = parsed.value.items
    found = [*parsed.found, *depth_of_expressions([a.value for a in arguments])]
    if found:
        raise SpecError(found)
    return arguments


def parse_use(source: Source) -> tree.Use:
    """What may follow ``use``: a name or a quoted path, with arguments. Raises :class:`SpecError`."""
    use: tree.Use = _one("use", source)
    return use


def parse_claim(source: Source, start: int = 0) -> tree.Assertion:
    """What may follow ``assert``, such as ``params <= 5M`` of a command line. Raises :class:`SpecError`."""
    claim: tree.Assertion = _one("claim", source, start)
    return claim


def parse_expression(source: Source, start: int = 0) -> tree.Expression:
    """An expression alone, such as the value of ``--set``, from ``start`` to the end.

    Raises :class:`SpecError`.
    """
    expression: tree.Expression = _one("expr", source, start)
    return expression


def _one(rule: str, source: Source, start: int = 0) -> Any:
    refuse_strange(source)
    parsed: Parsed = parse_rule(rule, source, start)
    value = parsed.value
    roots: list[Any] = [value]
    if isinstance(value, tree.Assertion):
        roots = [value.measure]
    elif isinstance(value, tree.Use):
        roots = [a.value for a in value.arguments or ()]
    found = [*parsed.found, *depth_of_expressions(roots)]
    if found:
        raise SpecError(found)
    return value
