"""One flag for all goldens: ``pytest --regenerate`` writes them anew; read the difference before committing."""

import contextlib
from collections.abc import Iterator

import pytest

from cnnspec.backends import toolchain

# tinygrad reads once where its compiler is, so this comes before any test module imports it: which test a worker runs first
# must not matter.
with contextlib.suppress(toolchain.ToolchainMissing):
    toolchain.prepare("CPU")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--regenerate", action="store_true", help="write golden files anew instead of comparing")


@pytest.fixture
def regenerate(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--regenerate"))


@pytest.fixture(scope="session")
def cpu() -> Iterator[str]:
    """The CPU as a device to compute on; tests are skipped where there is no C compiler."""
    try:
        yield toolchain.check_device("CPU")
    except toolchain.ToolchainMissing as missing:
        pytest.skip(str(missing))
