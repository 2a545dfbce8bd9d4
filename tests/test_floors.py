"""The floors of docs/architecture.md, read from the imports."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "cnnspec"

MAY_IMPORT = {
    "source": set(),
    "syntax": {"source"},
    "ir": {"source"},
    "ops": {"ir"},
    "elaborate": {"source", "syntax", "ir", "ops"},
    "analyses": {"source", "ir"},
    "backends": {"source", "ir", "analyses"},
    "studies": {"source", "syntax", "ir", "ops", "elaborate", "analyses"},
    "train": {"source", "syntax", "ir", "ops", "elaborate", "analyses", "backends", "studies"},
    "api": {"source", "syntax", "ir", "ops", "elaborate", "analyses", "backends", "studies", "train"},
    "cli": {"source", "syntax", "ir", "ops", "elaborate", "analyses", "backends", "studies", "train", "api"},
}

HEAVY = (
    "tinygrad",
    "numpy",
    "scipy",
    "sklearn",
    "PIL",
    "cv2",
    "pyarrow",
    "matplotlib",
    "safetensors",
    "onnx",
)


def imported_modules(path: Path) -> Iterator[str]:
    """Dotted names of the project's modules that a file imports, wherever in it."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(parts[: len(parts) - node.level]) + "." if node.level else ""
            yield base + (node.module or "")
            if not node.module:
                yield from (base + alias.name for alias in node.names)


@pytest.mark.parametrize("floor", MAY_IMPORT)
def test_floor_imports_only_what_is_below(floor: str) -> None:
    for path in (PACKAGE / floor).rglob("*.py"):
        for name in imported_modules(path):
            parts = name.split(".")
            if parts[0] == "cnnspec" and len(parts) > 1 and parts[1] and parts[1] != floor:
                assert parts[1] in MAY_IMPORT[floor], f"{path} imports {name}"


def test_every_folder_is_a_floor() -> None:
    folders = {p.parent.name for p in PACKAGE.glob("*/__init__.py")}
    assert folders == set(MAY_IMPORT)


@pytest.mark.parametrize(
    "command",
    [["check", "vgg19"], ["summary", "vgg19", "--json"], ["zoo"], ["draw", "lenet5", "-o", "{tmp}/net.dot"]],
)
def test_starts_without_heavy_libraries(command: list[str], tmp_path: Path) -> None:
    command = [part.format(tmp=tmp_path) for part in command]
    code = (
        "import sys; from cnnspec.cli.main import main; code = main(sys.argv[1:]); "
        f"print([m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr); sys.exit(code)"
    )
    ran = subprocess.run([sys.executable, "-c", code, *command], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr.strip() == "[]"
