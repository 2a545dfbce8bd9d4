"""Floor 3: tree to graph. The only meeting point of syntax and IR."""

from .bind import bind_entry
from .choice import chosen_model, is_blocks_alone
from .evaluate import Environment, evaluate
from .model import check_blocks, elaborate
from .modules import (
    ALLOW_SECTION,
    NAMES_SECTION,
    PLAIN_SECTIONS,
    Loader,
    Module,
    unknown_spec,
    zoo_folder,
    zoo_names,
    zoo_path,
)
from .target import Override, Settable, open_target, overridden

__all__ = [
    "ALLOW_SECTION",
    "NAMES_SECTION",
    "PLAIN_SECTIONS",
    "Environment",
    "Loader",
    "Module",
    "Override",
    "Settable",
    "bind_entry",
    "check_blocks",
    "chosen_model",
    "elaborate",
    "evaluate",
    "is_blocks_alone",
    "open_target",
    "overridden",
    "unknown_spec",
    "zoo_folder",
    "zoo_names",
    "zoo_path",
]
