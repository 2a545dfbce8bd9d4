"""The command line: one command is one pipeline call; the only floor that prints."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from ..source import SpecError
from .encoding import printing_all
from .output import fail
from .parsing import Help, Parser, parsed

COMMANDS = {
    "check": "find everything that is wrong with a spec",
    "lint": "find what a spec may say and most likely does not mean",
    "summary": "layers, shapes, parameters, multiply-adds and memory of a network",
    "diff": "what differs in two networks, or two versions of one",
    "compare": "figures of several networks, or trained runs, side by side",
    "fits": "whether training or inference fits into memory, and the largest batch that does",
    "cost": "arithmetic, traffic and time of a network, by layer, block or stage",
    "draw": "draw a network: pictures, Mermaid, or a page to click through",
    "data": "what a data set holds: classes, sizes, broken files, mean and deviation",
    "preview": "pictures of what augmentation does, and of batches",
    "train": "train a network by its spec, into a run folder",
    "runs": "list trained runs, with their best figures",
    "watch": "follow a run that trains, from another terminal",
    "evaluate": "measure a trained network on its test images, or on others",
    "predict": "say what is on images, with a trained network",
    "features": "what a layer of a network makes of images, as arrays for other classifiers",
    "baseline": "features made by hand and a linear classifier, to compare networks with",
    "pretrained": "list the networks whose weights are known, and fetch them",
    "export": "write a network as safetensors, ONNX or Python",
    "report": "one page of all that there is to know of a trained network",
    "measures": "accuracy, precision, recall, F1 of predictions, with the formulas",
    "fmt": "put spec files into the canonical form",
    "convert": "turn .cnn into YAML, or YAML into .cnn",
    "weights": "what a file of weights holds, and whether it fits a network",
    "names": "what other libraries call the parameters of a network",
    "zoo": "list the specs that ship",
    "devices": "what can compute and draw on this machine",
    "solve": "the largest, or smallest, setting of parameters that satisfies constraints",
    "explain": "work out every figure of a layer, step by step; or explain a diagnostic's code",
}

_DESCRIPTION = """Declarative specs of convolutional networks: check, summarise, draw and train them.

SPEC is a file (.cnn or .yaml), or a name of the zoo with arguments: vgg16, "vgg16(classes = 2)"."""


class _Version(argparse.Action):
    """Looks the version up only when asked: reading package metadata takes longer than most commands."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        print(f"cnnspec {version('cnnspec')}")
        parser.exit()


def build_parser(chosen: str | None = None) -> argparse.ArgumentParser:
    """The parser of all commands; only the ``chosen`` one's module is imported for its arguments."""
    parser = Parser(prog="cnnspec", description=_DESCRIPTION, formatter_class=Help)
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, description in COMMANDS.items():
        sentence = description[0].upper() + description[1:] + "."
        command = commands.add_parser(name, help=description, description=sentence)
        if name == chosen:
            module = import_module(f".{name}", __package__)
            command.epilog = module.__doc__
            command.formatter_class = Help
            module.add_arguments(command)
            command.set_defaults(run=module.run, command_parser=command)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit code: 0 fine, 1 the spec or data is wrong, 2 the command line is."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    chosen = next((argument for argument in given if not argument.startswith("-")), None)
    options = parsed(build_parser(chosen), given)
    try:
        return int(options.run(options))
    except SpecError as error:
        return fail(error.diagnostics)
    except Exception as error:
        if (diagnostic := getattr(error, "diagnostic", None)) is None:
            raise
        return fail([diagnostic])  # an OpError that no section of a spec could be named for
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130


def entry() -> None:
    """The program: run a command and end the process with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        printing_all(stream)
    gc.disable()  # most commands end before a collection would pay; training turns it on again
    try:
        code = main()
        sys.stdout.flush()
        sys.stderr.flush()
    except KeyboardInterrupt:  # before a command could take care of it
        code = 130
    except OSError as error:
        if error.filename is not None:  # not about the standard streams
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        code = _lost_output(error)
    if "tinygrad" not in sys.modules:
        # Nothing needs an orderly end, which takes longer than checking a spec does.
        os._exit(code)
    sys.exit(code)


def _lost_output(error: OSError) -> int:
    """The exit code where what was printed could not be written; a reader that left early is no error."""
    if not isinstance(error, BrokenPipeError):
        os.write(2, f"cnnspec: cannot write to standard output: {error.strerror}\n".encode())
    return 1
