"""Draw the example of finetuning.md: ``python docs/make_finetuning.py``."""

from __future__ import annotations

import re
from pathlib import Path

import cnnspec

DOCS = Path(__file__).parent


def main() -> None:
    page = (DOCS / "finetuning.md").read_text(encoding="utf-8")
    found = re.search(r"^```cnn\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert found is not None
    cnnspec.loads(found[1]).draw(depth=1, direction="LR").save(DOCS / "images" / "finetune.png")


if __name__ == "__main__":
    main()
