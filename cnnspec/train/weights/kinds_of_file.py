"""What a file is that holds no weights, told by its first bytes."""

from __future__ import annotations

from pathlib import Path

_LFS = b"version https://git-lfs"
_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\x1f\x8b", "compressed with gzip; unpack it first"),
    (b"BZh", "compressed with bzip2; unpack it first"),
    (b"\xfd7zXZ\x00", "compressed with xz; unpack it first"),
    (b"7z\xbc\xaf", "a 7z archive; unpack it first"),
    (b"PK", "a zip archive without tensors"),
    (b"\x93NUMPY", "a single NumPy array, and weights have names"),
    (b"GGUF", "a GGUF file, of a language model"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"%PDF", "a PDF document"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
)


def kind_of_file(head: bytes, path: Path) -> tuple[str, tuple[str, ...]]:
    """What it is, in words that follow "it is", and hints what to do."""
    if not head:
        return "empty", ("download or copy it again",)
    if head.startswith(_LFS):
        return (
            "a pointer of Git LFS, a few lines that stand for the real file",
            ("fetch the real file with 'git lfs pull', or download it from the project's page",),
        )
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:64].lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<?xml")):
        return (
            "a web page or XML",
            ("the download gave a page instead of the file: open it in a browser to see what it says",),
        )
    for signature, what in _SIGNATURES:
        if head.startswith(signature):
            return what, ()
    if head[257:262] == b"ustar":
        return (
            "a tar archive; unpack it first (PyTorch before 0.1.10 saved such: load and save it there anew)",
            (),
        )
    if head[4:8] == b"TFL3":
        return "a TensorFlow Lite model", ("convert the Keras model that it was made from",)
    if path.suffix == ".onnx" or b"onnx" in head[:64] or b"pytorch" in head[2:32]:
        return "an ONNX model", ("use the weights that it was made from: a PyTorch or Keras file",)
    if is_text(head):
        return "text", ()
    if path.suffix in (".pb", ".ckpt", ".index") or ".data-" in path.name:
        return "a TensorFlow checkpoint or graph", ("save the network's weights with Keras, as .weights.h5",)
    return "of no known kind", (
        "weights are read from safetensors, PyTorch, Keras (HDF5) and NumPy (.npz) files",
    )


def is_text(head: bytes) -> bool:
    """Whether the file begins with readable text."""
    try:
        text = head[:1024].decode()
    except UnicodeDecodeError as error:
        if error.start < len(head[:1024]) - 4:  # not merely cut within a letter
            return False
        text = head[: error.start].decode()
    return bool(text) and all(c.isprintable() or c in "\t\r\n\f" for c in text)
