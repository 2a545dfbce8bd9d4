"""Floor 3: tree to graph. The only meeting point of syntax and IR."""

from .bind import bind_entry
from .choice import chosen_model
from .evaluate import Environment, evaluate
from .model import elaborate
from .modules import Loader, Module, unknown_spec, zoo_folder, zoo_names, zoo_path
from .target import Override, Settable, open_target

__all__ = [
    "Environment",
    "Loader",
    "Module",
    "Override",
    "Settable",
    "bind_entry",
    "chosen_model",
    "elaborate",
    "evaluate",
    "open_target",
    "unknown_spec",
    "zoo_folder",
    "zoo_names",
    "zoo_path",
]
