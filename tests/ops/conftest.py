"""What computes by tinygrad is left out where there is no C compiler."""

from cnnspec.backends.toolchain import find_compiler

collect_ignore: list[str] = []
if find_compiler() is None:
    collect_ignore = ["test_contract.py", "test_parity.py", "test_parity_drawn.py", "test_training.py"]
